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
import { generated } from '../generated.ts';
import { findObjects, slotsIn } from './find-source.ts';
import { OUTPUT, type Text, textOf } from './output.ts';
import { type EntityFetch, fetchesOf, linkedBy, type PlannedFetch, requiredBy, visitedBy } from './plan-fetches.ts';
import { fragmentsOf, positionOf, type Position, type Selected } from './position.ts';
import { type PreparedCall, prepareCall } from './prepared-call.ts';
import type { EntityReader } from './representations.ts';
import { RUNTIME, SURPRISE } from './scan-runtime.ts';
import { kindOf, makeRecord, type Program, type ScanContext, scanObject } from './scan-source.ts';
import { FIRST, KIND, longer, PLAIN, type Tape } from './tape.ts';
import { UNSUITED } from './unsuited.ts';
import { writePosition } from './write-source.ts';

/** Reads a whole answer, and makes records of it. Throws SURPRISE where it is not as expected. */
export type ScanRoot = (tape: Tape) => number;
/** @param kinds of the entities that were asked for @returns a record for each; 0 where there is none */
export type ScanEntities = (tape: Tape, kinds: readonly number[]) => readonly number[];

/** One fetch, compiled. */
export interface SplicedFetch {
  readonly planned: PlannedFetch;
  readonly call: PreparedCall;
  /** `undefined`: it is for entities. */
  readonly root: SplicedRoot | undefined;
  readonly entities: SplicedEntities | undefined;
}

export interface SplicedRoot {
  /** The slot for what it gets, in the record of the root. */
  readonly slot: number;
  readonly scan: ScanRoot;
}

export interface SplicedEntities extends EntityReader {
  /** The objects it is for. */
  readonly find: (tape: Tape, root: number) => readonly number[];
  /** The slot for what it gets, in the records of the objects. */
  readonly link: (kind: number) => number;
  readonly scan: ScanEntities;
}

export interface SplicedOperation {
  readonly fetches: ReadonlyMap<unknown, SplicedFetch>;
  /** The record of the root, empty. */
  readonly start: (tape: Tape) => number;
  /** Puts the data of the answer, as JSON, to the end of the output. */
  readonly write: (tape: Tape, root: number) => void;
  /** Lets go of the tape it has last looked at, and of the answers there. */
  readonly forget: () => void;
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
  { typeKey, denied, masks }: Pick<PlannedOperation, 'typeKey' | 'denied' | 'masks'>,
): SplicedOperation => {
  // What is copied as it stands cannot be masked.
  if (masks !== undefined) throw UNSUITED;
  const rootType = schema.getRootType(operation.operation);
  if (!isObjectType(rootType)) throw UNSUITED;
  const found = getOperationAST(document, operation.name?.value);
  if (!found) throw UNSUITED;
  const client = { schema, fragments: fragmentsOf(document), hiddenKey: typeKey };
  const layers = denied === undefined ? [] : [{ denied, when: [] }];
  const root = positionOf(client, rootType, [{ set: found.selectionSet, when: [] }], layers);
  const planned = fetchesOf(supergraphSchema, root, plan);
  const visited = visitedBy(planned);
  const program: Program = { source: [], enums: [], kinds: new Map(), number: 0 };
  const slots = rootSlots(planned, root.selected(rootType.name));
  const compiled = planned.map((fetch) => {
    const { operation: asked, fragments } = askedBy(fetch);
    const context: ScanContext = {
      program,
      fetch: fetch.number,
      asked: { schema: supergraphSchema, fragments },
      isVisited: (position: Position) => visited.has(position),
      requiredAt: requiredBy(planned),
      linkedAt: linkedBy(planned),
    };
    return fetch.entities === undefined
      ? compileRoot(context, rootType.name, root, asked)
      : compileEntities(context, fetch.entities, asked);
  });
  const { fetches, ...rest } = make(program, slots, compiled, writePosition(program, root));
  return {
    ...rest,
    fetches: new Map(planned.map((fetch, index) => [fetch.node, splicedFetch(program, fetch, fetches[index] ?? {})])),
  };
};

/** Has the engine compile the whole text. */
const make = (program: Program, slots: readonly string[], fetches: readonly string[], write: string): Made => {
  const source = `'use strict';
let P = 0, T, N = 0, B, D;
const take = (tape) => { T = tape.ints; N = tape.size; B = tape.bytes; D = tape.views; };
const leave = (tape) => { tape.ints = T; tape.size = N; };
${program.source.join('\n')}
return {
start: (tape) => { take(tape); ${makeRecord('o', PLAIN, slots)} leave(tape); return o; },
write: (tape, root) => { take(tape); ${write}(root); },
forget: () => { T = B = D = undefined; },
fetches: [${fetches.join(',\n')}]
};`;
  const made = generated(['R', 'E', 'SURPRISE', 'OUT', 'longer'], source);
  return made(RUNTIME, program.enums, SURPRISE, OUTPUT, longer) as Made;
};

interface Made extends Omit<SplicedOperation, 'fetches'> {
  readonly fetches: readonly {
    readonly root?: SplicedRoot;
    readonly entities?: Omit<SplicedEntities, 'texts'>;
  }[];
}

const splicedFetch = (
  program: Program,
  planned: PlannedFetch,
  { root, entities }: Made['fetches'][number],
): SplicedFetch => {
  const texts = planned.entities === undefined ? undefined : textsOf(program, planned.entities);
  return { planned, call: prepareCall(planned.node), root, entities: entities && texts && { ...entities, texts } };
};

