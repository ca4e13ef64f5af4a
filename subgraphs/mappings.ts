import { getNamedType, type GraphQLSchema, isEnumType, isObjectType } from 'graphql';
import type { MappingTable } from '../platform/mapping.ts';
import { logical, type Name } from '../platform/odoo/entity.ts';
import type { Connector, Subgraph } from './define-subgraph.ts';

/** How the words of one system become those of an enum, and where that is used. */
export interface Mapping {
  /** As the schema names owners. */
  readonly system: string;
  readonly name: string;
  readonly version: number;
  readonly enum: string;
  /** Coordinates of fields, `Type.field`. */
  readonly usedFor: readonly string[];
  readonly entries: readonly { readonly source: string; readonly canonical: string }[];
}

/** What an entity of any owner has in common with the others. */
interface Mapped {
  readonly type: string;
  /** Where an owner has tables with columns, and a list of words is a column's. */
  readonly model?: Name;
  readonly fields: Readonly<Record<string, { readonly mapping?: MappingTable }>>;
}

/** The tables that the fields of these subgraphs are read by, as the fields carry them, in the order of their names. */
export const mappingsOf = (subgraphs: readonly Subgraph[]): readonly Mapping[] => {
  const found = new Map<string, Mapping>();
  for (const { schema, connector } of subgraphs)
    for (const [system, entities] of entitiesOf(connector))
      for (const entity of entities)
        for (const one of mappingsIn(entity, system, schema)) {
          const key = JSON.stringify([one.system, one.name, one.version, one.enum]);
          const usedFor = new Set([...(found.get(key)?.usedFor ?? []), ...one.usedFor]);
          found.set(key, { ...one, usedFor: [...usedFor].toSorted() });
        }
  return [...found.values()].toSorted((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1));
};

const orderOf = ({ system, name, version, enum: type }: Mapping): string => [system, name, type, version].join(' ');

const entitiesOf = ({ odoo = [], hr = [], scheduling = [], billing = [] }: Connector<object>) =>
  Object.entries({ ODOO: odoo, HR: hr, SCHEDULING: scheduling, BILLING: billing }) as readonly (readonly [
    string,
    readonly Mapped[],
  ])[];

const mappingsIn = ({ type, model, fields }: Mapped, system: string, schema: GraphQLSchema): readonly Mapping[] =>
  Object.entries(fields).flatMap(([field, { mapping }]) => {
    if (mapping === undefined) return [];
    const path = [...field.split('.'), ...(mapping.part?.split('.') ?? [])];
    const place = placeOf(schema, type, path);
    if (place === null) return [];
    const { version, words } = mapping;
    const name = model === undefined ? mapping.name : `${logical(model)}.${mapping.name}`;
    const entries = Object.entries(words).map(([source, canonical]) => ({ source, canonical }));
    return [{ system, name, version, enum: place.enum, usedFor: [place.coordinate], entries }];
  });

/** The field at the end of a path, and its enum; null for what is no part of the graph. */
const placeOf = (
  schema: GraphQLSchema,
  typeName: string,
  [field = '', ...rest]: readonly string[],
): { readonly coordinate: string; readonly enum: string } | null => {
  const type = schema.getType(typeName);
  const target = isObjectType(type) ? type.getFields()[field] : undefined;
  if (target === undefined) return null;
  const named = getNamedType(target.type);
  if (rest.length > 0) return placeOf(schema, named.name, rest);
  return isEnumType(named) ? { coordinate: `${typeName}.${field}`, enum: named.name } : null;
};
