import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  execute,
  type FieldNode,
  type GraphQLObjectType,
  getNamedType,
  isCompositeType,
  isObjectType,
  isUnionType,
  Kind,
  type OperationDefinitionNode,
  parse,
  type SelectionSetNode,
  specifiedRules,
  validate,
} from 'graphql';
import { hold } from '../../policies/access/conditions.ts';
import { analyzeOperation } from '../../policies/access/analyze-operation.ts';
import { filterDocument, maskOf } from '../../policies/access/filter-document.ts';
import { completeDenied } from '../../gateway/executor/complete-denied.ts';
import { compose } from '../../gateway/supergraph/compose.ts';
import { createGeneration, type Generation } from '../../gateway/supergraph/generation.ts';
import { holding } from '../harness/identity.ts';
import { LINK } from './start-graph.ts';

const SDL = `${LINK}
  type Query { a: A  node: Node!  nodes: [Node]  any: [Any!]!  other: Named }
  interface Node { id: ID  up: Node }
  interface Named { name: String }
  union Any = A | B | C
  type A implements Node & Named { id: ID  up: Node  name: String @requiresScopes(scopes: [["n"]])  own: Int! @authenticated }
  type B implements Node @requiresScopes(scopes: [["b"], ["n", "s"]]) { id: ID  up: B  list: [[Any]] }
  type C implements Named { name: String  secret: Secret  node: Node! }
  scalar Secret @requiresScopes(scopes: [["s"]])
`;

const generation = createGeneration(compose([{ name: 'one', url: 'http://one.invalid', sdl: SDL }]).supergraphSdl);

/** What each coordinate asks, written down once more and by hand. */
const NEEDS: Readonly<Record<string, (has: (scope: string) => boolean) => boolean>> = {
  'A.name': (has) => has('n'),
  B: (has) => has('b') || (has('n') && has('s')),
  Secret: (has) => has('s'),
};

/** Fragments that no object can be in at once. */
const EXCLUDING = 'nodes { ... on Named { ... on Node { ... on B { __typename } } name } up { id } }';

/** What is denied leaves nothing of its own selection, and another one of the same key fills the object. */
const FILLED_BY_ANOTHER = 'a { up { __typename } up { ... on B { id } } }';

describe('filterDocument', () => {
  it('leaves and blanks what a field-by-field evaluation of the whole document would', () => {
    fc.assert(
      fc.property(selections('Query', 5), fc.subarray(['n', 'b', 's']), fc.boolean(), (text, scopes, on) => {
        const document = parse(`query($on: Boolean!) { __typename @include(if: $on) ${text} }`);
        // Fields of the same key that cannot be merged are a matter of validation, and never come this far.
        fc.pre(validate(generation.schema, document, specifiedRules).length === 0);
        const identity = holding(scopes);
        const analyzed = analyzeOperation(generation.schema, generation.requirements, document, null);
        const prepared = filterDocument(analyzed, maskOf(generation.requirements, analyzed, identity));
        const variables = { on };
        if (prepared.document !== undefined) {
          expect(validate(generation.schema, prepared.document, specifiedRules)).toEqual([]);
        }
        const executed = prepared.document === undefined ? {} : (run(generation, prepared.document, variables) ?? null);
        const { denied, typeKey } = prepared;
        const completed =
          executed === null || denied === undefined
            ? executed
            : completeDenied(executed, denied, { typeKey, variables });
        const naive = evaluate(document, identity.scopes, variables);
        expect(JSON.parse(JSON.stringify(completed))).toEqual(naive.data);
        const told = prepared.deniedPaths.filter(({ when }) => hold(when, variables)).map(({ path }) => path.join('.'));
        expect(new Set(told)).toEqual(naive.denied);
      }),
      {
        numRuns: 400,
        examples: [
          [EXCLUDING, [], false],
          [FILLED_BY_ANOTHER, [], true],
          [
            'other @include(if: $on) { __typename } other @skip(if: $on) { ... on C @include(if: $on) { secret } }',
            [],
            true,
          ],
        ],
      },
    );
  });
});

/** Text of selections on a type; aliases from a short list, so that keys meet. */
const selections = (type: string, depth: number): fc.Arbitrary<string> =>
  fc.array(selection(type, depth), { minLength: 1, maxLength: 4 }).map((parts) => parts.join(' '));

const CONDITIONS = ['', '', '', '@include(if: $on)', '@skip(if: $on)', '@skip(if: true)', '@include(if: true)'];

