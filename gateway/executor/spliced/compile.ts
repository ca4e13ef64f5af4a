import {
  getOperationAST,
  type GraphQLSchema,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  parse,
  type SelectionSetNode,
} from 'graphql';
import type { PlanNode } from '@apollo/query-planner';
import type { PlannedOperation } from '../execute-plan.ts';
import { fragmentsOf, positionOf, type Position } from './position.ts';
import { UNSUITED } from './unsuited.ts';
import { type EntityFetch, fetchesOf, type PlannedFetch, requiredBy, visitedBy } from './plan-fetches.ts';
import { findObjects } from './find-source.ts';
import { type ScanContext, scanObject, TYPE_PROPERTY } from './scan-source.ts';
import { type PreparedCall, prepareCall } from './prepared-call.ts';
import { RUNTIME, SURPRISE } from './scan-runtime.ts';
import { writePosition } from './write-source.ts';

/** An object as scanners make it: text under runs and keys, objects and lists of them, entities under links. */
export type Scanned = Record<string, unknown>;

/** Reads a whole answer. Throws SURPRISE where it is not as expected. */
export type ScanRoot = (bytes: Uint8Array, text: string) => Scanned;
export type ScanEntities = (bytes: Uint8Array, text: string, types: readonly string[]) => (Scanned | undefined)[];

/** One fetch, compiled. */
export interface SplicedFetch {
  readonly planned: PlannedFetch;
  readonly call: PreparedCall;
  readonly scanRoot: ScanRoot | undefined;
  readonly entities: SplicedEntities | undefined;
}

export interface SplicedEntities {
  readonly find: (root: Scanned) => readonly Scanned[];
  readonly typeOf: (object: Scanned) => string;
  /** JSON of a representation; `undefined` where something of it is missing. */
  readonly represent: (object: Scanned, typeName: string) => string | undefined;
  readonly scan: ScanEntities;
}

export interface SplicedOperation {
  readonly fetches: ReadonlyMap<unknown, SplicedFetch>;
  /** The data of the answer, as JSON. */
  readonly write: (root: Scanned) => string;
}

export interface SplicedSource {
  readonly schema: GraphQLSchema;
  readonly supergraphSchema: GraphQLSchema;
}

/**
 * Compiles a plan into one program: scanners for the answers of its fetches, and a writer for the client's. Fetches are
 * found by their nodes in the plan.
 *
 * @throws UNSUITED for an operation or a plan that has to be run otherwise
 */
export const compileSpliced = (
  { schema, supergraphSchema }: SplicedSource,
  plan: PlanNode,
  document: Parameters<typeof fragmentsOf>[0],
  operation: OperationDefinitionNode,
  { typeKey, denied }: Pick<PlannedOperation, 'typeKey' | 'denied'>,
): SplicedOperation => {
  const rootType = schema.getRootType(operation.operation);
  if (!isObjectType(rootType)) throw UNSUITED;
  const found = getOperationAST(document, operation.name?.value);
  if (!found) throw UNSUITED;
  const client = { schema, fragments: fragmentsOf(document), hiddenKey: typeKey };
  const layers = denied === undefined ? [] : [{ denied, when: [] }];
  const root = positionOf(client, rootType, [{ set: found.selectionSet, when: [] }], layers);
  const planned = fetchesOf(supergraphSchema, root, plan);
  const visited = visitedBy(planned);
  const program: Program = { source: [], enums: [], number: 0 };
  const compiled = planned.map((fetch) => {
    const { operation: asked, fragments } = askedBy(fetch);
    const context: ScanContext = Object.assign(program, {
      asked: { schema: supergraphSchema, fragments },
      isVisited: (position: Position) => visited.has(position),
      requiredAt: requiredBy(planned),
    });
    return fetch.entities === undefined
      ? `{ scanRoot: ${scanAnswer(context, fetch, rootType.name, root, asked)} }`
      : `{ entities: ${compileEntities(context, fetch, fetch.entities, asked)} }`;
  });
  const write = writePosition(program, root);
  const source = `'use strict';
let P = 0;
const surprise = () => { throw SURPRISE; };
${program.source.join('\n')}
return { write: ${write}, fetches: [${compiled.join(',\n')}] };`;
  // oxlint-disable-next-line typescript/no-implied-eval, eslint/no-new-func -- the text is made here, from names
  const made = new Function('R', 'E', 'SURPRISE', source) as (...given: readonly unknown[]) => Made;
  const { write: writeRoot, fetches } = made(RUNTIME, program.enums, SURPRISE);
  return {
    write: writeRoot,
    fetches: new Map(
      planned.map((fetch, index) => {
        const { scanRoot, entities } = fetches[index] ?? {};
        return [fetch.node, { planned: fetch, call: prepareCall(fetch.node), scanRoot, entities }];
      }),
    ),
  };
};

