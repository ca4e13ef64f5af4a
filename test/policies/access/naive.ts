import {
  type ArgumentNode,
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  isCompositeType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';
import { sightOf } from '../../../policies/audiences.ts';
import type { Identity } from '../../../platform/identity.ts';
import { filtered, type Guard, type Model } from './random-model.ts';

type Variables = Readonly<Record<string, unknown>>;

/** Something of the invented data; ids are paths, so that everything about it can be derived from them. */
export interface Thing {
  readonly type: string;
  readonly id: string;
}

export type Invent = (parent: Thing | undefined, field: string, type: string) => unknown;

export interface Outcome {
  readonly data: unknown;
  /** Paths of what is refused, with `@` for indices. */
  readonly denied: ReadonlySet<string>;
}

/**
 * Evaluates a document object by object, and asks at each field whether it may be seen: slow, simple, and written from
 * the specification of the directives and from the model, not from the schema's text.
 */
export const evaluateNaively = (
  schema: GraphQLSchema,
  model: Model,
  document: DocumentNode,
  identity: Identity,
  given: Variables,
  invent: Invent,
): Outcome => {
  const operation = document.definitions.find(
    (node): node is OperationDefinitionNode => node.kind === Kind.OPERATION_DEFINITION,
  );
  if (operation === undefined) throw new Error('no operation');
  const fragments = new Map(
    document.definitions.flatMap((node): [string, FragmentDefinitionNode][] =>
      node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node]] : [],
    ),
  );
  const variables = withDefaults(operation, given);
  const denied = new Set<string>();

  const possible = (type: string): readonly string[] => model.members[type] ?? [type];
  const fieldType = (name: string): string => model.fields[name]?.type ?? '';
  const has = (type: string, name: string): boolean =>
    (model.objects[type] ?? model.interfaces[type] ?? []).includes(name);

  // --- Who may.

  const meetsRule = (name: string, args: Variables): boolean => {
    if (name === 'boss') return identity.subject === 'boss';
    if (name === 'payroll') return identity.purpose === 'payroll';
    return typeof args['n'] === 'number' && args['n'] % 2 === 0;
  };
  const meets = (guard: Guard | undefined, args: Variables): boolean =>
    guard === undefined ||
    ((guard.scopes ?? [[]]).some((set) => set.every((scope) => identity.scopes.has(scope))) &&
      (guard.policies ?? [[]]).some((set) => set.every((name) => meetsRule(name, args))));
  const meetsType = (type: string): boolean => meets(model.guards[type], {});
  /** Whether values of a field of A are seen as they are. */
  const sees = (field: string): boolean => {
    const guard = model.guards[`A.${field}`];
    if (guard?.class === undefined) return true;
    const sight = sightOf(guard.class, identity.audience, identity.purpose);
    return sight === 'clear' || (sight === 'masked' && isKept(field, guard));
  };
  const mayUse = (field: string): boolean =>
    meetsType('A') && meets(model.guards[`A.${field}`], {}) && meetsType(bare(fieldType(field))) && sees(field);

  // --- Arguments.

  const mayUseFilter = (value: unknown): boolean => {
    if (value === null || value === undefined) return true;
    if (Array.isArray(value)) return value.every(mayUseFilter);
    const count = filtered(model).includes('count') ? { count: 7 } : {};
    const { and, by, ...named }: FilterValue = { ...count, ...(value as FilterValue) };
    return (
      Object.entries(named).every(([field, inner]) => inner === null || mayUse(field)) &&
      mayUseFilter(and) &&
      mayOrder(by)
    );
  };
  const mayOrder = (value: unknown): boolean => {
    if (value === null || value === undefined) return true;
    if (Array.isArray(value)) return value.every(mayOrder);
    return meetsType('AOrderField') && mayUse((value as string).toLowerCase());
  };
  const valuesOf = ({ name, arguments: nodes = [] }: FieldNode): Variables => {
    const values: Record<string, unknown> = { ...DEFAULTS[model.fields[name.value]?.args ?? ''] };
    for (const node of nodes) {
      const value = valueOf(node.value, variables);
      if (value !== undefined) values[node.name.value] = value;
    }
    return values;
  };

  // --- Selections.

  interface Placed {
    readonly node: FieldNode;
    readonly on: string;
    /** Judged by these: where fragments exclude one another, by what the innermost names. */
    readonly objects: readonly string[];
    /** Those it is really selected on. */
    readonly applies: readonly string[];
  }

  const isIncluded = (directives: readonly DirectiveNode[] = []): boolean =>
    directives.every(({ name, arguments: [argument] = [] }) => {
      const value = valueOf((argument as ArgumentNode).value, variables);
      return name.value === 'skip' ? value === false : value === true;
    });

  /** Fields of a set, fragments dissolved. `all`: those too that a condition leaves out. */
  const flatten = (
    set: SelectionSetNode,
    on: string,
    all: boolean,
    objects: readonly string[] = possible(on),
    applies: readonly string[] = objects,
  ): Placed[] =>
    set.selections.flatMap((node): Placed[] => {
      if (!all && !isIncluded(node.directives)) return [];
      if (node.kind === Kind.FIELD) return [{ node, on, objects, applies }];
      const fragment = node.kind === Kind.FRAGMENT_SPREAD ? fragments.get(node.name.value) : node;
      const condition = fragment?.typeCondition?.name.value ?? on;
      const both = objects.filter((object) => possible(condition).includes(object));
      const inner = applies.filter((object) => possible(condition).includes(object));
      if (fragment === undefined) throw new Error('no such fragment');
      return flatten(fragment.selectionSet, condition, all, both.length === 0 ? possible(condition) : both, inner);
    });

  const isAllowed = ({ node, on, objects }: Placed): boolean => {
    const name = node.name.value;
    if (name === '__typename') return true;
    const args = valuesOf(node);
    const places = [on, ...objects].filter((type) => type === on || has(type, name));
    return (
      places.every((type) => meetsType(type) && meets(model.guards[`${type}.${name}`], args)) &&
      meetsType(bare(fieldType(name))) &&
      mayUseFilter(args['filter']) &&
      mayOrder(args['by'])
    );
  };

  const isLive = (placed: Placed): boolean => {
    if (!isAllowed(placed)) return false;
    const { selectionSet, name } = placed.node;
    if (selectionSet === undefined) return true;
    return flatten(selectionSet, bare(fieldType(name.value)), true).some(isLive);
  };

  const report = (set: SelectionSetNode, on: string, path: readonly string[]): void => {
    for (const placed of flatten(set, on, false)) {
      const { alias, name, selectionSet } = placed.node;
      const here = [...path, (alias ?? name).value];
      if (placed.applies.length === 0) continue;
      if (!isAllowed(placed)) denied.add(here.join('.'));
      else if (selectionSet !== undefined) {
        const indices = fieldType(name.value)
          .split('[')
          .slice(1)
          .map(() => '@');
        report(selectionSet, bare(fieldType(name.value)), [...here, ...indices]);
      }
    }
  };

  // --- Values.

  const objectOf = (thing: Thing | undefined, type: string, placed: readonly Placed[]): unknown => {
    const data: Record<string, unknown> = {};
    for (const { node } of placed) {
      const key = (node.alias ?? node.name).value;
      if (key in data) continue;
      const same = placed.filter((other) => (other.node.alias ?? other.node.name).value === key);
      const field = node.name.value;
      const declared = fieldType(field);
      if (field === '__typename') data[key] = type;
      else if (same.some(isLive))
        data[key] = completed(invent(thing, field, declared), declared, same.filter(isAllowed));
      else data[key] = null;
      if (data[key] === null && declared.endsWith('!')) return null;
    }
    return data;
  };

  const completed = (value: unknown, type: string, placed: readonly Placed[]): unknown => {
    if (value === null) return null;
    const nullable = type.replace(/!$/, '');
    if (nullable.startsWith('[')) {
      const item = nullable.slice(1, -1);
      const items = (value as unknown[]).map((one) => completed(one, item, placed));
      return item.endsWith('!') && items.includes(null) ? null : items;
    }
    if (!isCompositeType(schema.getType(nullable))) return value;
    const thing = value as Thing;
    const inner = placed.flatMap(({ node }) =>
      node.selectionSet === undefined ? [] : flatten(node.selectionSet, nullable, false),
    );
    return objectOf(
      thing,
      thing.type,
      inner.filter(({ applies }) => applies.includes(thing.type)),
    );
  };

  report(operation.selectionSet, 'Query', []);
  const root = flatten(operation.selectionSet, 'Query', false);
  return { data: objectOf(undefined, 'Query', root), denied };
};

