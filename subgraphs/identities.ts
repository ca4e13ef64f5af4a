import type { Connection, ListArgs, ListSelection } from '../platform/connection.ts';
import { decodeId, encodeId } from '../platform/ids.ts';
import type { FhirEntitySpec } from '../platform/fhir/entity.ts';
import type { EntitySpec } from '../platform/odoo/entity.ts';
import type { CanonicalRecord } from '../platform/record.ts';
import type { ScimEntity } from '../platform/scim/entity.ts';
import type { ComparedSource } from '../platform/store/compare-records.ts';
import type { ComparedRecord } from '../platform/store/find-duplicates.ts';
import type { OwnerRecord } from '../platform/store/owner-records.ts';
import type { Sessions } from './owners.ts';

/** A system that calls things of the graph by ids of its own. */
export type IdentitySystem = 'odoo' | 'hr' | 'scheduling' | 'billing';

/**
 * Records of one owner that are compared with those of others, to know what the systems call one thing, and with each
 * other, to find what may be there twice. Declared in a connector; the worker reads them.
 *
 * An entity that has the filter `changedAt` is read incrementally. The fields named here are fields of the entity.
 */
export interface IdentitySource extends ComparedSource {
  readonly system: IdentitySystem;
  readonly entity: EntitySpec | FhirEntitySpec | ScimEntity;
  /** The ids of this entity are the ids of the type. One owner has them. */
  readonly isHome?: true;
  /** Field with the owner's own id, where that is not what the entity's ids are made of. */
  readonly local?: string;
  /** Field with the number that the record has itself. */
  readonly number: string;
  /** Field with the number that finds it at the others. Default: its own. */
  readonly link?: string;
  /** Field with the number that, as this owner says, the thing has with the owner of its ids. */
  readonly peer?: string;
  /** What tells whether two of them are one thing, and the fields that hold it. */
  readonly compared?: Readonly<Partial<Record<keyof Omit<ComparedRecord, 'id' | 'facility'>, string>>>;
}

export interface IdentityPage {
  readonly records: readonly IdentityRecord[];
  /** Where the next page begins; null on the last one. */
  readonly next: string | null;
}

export interface IdentityRecord extends OwnerRecord {
  /** Null for what is not to be compared: it is not in use any more, or may have been merged into another. */
  readonly compared: ComparedRecord | null;
}

/** What the sessions of all systems have in common. */
interface Reading {
  list(entity: unknown, args: ListArgs, selected: ListSelection): Promise<Connection<CanonicalRecord>>;
  find(entity: unknown, id: unknown, fields: ReadonlySet<string>): Promise<CanonicalRecord | null>;
}

/** Records of one page; one call to the owner each. */
export const IDENTITY_PAGE = 200;

export const isIncremental = ({ entity }: IdentitySource): boolean => Object.hasOwn(entity.filters ?? {}, 'changedAt');

/** A page of a source's records: those that have changed since, or all. */
export const readIdentities = async (
  sessions: Sessions,
  source: IdentitySource,
  { changedSince, after }: { readonly changedSince: Date | null; readonly after: string | null },
): Promise<IdentityPage> => {
  const filter = changedSince === null ? null : { changedAt: { from: changedSince.toISOString() } };
  const selected = { rows: fieldsOf(source), counted: false };
  const { nodes, pageInfo } = await readingOf(sessions, source).list(
    source.entity,
    { filter, first: IDENTITY_PAGE, after },
    selected,
  );
  return {
    records: nodes.map((record) => toIdentity(source, record)),
    next: pageInfo.hasNextPage ? pageInfo.endCursor : null,
  };
};

/** Those of some records that are still there. */
export const findIdentities = async (
  sessions: Sessions,
  source: IdentitySource,
  known: readonly Pick<OwnerRecord, 'localId' | 'entityId'>[],
): Promise<readonly IdentityRecord[]> => {
  const { entity } = source;
  const fields = fieldsOf(source);
  const reading = readingOf(sessions, source);
  const found = await Promise.all(
    known.map(({ localId, entityId }) => reading.find(entity, entityId ?? encodeId(entity.type, localId), fields)),
  );
  return found.flatMap((record) => (record === null ? [] : [toIdentity(source, record)]));
};

const readingOf = (sessions: Sessions, { system }: IdentitySource): Reading => sessions[system];

const fieldsOf = ({ entity, number, link, peer, compared = {} }: IdentitySource): ReadonlySet<string> =>
  new Set(
    [number, link, peer, 'facility', 'active', ...Object.values(compared)].filter(
      (name): name is string => name !== undefined && Object.hasOwn(entity.fields, name),
    ),
  );

const toIdentity = (source: IdentitySource, record: CanonicalRecord): IdentityRecord => {
  const { entity, isHome, local, number, link = number, peer } = source;
  const facility = (record['facility'] as { readonly code: string } | null | undefined)?.code ?? null;
  const id = decodeId(entity.type, record.id) ?? '';
  return {
    localId: local === undefined ? id : String(record[local]),
    entityId: isHome === true ? record.id : null,
    number: textAt(record, number),
    link: textAt(record, link),
    peer: peer === undefined ? null : textAt(record, peer),
    facility,
    compared: record['active'] === false ? null : comparedOf(source, record, facility),
  };
};

const comparedOf = (
  { compared }: IdentitySource,
  record: CanonicalRecord,
  facility: string | null,
): ComparedRecord | null =>
  compared === undefined
    ? null
    : {
        id: record.id,
        facility,
        ...Object.fromEntries(Object.entries(compared).map(([what, field]) => [what, textAt(record, field)])),
      };

const textAt = (record: CanonicalRecord, field: string): string | null => {
  const value = record[field];
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
};
