import type { Facility, FacilityDirectory } from './directory.ts';
import type { MappingTable } from '../mapping.ts';
import type { PartyScope } from './party.ts';
import type { Domain, OdooRow } from './types.ts';

/** An Odoo name, or the names it has had, newest first: the first one that the server has is taken. */
export type Name = string | readonly string[];

/** What turning a row into canonical values needs besides the row. */
export interface Environment {
  readonly directory: FacilityDirectory;
  /** Set when the row was read as one facility sees it. */
  readonly facility?: Facility;
}

/** Physical column names, in the order of `needs`; null for an optional one that this server does not have. */
export type Columns = readonly (string | null)[];

/** One canonical field: what it reads from Odoo, and how it is made from that. */
export interface FieldMapping {
  readonly needs: readonly Name[];
  /** The field is null on servers that lack what it needs, instead of failing the contract. */
  readonly optional?: true;
  /** Reads the name of a many2one, so that Odoo has to look names up. */
  readonly named?: true;
  /** The table by which a selection becomes an enum; its name is that of the column. */
  readonly mapping?: MappingTable;
  bind(columns: Columns): (row: OdooRow, env: Environment) => unknown;
}

/** One field of a filter input: how its value becomes part of the domain sent to Odoo. */
export interface FilterMapping {
  readonly needs: readonly Name[];
  bind(columns: Columns): (input: never, env: Environment) => Domain;
}

/**
 * Whose rows a record is among.
 *
 * - `facility`: every record belongs to one company, and only callers of that facility see it;
 * - `shared`: a record without a company is master data that every facility sees;
 * - `everyone`: the model knows no company;
 * - `per-facility`: the same record reads differently in each company, so it is read, and named, per company.
 */
export type Visibility = 'facility' | 'shared' | 'everyone' | 'per-facility';

/** One canonical type and the Odoo model behind it. Declared in a connector, bound to a server once per connection. */
export interface EntitySpec {
  readonly type: string;
  readonly model: Name;
  readonly visibility: Visibility;
  /** The column that holds the company. Default `company_id`. */
  readonly company?: Name;
  /** How its records belong to companies outside the group. Left out: these have none. */
  readonly party?: PartyScope;
  /** Which records of the model are of this type at all. Part of every read, by id too. */
  readonly where?: Condition;
  readonly fields: Readonly<Record<string, FieldMapping>>;
  readonly filters?: Readonly<Record<string, FilterMapping>>;
  /** Values of the order enum, each with a stored, sortable column. */
  readonly orders?: Readonly<Record<string, Name>>;
  readonly defaultOrder?: { readonly field: Name; readonly direction: 'ASC' | 'DESC' };
  /** Columns that connectors read from relations and that are not behind a canonical field. */
  readonly relations?: readonly Name[];
  /** Some servers do not have the model. Whoever reads it asks first (`OdooSession.has`). */
  readonly optional?: true;
}

export interface Condition {
  readonly needs: readonly Name[];
  bind(columns: Columns): Domain;
}

/** Declares an entity; exists for the type check and for the name. */
export const entity = <const S extends EntitySpec>(spec: S): S => spec;

/**
 * The fields of another canonical type that is the same Odoo record, such as the journal entry of a bill. They are read
 * with the record and cost no call of their own.
 */
export const embedded = (field: string, fields: EntitySpec['fields']): EntitySpec['fields'] =>
  Object.fromEntries(Object.entries(fields).map(([name, mapping]) => [`${field}.${name}`, mapping]));

/** Takes the embedded record out again. */
export const unfold = (record: Readonly<Record<string, unknown>>, field: string): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(record).flatMap(([name, value]) =>
      name.startsWith(`${field}.`) ? [[name.slice(field.length + 1), value]] : [],
    ),
  );

/** The names it has had, newest first. */
export const alternatives = (name: Name): readonly string[] => (typeof name === 'string' ? [name] : name);

/** The newest name: the key by which a name is looked up once it is bound. */
export const logical = (name: Name): string => (typeof name === 'string' ? name : (name[0] ?? ''));
