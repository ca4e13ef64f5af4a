import type { MappingTable } from '../mapping.ts';
import type { Filter } from './filter.ts';
import type { Findings } from './findings.ts';

/** What turning a resource into canonical values needs besides the resource. */
export interface Environment {
  /** Canonical type of the record. */
  readonly type: string;
  readonly findings: Findings;
}

/** One canonical field: what it reads, and how it is made from that. */
export interface FieldMapping {
  /** Paths of attributes. */
  readonly needs: readonly string[];
  /** The field is null on servers that lack what it needs, instead of failing the contract. */
  readonly optional?: true;
  /** The table by which a word becomes an enum. */
  readonly mapping?: MappingTable;
  /** Gets the values in the order of `needs`, null for what is not there. */
  read(values: readonly unknown[], env: Environment, field: string): unknown;
}

/** One field of a filter input: how its value becomes part of the filter sent to the server. */
export interface FilterMapping {
  readonly needs: readonly string[];
  readonly optional?: true;
  toFilter(input: never): Filter;
}

/** One canonical type and the resources behind it. Declared in a connector, checked once per connection. */
export interface ScimEntity {
  readonly type: string;
  /** Name of the resource type, such as `User`. */
  readonly resource: string;
  /**
   * Path of the attribute that names a record everywhere in the group. Resources without it are not of this type. Lists
   * are in its order and pages are cut by it: SCIM sorts by one attribute, so that only a unique one leaves no gaps.
   */
  readonly key: string;
  /** Path of the code of the record's facility; without a value, the record is the group's, and every facility sees it. */
  readonly facility: string;
  readonly fields: Readonly<Record<string, FieldMapping>>;
  readonly filters?: Readonly<Record<string, FilterMapping>>;
  /** Paths by which other records refer to one of these. */
  readonly relations?: readonly string[];
}

/** Declares an entity; exists for the type check and for the name. */
export const entity = <const S extends ScimEntity>(spec: S): S => spec;
