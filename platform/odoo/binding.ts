import type { Party } from '../identity.ts';
import { allOf, anyOf, nothing } from './domain.ts';
import { ContractError, type ModelNeed } from './contract.ts';
import {
  alternatives,
  type Columns,
  type EntitySpec,
  type Environment,
  type FieldMapping,
  logical,
  type Name,
} from './entity.ts';
import { bindParty, needsOfParty } from './party.ts';
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
  /** Columns that are dates with a time: their order values are compared in Odoo's own format. */
  readonly datetimes: ReadonlySet<string>;
  readonly archives: boolean;
  /** The physical name of a column that the spec names. */
  column(name: Name): string;
  /** The domain of what is read: records of the type, inside these companies, and of the party if there is one. */
  within(companies: readonly number[], party: Party | undefined): Domain;
}

/** What a spec needs of a server, in the form of the contract check. Of a path, the first step is on this model. */
export const needsOf = (spec: EntitySpec): ModelNeed => {
  const fields = Object.values(spec.fields);
  const required: Name[] = [
    ...(spec.visibility === 'everyone' ? [] : [companyOf(spec)]),
    ...(spec.where?.needs ?? []),
    ...Object.values(spec.filters ?? {}).flatMap(({ needs }) => needs),
    ...Object.values(spec.orders ?? {}),
    ...(spec.defaultOrder === undefined ? [] : [spec.defaultOrder.field]),
    ...(spec.relations ?? []),
    ...needsOfParty(spec),
    ...fields.flatMap((field) => (field.optional === true ? [] : field.needs)),
  ];
  return {
    model: spec.model,
    ...(spec.optional === true && { optional: true }),
    fields: Object.fromEntries(required.map((name) => [logical(name), alternatives(name).map(firstStep)])),
  };
};

/** Binds a spec to what a server calls things. The server has passed the contract check, so every required name is there. */
export const bindEntity = (spec: EntitySpec, model: string, description: ModelDescription): BoundEntity => {
  const find = (name: Name): string | null =>
    alternatives(name).find((known) => known === 'id' || description.has(firstStep(known))) ?? null;
  const column = (name: Name): string => find(name) ?? logical(name);
  const columns = (names: readonly Name[]): Columns => names.map(column);
  const company = spec.visibility === 'everyone' ? null : column(companyOf(spec));
  const where = spec.where === undefined ? [] : spec.where.bind(columns(spec.where.needs));
  const ofParty = bindParty(spec, column);
  return Object.freeze({
    spec,
    model,
    fields: new Map(
      Object.entries(spec.fields).map(([key, mapping]) => [key, bindField(mapping, mapping.needs.map(find))]),
    ),
    filters: new Map(Object.entries(spec.filters ?? {}).map(([key, { needs, bind }]) => [key, bind(columns(needs))])),
    orders: new Map(
      Object.entries(spec.orders ?? {}).map(([key, name]) => [key, sortable(model, column(name), description)]),
    ),
    defaultOrder: {
      column: spec.defaultOrder === undefined ? 'id' : sortable(model, column(spec.defaultOrder.field), description),
      direction: spec.defaultOrder?.direction ?? 'ASC',
    },
    datetimes: new Set([...description].flatMap(([name, { type }]) => (type === 'datetime' ? [name] : []))),
    archives: description.has('active'),
    column,
    within: (companies: readonly number[], party: Party | undefined) =>
      allOf(where, visibleIn(spec, company, companies), ofParty(party)),
  });
};

const bindField = (mapping: FieldMapping, found: Columns): BoundField => {
  if (found.includes(null)) return { columns: [], named: false, read: () => null };
  return { columns: found as readonly string[], named: mapping.named === true, read: mapping.bind(found) };
};

/** Ordering by a column that is not stored is an error in 19, and silently ignored in 14. */
const sortable = (model: string, column: string, description: ModelDescription): string => {
  if (description.get(column)?.sortable === false)
    throw new ContractError([`${model}.${column}: cannot be ordered by`]);
  return column;
};

const firstStep = (name: string): string => name.split('.', 1)[0] ?? name;

const companyOf = (spec: EntitySpec): Name => spec.company ?? 'company_id';

/** Fails closed: without companies nothing is visible, whatever the model. */
const visibleIn = (spec: EntitySpec, company: string | null, companies: readonly number[]): Domain => {
  if (companies.length === 0) return nothing;
  if (company === null) return [];
  const own: Domain = [[company, 'in', companies]];
  if (spec.visibility === 'shared') return anyOf([[company, '=', false]], own);
  return allOf(own);
};