interface Program {
  readonly source: string[];
  readonly enums: ReadonlySet<string>[];
  number: number;
}

interface Made {
  readonly write: SplicedOperation['write'];
  readonly fetches: readonly Partial<Pick<SplicedFetch, 'scanRoot' | 'entities'>>[];
}

const askedBy = ({ node }: PlannedFetch) => {
  const document = parse(node.operation, { noLocation: true });
  const operation = document.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  if (operation === undefined) throw UNSUITED;
  return { operation, fragments: fragmentsOf(document) };
};

const scanAnswer = (
  context: ScanContext,
  { link }: PlannedFetch,
  typeName: string,
  position: Position,
  asked: OperationDefinitionNode,
): string => {
  const sets = [{ set: asked.selectionSet, when: [] }];
  const scan = scanObject(context, { typeName, sets, position, link, isTyped: false, isVerbatim: false });
  return `(b, s) => { P = R.textEnd(b, 0, '{"data":'); const o = ${scan}(b, s); R.answerEnd(b, P); return o; }`;
};

const compileEntities = (
  context: ScanContext,
  { link }: PlannedFetch,
  { route, keysOf }: EntityFetch,
  asked: OperationDefinitionNode,
): string => {
  const sets = [{ set: entitiesSelection(asked), when: [] }];
  // Before anything is scanned for this fetch: it must not require what it gets itself.
  const find = findObjects(context, route);
  const represent = representObject(context, route.target, keysOf);
  const scans = [...keysOf.keys()].map((typeName) => ({
    typeName,
    scan: scanObject(context, { typeName, sets, position: route.target, link, isTyped: false, isVerbatim: false }),
  }));
  const [only] = scans;
  const ofType = scans.map(
    ({ typeName, scan }) => `types[list.length] === ${JSON.stringify(typeName)} ? ${scan}(b, s) : `,
  );
  const item = scans.length === 1 && only !== undefined ? `${only.scan}(b, s)` : `${ofType.join('')}surprise()`;
  const scan = `(b, s, types) => {
const list = [];
let p = R.textEnd(b, 0, '{"data":{"_entities":[');
if (b[p] === 93) p++;
else for (;;) {
if (b[p] === 110) { p = R.nullEnd(b, p); list.push(undefined); }
else { P = p; list.push(${item}); p = P; }
const d = b[p++];
if (d === 93) break;
if (d !== 44) throw SURPRISE;
}
if (b[p] !== 125) throw SURPRISE;
R.answerEnd(b, p + 1);
return list;
}`;
  const [type] = route.target.types;
  const typeOf = route.target.isAbstract
    ? `(o) => o[${JSON.stringify(TYPE_PROPERTY)}]`
    : `() => ${JSON.stringify(type)}`;
  return `{ find: ${find}, represent: ${represent}, typeOf: ${typeOf}, scan: ${scan} }`;
};

const entitiesSelection = ({ selectionSet }: OperationDefinitionNode): SelectionSetNode => {
  const [field] = selectionSet.selections;
  const isPlain = selectionSet.selections.length === 1 && field?.kind === Kind.FIELD && field.alias === undefined;
  if (!isPlain || field.name.value !== '_entities' || field.selectionSet === undefined) throw UNSUITED;
  return field.selectionSet;
};

const representObject = (
  context: { readonly source: string[]; number: number },
  target: Position,
  keysOf: EntityFetch['keysOf'],
): string => {
  const branches = [...keysOf].map(([typeName, keys]) => {
    const required = target.selected(typeName).required;
    const reads: string[] = [];
    const members = keys.map((key, index) => {
      if (key === '__typename') return `'"__typename":${JSON.stringify(typeName)}'`;
      const place = required.get(key);
      if (place === undefined) throw UNSUITED;
      const property = JSON.stringify(place.property);
      const holder = place.link === undefined ? 'o' : `o[${JSON.stringify(place.link)}]`;
      reads.push(`const v${index} = ${holder}?.[${property}]; if (v${index} === undefined) return undefined;`);
      return `'${JSON.stringify(key)}:' + v${index}`;
    });
    return `if (type === ${JSON.stringify(typeName)}) { ${reads.join(' ')} return '{' + ${members.join(" + ',' + ")} + '}'; }`;
  });
  const name = `represent${context.number++}`;
  context.source.push(`function ${name}(o, type) {\n${branches.join('\n')}\nreturn undefined;\n}`);
  return name;
};
