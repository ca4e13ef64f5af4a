import type { FhirDirectory } from './directory.ts';
import type { Finding } from './findings.ts';
import type { Party } from '../identity.ts';
import type { MappingTable } from '../mapping.ts';
import type { Criteria } from './query.ts';
import type { Stored } from './types.ts';

/** What turning a resource into canonical values needs besides the resource. */
export interface FhirEnvironment {
  readonly directory: FhirDirectory;
  /** The server's address without a slash at its end: what an absolute reference to it begins with. */
  readonly address: string;
  /** Takes note of what is wrong with a value. Never of the value. */
  readonly found: (finding: Finding) => void;
}

/** One canonical field: the elements it reads, and how it is made from them. */
export interface FhirField {
  readonly elements: readonly string[];
  /** The table by which a code becomes an enum. */
  readonly mapping?: MappingTable;
  read(resource: Stored, env: FhirEnvironment): unknown;
}

/** One field of a filter input: how its value becomes part of the query. */
export interface FhirFilter {
  /** Search parameters it uses, without modifiers. */
  readonly params: readonly string[];
  toCriteria(input: never, env: FhirEnvironment): Criteria;
}

/** Finds the ids, in `type`, of what a resource refers to. */
export interface FhirLink {
  readonly param: string;
  /** The resource type at the other end. */
  readonly to: string;
  /** Set where the other end is kept elsewhere: then targets are the values of an identifier of this system. */
  readonly system?: string;
  readonly elements: readonly string[];
  targets(resource: Stored, env: FhirEnvironment): readonly string[];
}

/**
 * Whose rows a record is among. It is part of every query, and every row that comes is held against it: a server that
 * left the condition out would answer with everybody's.
 *
 * - `shared`: everybody with a facility sees it;
 * - `facility`: it refers to the Organization or the site Location of its facility;
 * - `through`: it refers to a record of another entity, whose scope is its own, and of which there are few enough to be
 *   named in a search;
 * - `chained`: the same, where there are too many to be named. The search asks through the reference, and what the rows
 *   of a page refer to is looked up by a search of its own.
 */
export type FhirScope =
  | { readonly kind: 'shared' }
  | FacilityScope
  | { readonly kind: 'through'; readonly link: FhirLink; readonly of: FhirEntitySpec }
  | { readonly kind: 'chained'; readonly link: FhirLink; readonly of: FacilityEntity };

export interface FacilityScope {
  readonly kind: 'facility';
  readonly link: FhirLink;
}

/**
 * How records belong to companies outside the group, by kind: they refer to theirs, or they are the company itself, or
 * (`whole`) it sees what everybody sees. A kind that is not named has no rows of the entity.
 */
export type FhirPartyScope = Readonly<Partial<Record<Party['kind'], FhirLink | 'self' | 'whole'>>>;

/** An entity whose records refer to their facility themselves. */
export type FacilityEntity = FhirEntitySpec & { readonly scope: FacilityScope };

/**
 * An order of a list.
 *
 * With `value` the sort parameter is a date, and pages are cut by value and id: they keep their place whatever comes and
 * goes. Without it the server's own next pages are followed, for what only the server can compare, such as names.
 */
export interface FhirOrder {
  readonly param: string;
  readonly elements?: readonly string[];
  readonly value?: (resource: Stored) => string | null;
  /** Some records have no value; they come last. */
  readonly sparse?: true;
}

/** The records whose link is a parent. */
export interface FhirRelation extends FhirLink {
  /** A parent has a handful of them: those of many parents are read in one search, and whole. */
  readonly few?: true;
  /** R4 has no search parameter for it: `FhirSession.sorted` reads more than is asked for and looks at each. */
  readonly unsearched?: true;
}

/** One canonical type and the resource behind it. Declared in a connector. */
export interface FhirEntitySpec {
  readonly type: string;
  readonly resource: string;
  readonly scope: FhirScope;
  /** Left out: companies outside the group have no rows of it. */
  readonly party?: FhirPartyScope;
  /** Which resources are of this type at all. Part of every read, by id too. */
  readonly only?: Criteria;
  readonly fields: Readonly<Record<string, FhirField>>;
  readonly filters?: Readonly<Record<string, FhirFilter>>;
  readonly orders?: Readonly<Record<string, FhirOrder>>;
  readonly defaultOrder: { readonly field: string; readonly direction: 'ASC' | 'DESC' };
  /** Systems of the identifiers that a record can be found by, by canonical field. */
  readonly keys?: Readonly<Record<string, string>>;
  readonly relations?: Readonly<Record<string, FhirRelation>>;
}

/** Declares an entity; exists for the type check and for the name. */
export const fhirEntity = <const S extends FhirEntitySpec>(spec: S): S => spec;

/** Every search parameter an entity needs, without modifiers. */
export const paramsOf = ({
  scope,
  party = {},
  only = [],
  filters,
  orders,
  keys,
  relations,
}: FhirEntitySpec): readonly string[] => [
  ...new Set([
    '_id',
    ...(scope.kind === 'shared' ? [] : [scope.link.param]),
    ...Object.values(party).flatMap((link) => (typeof link === 'string' ? [] : [link.param])),
    ...only.map(({ param }) => param.split(':', 1)[0] ?? ''),
    ...Object.values(filters ?? {}).flatMap(({ params }) => params),
    ...Object.values(orders ?? {}).map(({ param }) => param),
    ...(keys === undefined ? [] : ['identifier']),
    ...Object.values(relations ?? {}).flatMap(({ param, unsearched }) => (unsearched === true ? [] : [param])),
  ]),
];
