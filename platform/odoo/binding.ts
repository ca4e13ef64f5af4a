import { allOf, anyOf, nothing } from './domain.ts';
import { type Columns, type EntitySpec, type Environment, logical, type Name } from './entity.ts';
import type { Domain, ModelDescription, OdooRow } from './types.ts';

/** A field of an entity, ready to be read from one server. */
export interface BoundField {
  readonly columns: readonly string[];
  readonly named: boolean;
  readonly read: (row: OdooRow, env: Environment) => unknown;
}

export interface Order {
  readonly column: string;
  readonly direction: 'ASC' | 'DESC';
}

/** An entity whose names have been found on one server. */
export interface BoundEntity {
  readonly spec: EntitySpec;
  readonly model: string;
  readonly fields: ReadonlyMap<string, BoundField>;
  readonly filters: ReadonlyMap<string, (input: never, env: Environment) => Domain>;
  readonly orders: ReadonlyMap<string, string>;
  readonly defaultOrder: Order;
  readonly where: Domain;
  /** Columns that are dates with a time: their order values are compared in Odoo's own format. */
  readonly datetimes: ReadonlySet<string>;
  readonly archives: boolean;
  /** The physical name of a column that the spec names. */
  column(name: Name): string;
  /** The domain that keeps a read inside these companies. */
  within(companies: readonly number[]): Domain;
}

/** Every name a spec needs; optional ones are marked. */
export const namesOf = (spec: EntitySpec): readonly { readonly name: Name; readonly optional: boolean }[] => {
  const required: Name[] = [
    ...(spec.visibility === 'everyone' ? [] : [companyOf(spec)]),
    ...(spec.where?.needs ?? []),
    ...Object.values(spec.filters ?? {}).flatMap(({ needs }) => needs),
    ...Object.values(spec.orders ?? {}),
    ...(spec.defaultOrder === undefined ? [] : [spec.defaultOrder.field]),
    ...(spec.relations ?? []),
  ];
  const fields = Object.values(spec.fields);
  return [
    ...[...required, ...fields.flatMap((field) => (field.optional === true ? [] : field.needs))].map((name) => ({
      name,
      optional: false,
    })),
    ...fields
      .flatMap((field) => (field.optional === true ? field.needs : []))
      .map((name) => ({ name, optional: true })),
  ];
};

/**
 * Binds a spec to what a server calls things.
 *
 * `problems` collects `model.field` for every required name the server lacks, so that an operator reads them all at once.
 */
export const bindEntity = (
  spec: EntitySpec,
  model: string,
  description: ModelDescription,
  problems: string[],
): BoundEntity => {
  const find = (name: Name): string | null =>
    alternatives(name).find((known) => known === 'id' || description.has(known)) ?? null;
  const column = (name: Name): string => {
    const found = find(name);
    if (found === null) problems.push(`${model}.${alternatives(name).join('|')}`);
    return found ?? logical(name);
  };
  const columns = (names: readonly Name[]): Columns => names.map(column);
  const company = spec.visibility === 'everyone' ? null : column(companyOf(spec));
  const fields = Object.entries(spec.fields).map(([key, mapping]): [string, BoundField] => {
    const found = mapping.optional === true ? mapping.needs.map(find) : columns(mapping.needs);
    const missing = found.includes(null);
    return [
      key,
      {
        columns: missing ? [] : (found as string[]),
        named: mapping.named === true,
        read: missing ? () => null : mapping.bind(found),
      },
    ];
  });
  for (const [key, name] of Object.entries(spec.orders ?? {})) {
    const at = description.get(column(name));
    if (at?.sortable === false) problems.push(`${model}.${column(name)} (cannot be ordered by, for ${key})`);
  }
  return Object.freeze({
    spec,
    model,
    fields: new Map(fields),
    filters: new Map(Object.entries(spec.filters ?? {}).map(([key, { needs, bind }]) => [key, bind(columns(needs))])),
    orders: new Map(Object.entries(spec.orders ?? {}).map(([key, name]) => [key, column(name)])),
    defaultOrder: {
      column: spec.defaultOrder === undefined ? 'id' : column(spec.defaultOrder.field),
      direction: spec.defaultOrder?.direction ?? 'ASC',
    },
    where: spec.where === undefined ? [] : spec.where.bind(columns(spec.where.needs)),
    datetimes: new Set([...description].flatMap(([name, { type }]) => (type === 'datetime' ? [name] : []))),
    archives: description.has('active'),
    column,
    within: (companies: readonly number[]) => visibleIn(spec, company, companies),
  });
};

export const alternatives = (name: Name): readonly string[] => (typeof name === 'string' ? [name] : name);

const companyOf = (spec: EntitySpec): Name => spec.company ?? 'company_id';

/** Fails closed: without companies nothing is visible, whatever the model. */
const visibleIn = (spec: EntitySpec, company: string | null, companies: readonly number[]): Domain => {
  if (companies.length === 0) return nothing;
  if (company === null) return [];
  const own: Domain = [[company, 'in', companies]];
  if (spec.visibility === 'shared') return anyOf([[company, '=', false]], own);
  return allOf(own);
};