/** Lays out the record of the root: what each of its fetches gets. */
const rootSlots = (planned: readonly PlannedFetch[], { links }: Selected): readonly string[] =>
  planned.flatMap(({ number, entities }) => {
    if (entities !== undefined) return [];
    links.set(number, FIRST + links.size);
    return ['0'];
  });

const askedBy = ({ node }: PlannedFetch) => {
  const document = parse(node.operation, { noLocation: true });
  const operation = document.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  if (operation === undefined) throw UNSUITED;
  return { operation, fragments: fragmentsOf(document) };
};

const compileRoot = (
  context: ScanContext,
  typeName: string,
  position: Position,
  asked: OperationDefinitionNode,
): string => {
  const sets = [{ set: asked.selectionSet, when: [] }];
  const scan = scanObject(context, { typeName, sets, position, isLinked: true, isTyped: false, isVerbatim: false });
  return `{ root: { slot: ${position.selected(typeName).links.get(context.fetch)}, scan: (tape) => {
take(tape); const b = B[${context.fetch}], d = D[${context.fetch}];
P = R.textEnd(b, 0, '{"data":'); const o = ${scan}(b, d); R.answerEnd(b, P, d);
leave(tape); return o;
} } }`;
};

const compileEntities = (
  context: ScanContext,
  { route, keysOf }: EntityFetch,
  asked: OperationDefinitionNode,
): string => {
  const { program, fetch } = context;
  const sets = [{ set: entitiesSelection(asked), when: [] }];
  const { target } = route;
  // Before anything is scanned for this fetch: it must not require what it gets itself.
  const find = findObjects(program, route);
  const types = [...keysOf.keys()].map((typeName) => {
    const link = target.selected(typeName).links.get(fetch);
    if (link === undefined) throw UNSUITED;
    const kind = target.isAbstract ? kindOf(program, typeName) : PLAIN;
    return { typeName, kind, link, keys: keysSource(target.selected(typeName), keysOf.get(typeName) ?? []) };
  });
  const scans = types.map(({ typeName, kind }) => {
    const scan = scanObject(context, {
      typeName,
      sets,
      position: target,
      isLinked: true,
      isTyped: false,
      isVerbatim: false,
    });
    return `case ${kind}: list.push(${scan}(b, d)); break;`;
  });
  const ofKind = (what: (type: (typeof types)[number]) => string): string =>
    types.map((type) => `case ${type.kind}: ${what(type)}`).join('\n');
  return `{ entities: {
find: (tape, root) => { take(tape); return ${find}(root); },
kindOf: (o) => T[o + ${KIND}],
link: (kind) => { switch (kind) { ${ofKind(({ link }) => `return ${link};`)} } throw SURPRISE; },
read: (o, into, at) => { switch (T[o + ${KIND}]) { ${ofKind(({ keys }) => `{ ${keys} }`)} } return -1; },
scan: (tape, kinds) => {
take(tape); const b = B[${fetch}], d = D[${fetch}];
const list = [];
let p = R.textEnd(b, 0, '{"data":{"_entities":[');
if (b[p] === 93) p++;
else for (;;) {
if (b[p] === 110) { p = R.nullEnd(b, p); list.push(0); }
else { P = p; switch (kinds[list.length]) { ${scans.join('\n')} default: throw SURPRISE; } p = P; }
const c = b[p++];
if (c === 93) break;
if (c !== 44) throw SURPRISE;
}
if (b[p] !== 125) throw SURPRISE;
R.answerEnd(b, p + 1, d);
leave(tape); return list;
} } }`;
};

/** Notes the values of keys: the fetch in whose answer each stands, where it begins, and where it ends. */
const keysSource = (selected: Selected, keys: readonly string[]): string => {
  const lines: string[] = [];
  let index = 0;
  for (const key of keys) {
    if (key === '__typename') continue;
    const place = selected.required.get(key);
    if (place === undefined) throw UNSUITED;
    const { link, slot } = slotsIn(selected, place);
    const holder = link === undefined ? 'o' : `h${index}`;
    if (link !== undefined) lines.push(`const ${holder} = T[o + ${link}]; if (${holder} === 0) return -1;`);
    const noted = [place.fetch, `T[${holder} + ${slot}]`, `T[${holder} + ${slot + 1}]`];
    for (const value of noted) lines.push(`into[at + ${index++}] = ${value};`);
  }
  return `${lines.join(' ')} return ${index};`;
};

/** What stands before, between and behind the values of keys in a representation. */
const textsOf = (program: Program, { route, keysOf }: EntityFetch): ReadonlyMap<number, readonly Text[]> =>
  new Map(
    [...keysOf].map(([typeName, keys]) => {
      const texts: string[] = [];
      let text = '{';
      keys.forEach((key, index) => {
        text += `${index === 0 ? '' : ','}${JSON.stringify(key)}:`;
        if (key === '__typename') text += JSON.stringify(typeName);
        else {
          texts.push(text);
          text = '';
        }
      });
      return [route.target.isAbstract ? kindOf(program, typeName) : PLAIN, [...texts, `${text}}`].map(textOf)];
    }),
  );

const entitiesSelection = ({ selectionSet }: OperationDefinitionNode): SelectionSetNode => {
  const [field] = selectionSet.selections;
  const isPlain = selectionSet.selections.length === 1 && field?.kind === Kind.FIELD && field.alias === undefined;
  if (!isPlain || field.name.value !== '_entities' || field.selectionSet === undefined) throw UNSUITED;
  return field.selectionSet;
};
