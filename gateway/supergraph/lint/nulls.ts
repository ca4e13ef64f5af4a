import { type DocumentNode, type FieldDefinitionNode, Kind } from 'graphql';
import {
  type FieldedType,
  fieldedTypes,
  graphNames,
  graphsOfField,
  isMarked,
  namedType,
  ROOTS,
  textOf,
  usesOf,
} from '../../../policies/supergraph-text.ts';

/**
 * No null takes more with it than it has to: a field that may be null because its subgraph is down, or because the caller
 * may not see it, is nullable. (A denied list is null as a whole, so that its items need no look.)
 */
export const lintNulls = (document: DocumentNode): readonly string[] => {
  const types = new Map(fieldedTypes(document).map((type) => [type.name.value, type]));
  const names = graphNames(document);
  return [...types.values()].flatMap((type) =>
    (type.fields ?? [])
      .filter((field) => field.type.kind === Kind.NON_NULL_TYPE)
      .flatMap((field) => {
        const coordinate = `${type.name.value}.${field.name.value}`;
        const elsewhere = graphsWithout(type, field).map((graph) => names.get(graph) ?? graph);
        return [
          ...(elsewhere.length > 0 && !ROOTS.has(type.name.value)
            ? [
                `${coordinate}: must be nullable, since a ${type.name.value} of ${elsewhere.join(', ')} gets it from another subgraph`,
              ]
            : []),
          ...(isGuardedBeyond(type, field, types)
            ? [`${coordinate}: must be nullable, since not everybody who may see a ${type.name.value} may see it`]
            : []),
        ];
      }),
  );
};

/**
 * Graphs that hand out objects of the type and cannot answer the field themselves; none for what tells objects apart.
 * An object that is known by one key and has lost the others is lost itself, whatever they are.
 */
const graphsWithout = (type: FieldedType, field: FieldDefinitionNode): readonly string[] => {
  const uses = usesOf(type, 'join__type');
  if (uses.some(({ key }) => typeof key === 'string' && key.split(/[\s{}]+/).includes(field.name.value))) return [];
  const able = new Set(graphsOfField(type, field));
  const graphs = new Set(uses.flatMap(({ graph }) => textOf(graph) ?? []));
  return [...graphs].filter((graph) => !able.has(graph));
};

/** Alternatives of sets of scopes; `@authenticated` alone is one alternative that asks for nothing. Undefined: anybody. */
type Needs = readonly (readonly string[])[] | undefined;

const needsOf = (node: Pick<FieldDefinitionNode, 'directives'>): Needs => {
  const [scopes] = usesOf(node, 'requiresScopes');
  if (scopes !== undefined) return scopes['scopes'] as readonly (readonly string[])[];
  return isMarked(node, 'authenticated') ? [[]] : undefined;
};

const isGuardedBeyond = (
  type: FieldedType,
  field: FieldDefinitionNode,
  types: ReadonlyMap<string, FieldedType>,
): boolean => {
  const held = needsOf(type);
  const returned = types.get(namedType(field.type));
  const asked = [needsOf(field), returned === undefined ? undefined : needsOf(returned)];
  if (asked.some((needs) => needs !== undefined && !implies(held, needs))) return true;
  const policies = new Set(policiesOf(type));
  return [...policiesOf(field), ...(returned === undefined ? [] : policiesOf(returned))].some(
    (policy) => !policies.has(policy),
  );
};

/** Each use of `@policy`, as text: whoever may see the object has passed those of its type, and of no other. */
const policiesOf = (node: Pick<FieldDefinitionNode, 'directives'>): readonly string[] =>
  usesOf(node, 'policy').map(({ policies }) => JSON.stringify(policies));

/** Whoever meets the one meets the other. */
const implies = (held: Needs, asked: readonly (readonly string[])[]): boolean =>
  held !== undefined &&
  held.every((set) => asked.some((alternative) => alternative.every((scope) => set.includes(scope))));
