import { sql } from 'kysely';
import type { FindingCode } from '../findings.ts';
import type { RecordSource } from './owner-records.ts';
import type { Store } from './owner.ts';

/** A source as far as its numbers can be wrong: at which fields of the graph that shows. */
export interface ComparedSource extends RecordSource {
  /** The field that holds the number by which it is joined, as `Type.field`. */
  readonly linkField: string;
  /** The one that holds the number the thing has with the owner of its ids, likewise. */
  readonly peerField?: string | undefined;
  /** Each of its numbers has to be known to the other side. */
  readonly isExpectedThere?: boolean | undefined;
}

/** So many records of a source have something wrong at a field. */
export interface StandingFinding {
  readonly source: string;
  readonly type: string;
  readonly field: string;
  readonly code: FindingCode;
  readonly count: number;
}

/**
 * What two owners contradict each other in, and where the number of one leads nowhere at the other. `home` is the owner of
 * the type's ids. Both have to have been read as a whole. Places where all is well are there with a count of 0.
 */
export const compareRecords = async (
  store: Store,
  home: ComparedSource,
  other: ComparedSource,
): Promise<readonly StandingFinding[]> => {
  const h = recordsOf(home);
  const c = recordsOf(other);
  const pairs = sql`from ${h} h join ${c} c on c.link = h.link`;
  const { rows } = await store.ask((db) =>
    sql<Counts>`select
      ${count(sql`from ${h} h where link is not null and exists (select from ${h} t where t.link = h.link and t.local_id <> h.local_id)`)} as "homeTwice",
      ${count(sql`from ${c} c where link is not null and exists (select from ${c} t where t.link = c.link and t.local_id <> c.local_id)`)} as "otherTwice",
      ${count(sql`from ${h} h where link is not null and not exists (select from ${c} c where c.link = h.link)`)} as "homeDangling",
      ${count(sql`from ${c} c where link is not null and not exists (select from ${h} h where h.link = c.link)`)} as "otherDangling",
      ${count(sql`from ${c} c where peer is not null and not exists (select from ${h} h where h.number = c.peer)`)} as "peerDangling",
      ${count(sql`${pairs} where c.peer is not null and h.number is not null and c.peer <> h.number`)} as "peerContradicted",
      ${count(sql`${pairs} where c.facility <> h.facility`)} as "facilityContradicted"`.execute(db),
  );
  const [found] = rows;
  if (found === undefined) return [];
  const at = (source: ComparedSource, coordinate: string, code: FindingCode, times: number): StandingFinding => {
    const [type = '', field = ''] = coordinate.split('.', 2);
    return { source: source.system, type, field, code, count: times };
  };
  return summed([
    at(home, home.linkField, 'CONTRADICTED', found.homeTwice),
    at(other, other.linkField, 'CONTRADICTED', found.otherTwice),
    at(other, `${other.type}.facility`, 'CONTRADICTED', found.facilityContradicted),
    ...(home.isExpectedThere === true ? [at(home, home.linkField, 'DANGLING', found.homeDangling)] : []),
    ...(other.isExpectedThere === true ? [at(other, other.linkField, 'DANGLING', found.otherDangling)] : []),
    ...(other.peerField === undefined
      ? []
      : [
          at(other, other.peerField, 'DANGLING', found.peerDangling),
          at(other, other.peerField, 'CONTRADICTED', found.peerContradicted),
        ]),
  ]);
};

const count = (of: ReturnType<typeof sql>) => sql`(select count(*) ${of})`;

interface Counts {
  readonly homeTwice: number;
  readonly otherTwice: number;
  readonly homeDangling: number;
  readonly otherDangling: number;
  readonly peerDangling: number;
  readonly peerContradicted: number;
  readonly facilityContradicted: number;
}

const recordsOf = ({ type, system, kind }: RecordSource) =>
  sql`(select * from owner_record where entity_type = ${type} and system = ${system} and kind = ${kind})`;

/** Two kinds of wrong can be met at one place. */
const summed = (all: readonly StandingFinding[]): readonly StandingFinding[] => {
  const places = new Map<string, StandingFinding>();
  for (const one of all) {
    const key = `${one.source} ${one.type}.${one.field} ${one.code}`;
    places.set(key, { ...one, count: one.count + (places.get(key)?.count ?? 0) });
  }
  return [...places.values()];
};