const selection = (typeName: string, depth: number): fc.Arbitrary<string> => {
  const type = generation.schema.getType(typeName);
  if (!isCompositeType(type)) throw new Error(typeName);
  const condition = fc.constantFrom(...CONDITIONS);
  const fields = isUnionType(type) ? [] : Object.values(type.getFields());
  const leaves = fields.filter((field) => !isCompositeType(getNamedType(field.type)));
  const inner = fields.filter((field) => isCompositeType(getNamedType(field.type)));
  const options = [condition.map((when) => `__typename ${when}`)];
  if (leaves.length > 0)
    options.push(
      fc
        .tuple(fc.constantFrom(...leaves), fc.constantFrom('', '', 'x: ', 'y: '), condition)
        .map(([{ name }, alias, when]) => `${alias}${name} ${when}`),
    );
  if (depth > 0 && inner.length > 0)
    options.push(
      fc
        .tuple(fc.constantFrom(...inner), fc.constantFrom('', '', 'z: '), condition)
        .chain(([field, alias, when]) =>
          selections(getNamedType(field.type).name, depth - 1).map((set) => `${alias}${field.name} ${when} { ${set} }`),
        ),
    );
  if (depth > 0 && typeName !== 'Query') {
    const conditions = isObjectType(type) ? [typeName] : ['A', 'B', 'C', 'Node', 'Named', typeName];
    options.push(
      fc
        .tuple(fc.constantFrom(...conditions), condition)
        .chain(([on, when]) => selections(on, depth - 1).map((set) => `... on ${on} ${when} { ${set} }`)),
    );
  }
  return fc.oneof(...options);
};

interface Thing {
  readonly type: 'A' | 'B' | 'C';
  readonly depth: number;
}

/** The same invented data for both evaluators. Deep enough for every document above, and with nulls in it. */
const valueOf = (parent: Thing | undefined, field: string): unknown => {
  const depth = (parent?.depth ?? 0) + 1;
  const things = (['A', 'B', 'C'] as const).map((type): Thing => ({ type, depth }));
  const [a, b, c] = things;
  const values: Record<string, unknown> = {
    a,
    node: b,
    nodes: [a, null, b],
    any: [c, b, a],
    other: c,
    up: parent?.type === 'B' ? (depth > 3 ? null : b) : depth % 2 === 0 ? b : a,
    list: [[a, null, c], null, []],
    id: 'id',
    name: 'name',
    own: 1,
    secret: 'secret',
  };
  return values[field];
};

const run = ({ schema }: Generation, document: ReturnType<typeof parse>, variableValues: Record<string, unknown>) => {
  const result = execute({
    schema,
    document,
    variableValues,
    fieldResolver: (parent: Thing | undefined, _arguments, _context, { fieldName }) => valueOf(parent, fieldName),
    typeResolver: (thing: Thing) => thing.type,
  });
  if (result instanceof Promise) throw new Error('nothing here is asynchronous');
  expect(result.errors).toBeUndefined();
  return result.data;
};

