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
  const { rows } = await store.ask((db) =>
    // Numbers are put together first: that is one pass over each, whatever is known of their distribution.
    sql<Counts>`with
      h as materialized (${recordsOf(home)}),
      c as materialized (${recordsOf(other)}),
      links as (
        select coalesce(h.n, 0) as h, coalesce(c.n, 0) as c
        from (select link, count(*) as n from h where link is not null group by link) h
        full join (select link, count(*) as n from c where link is not null group by link) c on c.link = h.link
      ),
      peers as (
        select count(*) as n from (select peer from c where peer is not null) c
        full join (select distinct number from h where number is not null) h on h.number = c.peer
        where h.number is null
      ),
      pairs as (
        select h.number, h.facility, c.peer, c.facility as other_facility
        from h full join c on c.link = h.link where h.link is not null and c.link is not null
      )
      select
        (select coalesce(sum(h) filter (where h > 1), 0)::int from links) as "homeTwice",
        (select coalesce(sum(c) filter (where c > 1), 0)::int from links) as "otherTwice",
        (select coalesce(sum(h) filter (where c = 0), 0)::int from links) as "homeDangling",
        (select coalesce(sum(c) filter (where h = 0), 0)::int from links) as "otherDangling",
        (select n::int from peers) as "peerDangling",
        (select count(*)::int from pairs where peer <> number) as "peerContradicted",
        (select count(*)::int from pairs where facility <> other_facility) as "facilityContradicted"`.execute(db),
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
  sql`select * from owner_record where entity_type = ${type} and system = ${system} and kind = ${kind}`;

/** Two kinds of wrong can be met at one place. */
const summed = (all: readonly StandingFinding[]): readonly StandingFinding[] => {
  const places = new Map<string, StandingFinding>();
  for (const one of all) {
    const key = `${one.source} ${one.type}.${one.field} ${one.code}`;
    places.set(key, { ...one, count: one.count + (places.get(key)?.count ?? 0) });
  }
  return [...places.values()];
};