/** Of `AFilter`. */
type FilterValue = Readonly<Record<string, unknown>>;

const bare = (type: string): string => type.replace(/[[\]!]/g, '');

/** What stays as it is where persons are masked: what says so and may, and numbers. */
const isKept = (field: string, { class: own, isKept: said }: Guard): boolean => {
  const isText = field === 'name' || field === 'secret';
  if (field === 'count') return own === 'HR' || own === 'PII';
  return isText && said && own === 'HR';
};

/** Of the arguments in the schema, as the model writes them. */
const DEFAULTS: Readonly<Record<string, Variables>> = {
  '(n: Int = 1)': { n: 1 },
  '(n: Int = 2, by: AOrderField)': { n: 2 },
  '(filter: AFilter = { name: 1 }, by: AOrderField = COUNT, n: Int = 4)': { filter: { name: 1 }, by: 'COUNT', n: 4 },
};

const withDefaults = (operation: OperationDefinitionNode, given: Variables): Variables => {
  const variables: Record<string, unknown> = {};
  for (const { variable, defaultValue } of operation.variableDefinitions ?? []) {
    const name = variable.name.value;
    if (Object.hasOwn(given, name)) variables[name] = given[name];
    else if (defaultValue !== undefined) variables[name] = valueOf(defaultValue, {});
  }
  return variables;
};

/** `undefined` for a variable that is not given. */
const valueOf = (node: ValueNode, variables: Variables): unknown => {
  if (node.kind === Kind.VARIABLE) return variables[node.name.value];
  if (node.kind === Kind.NULL) return null;
  if (node.kind === Kind.LIST) return node.values.map((one) => valueOf(one, variables) ?? null);
  if (node.kind === Kind.INT) return Number(node.value);
  if (node.kind !== Kind.OBJECT) return 'value' in node ? node.value : undefined;
  return Object.fromEntries(
    node.fields.flatMap(({ name, value }) => {
      const inner = valueOf(value, variables);
      return inner === undefined ? [] : [[name.value, inner]];
    }),
  );
};