/** Evaluates a whole document object by object, and asks at each field whether it may be seen. Slow and simple. */
const evaluate = (
  document: ReturnType<typeof parse>,
  scopes: ReadonlySet<string>,
  variables: { readonly on: boolean },
) => {
  const { schema } = generation;
  const has = (scope: string) => scopes.has(scope);
  const meets = (coordinate: string) => NEEDS[coordinate]?.(has) ?? true;
  const denied = new Set<string>();
  const possible = (name: string): string[] =>
    ['A', 'B', 'C', 'Query'].filter((object) => {
      const type = schema.getType(name);
      if (!isCompositeType(type)) return false;
      return isObjectType(type) ? name === object : schema.isSubType(type, schema.getType(object) as GraphQLObjectType);
    });
  const included = (node: { readonly directives?: readonly unknown[] }): boolean =>
    (
      (node.directives ?? []) as {
        name: { value: string };
        arguments: { value: { kind: string; value?: boolean } }[];
      }[]
    ).every(({ name, arguments: [argument] }) => {
      const value = argument?.value.kind === Kind.VARIABLE ? variables.on : argument?.value.value;
      return name.value === 'skip' ? value === false : value === true;
    });

  interface Placed {
    readonly node: FieldNode;
    readonly on: string;
    /** Judged by these: where fragments exclude one another, by what the innermost names. */
    readonly objects: readonly string[];
    /** Those it is really selected on. */
    readonly applies: readonly string[];
  }
  /** Fields of a set, fragments dissolved, each with the object types it can apply to. Left out: whatever is excluded. */
  const flatten = (
    set: SelectionSetNode,
    on: string,
    all: boolean,
    objects: readonly string[] = possible(on),
    applies: readonly string[] = objects,
  ): Placed[] =>
    set.selections.flatMap((node): Placed[] => {
      if (!all && !included(node)) return [];
      if (node.kind === Kind.FIELD) return [{ node, on, objects, applies }];
      if (node.kind === Kind.FRAGMENT_SPREAD) throw new Error('not generated');
      const condition = node.typeCondition?.name.value ?? on;
      const both = objects.filter((object) => possible(condition).includes(object));
      const inner = applies.filter((object) => possible(condition).includes(object));
      return flatten(node.selectionSet, condition, all, both.length === 0 ? possible(condition) : both, inner);
    });
  const typeOf = (on: string, field: string) => {
    const type = schema.getType(on);
    return isCompositeType(type) && !isUnionType(type) ? type.getFields()[field]?.type : undefined;
  };
  const isAllowed = ({ node, on, objects }: Placed): boolean =>
    node.name.value === '__typename' ||
    [on, ...objects].every((name) => {
      const type = typeOf(name, node.name.value);
      return (
        meets(name) && meets(`${name}.${node.name.value}`) && (type === undefined || meets(getNamedType(type).name))
      );
    });
  /** Whether anything of a field can be selected; conditions are not looked at, as a document is judged before them. */
  const isLive = (placed: Placed): boolean => {
    if (!isAllowed(placed)) return false;
    const { selectionSet } = placed.node;
    const type = typeOf(placed.on, placed.node.name.value);
    if (selectionSet === undefined || type === undefined) return true;
    const name = getNamedType(type).name;
    return flatten(selectionSet, name, true).some(isLive);
  };
  const report = (set: SelectionSetNode, on: string, path: string[]): void => {
    for (const placed of flatten(set, on, false)) {
      const key = placed.node.alias?.value ?? placed.node.name.value;
      const type = typeOf(placed.on, placed.node.name.value);
      if (placed.applies.length === 0) continue;
      if (!isAllowed(placed)) denied.add([...path, key].join('.'));
      else if (placed.node.selectionSet !== undefined && type !== undefined) {
        const indices = String(type)
          .split('[')
          .slice(1)
          .map(() => '@');
        report(placed.node.selectionSet, getNamedType(type).name, [...path, key, ...indices]);
      }
    }
  };
  const evaluateObject = (thing: Thing | undefined, typeName: string, placed: readonly Placed[]): unknown => {
    const data: Record<string, unknown> = {};
    for (const { node } of placed) {
      const key = node.alias?.value ?? node.name.value;
      if (key in data) continue;
      const same = placed.filter((other) => (other.node.alias?.value ?? other.node.name.value) === key);
      const live = same.filter(isLive);
      const [first] = live.length > 0 ? live : same;
      const field = first?.node.name.value ?? '';
      const type = typeOf(first?.on ?? '', field);
      if (field === '__typename') data[key] = typeName;
      else
        data[key] =
          live.length === 0 ? null : evaluateValue(valueOf(thing, field), String(type), same.filter(isAllowed));
      if (data[key] === null && String(type).endsWith('!')) return null;
    }
    return data;
  };
  const evaluateValue = (value: unknown, type: string, placed: readonly Placed[]): unknown => {
    if (value === null || value === undefined) return null;
    const bare = type.replace(/!$/, '');
    if (bare.startsWith('[')) {
      const item = bare.slice(1, -1);
      const items = (value as unknown[]).map((one) => evaluateValue(one, item, placed));
      return item.endsWith('!') && items.includes(null) ? null : items;
    }
    if (!isCompositeType(schema.getType(bare))) return value;
    const thing = value as Thing;
    // The same key may be selected on an interface and on an object whose field is of a narrower type.
    const inner = placed.flatMap(({ node, on }) => {
      const returned = typeOf(on, node.name.value);
      if (node.selectionSet === undefined || returned === undefined) return [];
      return flatten(node.selectionSet, getNamedType(returned).name, false);
    });
    return evaluateObject(
      thing,
      thing.type,
      inner.filter(({ applies }) => applies.includes(thing.type)),
    );
  };
  const [operation] = document.definitions as OperationDefinitionNode[];
  if (operation === undefined) throw new Error('no operation');
  report(operation.selectionSet, 'Query', []);
  const data = evaluateObject(undefined, 'Query', flatten(operation.selectionSet, 'Query', false));
  return { data: JSON.parse(JSON.stringify(data)) as unknown, denied };
};
