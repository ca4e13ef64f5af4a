import {
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  getNamedType,
  isInterfaceType,
  isObjectType,
} from 'graphql';
import type { Identity } from '../../platform/identity.ts';
import type { AudienceName } from '../audiences.ts';
import { isAudience } from '../audiences.ts';
import type { DataClass } from '../classes.ts';
import { maskFor, sightsOf } from '../field-masks.ts';
import type { Mask } from '../masks.ts';
import type { AccessGraph } from './access-graph.ts';
import { rowsBy, type RowsBy, rowTypeOf } from './explain-paths.ts';
import { fieldNeeds, type FieldNeeds } from './field-needs.ts';
import { isSatisfied, type Requirement } from './requirement.ts';

/** What a schema says of access to one field, whoever asks. */
export interface FieldGuard {
  readonly coordinate: string;
  readonly type: string;
  readonly field: string;
  /** Null for parts of values, whose class and mask are those of the field that holds the value. */
  readonly class: DataClass | null;
  /** All of them have to be met. */
  readonly asks: readonly Requirement[];
  /** These as well, and whether they are depends on the arguments. */
  readonly asksByArguments: readonly Requirement[];
}

/** `ABSENT`: it is not in the contract. */
export type FieldVerdict = 'ALLOWED' | 'MASKED' | 'DENIED' | 'ABSENT';

/** What one caller sees of a field. */
export interface FieldAccess {
  readonly verdict: FieldVerdict;
  readonly mask: Mask | null;
  readonly unmet: readonly Requirement[];
  /** By what the rows of what it returns are chosen. */
  readonly rows: readonly RowsBy[];
}

type Fielded = GraphQLObjectType | GraphQLInterfaceType;

const fieldedTypes = ({ schema }: AccessGraph): readonly Fielded[] =>
  Object.values(schema.getTypeMap()).filter(
    (type): type is Fielded => (isObjectType(type) || isInterfaceType(type)) && !type.name.startsWith('__'),
  );

/** Every field of the graph, by type and then in the order of the schema. */
export const fieldGuards = (graph: AccessGraph): readonly FieldGuard[] => {
  const known = GUARDS.get(graph);
  if (known !== undefined) return known;
  const made = fieldedTypes(graph)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((type) => Object.keys(type.getFields()).flatMap((field) => guardOf(graph, type.name, field) ?? []));
  GUARDS.set(graph, made);
  return made;
};

const GUARDS = new WeakMap<AccessGraph, readonly FieldGuard[]>();

/** That of one field; `undefined` where there is no such field. */
export const guardAt = (graph: AccessGraph, coordinate: string): FieldGuard | undefined => {
  const [type = '', field = ''] = coordinate.split('.');
  return guardOf(graph, type, field);
};

const guardOf = (graph: AccessGraph, type: string, field: string): FieldGuard | undefined => {
  const needs = needsOf(graph, type, field);
  if (needs === undefined) return undefined;
  const { all } = graph.requirements;
  const coordinate = `${type}.${field}`;
  return {
    coordinate,
    type,
    field,
    class: graph.fields.get(coordinate)?.class ?? null,
    asks: [...needs.always].flatMap((id) => all[id] ?? []),
    asksByArguments: needs.local.flatMap(({ requirement }) => all[requirement] ?? []),
  };
};

/** As it is judged where it is selected without arguments. */
const needsOf = ({ schema, requirements }: AccessGraph, name: string, fieldName: string): FieldNeeds | undefined => {
  const parent = schema.getType(name);
  if (!isObjectType(parent) && !isInterfaceType(parent)) return undefined;
  const field = parent.getFields()[fieldName];
  const objects = new Set(isInterfaceType(parent) ? schema.getPossibleTypes(parent).map((one) => one.name) : [name]);
  return field && fieldNeeds(schema, requirements, { parent, objects, field, arguments: undefined });
};

/** What this caller sees of a field, where the object it is a field of is seen. */
export const accessTo = (graph: AccessGraph, guard: FieldGuard, identity: Identity): FieldAccess => {
  const { coordinate, type, field, asks } = guard;
  if (!isThere(graph, type, field, identity.audience)) return { verdict: 'ABSENT', mask: null, unmet: [], rows: [] };
  const unmet = asks.filter((one) => !isSatisfied(one, identity, graph.requirements.rules));
  if (unmet.length > 0) return { verdict: 'DENIED', mask: null, unmet, rows: [] };
  const mask = graph.masks.get(coordinate);
  const as = mask === undefined ? 'KEEP' : maskFor(mask, sightsOf(identity.audience, identity.purpose));
  const rows = rowsAt(graph, type, field, identity);
  // Places in a list are sealed for who does not see the rows in clear, and tell nobody less.
  if (as === 'KEEP' || as === 'SEAL') return { verdict: 'ALLOWED', mask: null, unmet, rows };
  return { verdict: 'MASKED', mask: as, unmet, rows };
};

const isThere = ({ schemaFor }: AccessGraph, type: string, field: string, audience: string): boolean => {
  const shown = isAudience(audience) ? schemaFor(audience satisfies AudienceName)?.getType(type) : undefined;
  return (isObjectType(shown) || isInterfaceType(shown)) && field in shown.getFields();
};

const rowsAt = (
  { schema, rows }: AccessGraph,
  name: string,
  field: string,
  { party }: Pick<Identity, 'party'>,
): readonly RowsBy[] => {
  const type = schema.getType(name);
  if ((!isObjectType(type) && !isInterfaceType(type)) || /(?:Connection|Edge)$/.test(name)) return [];
  const returned = type.getFields()[field]?.type;
  return returned === undefined ? [] : rowsBy(rows.get(rowTypeOf(schema, getNamedType(returned).name)), party);
};
