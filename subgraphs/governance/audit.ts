import type { AuditKeys } from '../../platform/audit/keys.ts';
import type { Connection, PageArgs } from '../../platform/connection.ts';
import { fail } from '../../platform/errors.ts';
import { decodeId } from '../../platform/ids.ts';
import { listDisclosures, listTrail, type TrailEntry, type TrailFilter } from '../../platform/store/audit-trail.ts';
import type { Store } from '../../platform/store/owner.ts';

export interface TrailListFilter extends Omit<TrailFilter, 'kind'> {
  readonly kind?: readonly string[] | null;
}

/** What a system calls a thing. */
interface Called {
  readonly system: string;
  readonly kind: string;
  readonly value: string;
}

/** Types whose objects are people, the system that their ids are of, and the kinds of ids that lead to records of theirs. */
const PEOPLE = {
  PATIENT: { type: 'Patient', system: 'scheduling', kinds: ['patient'] },
  PRACTITIONER: { type: 'Practitioner', system: 'scheduling', kinds: ['practitioner'] },
  EMPLOYEE: { type: 'Employee', system: 'hr', kinds: ['user'] },
} as const;

export type PersonType = keyof typeof PEOPLE;

export const isPersonType = (value: string | undefined): value is PersonType =>
  value !== undefined && Object.hasOwn(PEOPLE, value);

export interface DisclosuresArgs extends PageArgs {
  readonly of: PersonType;
  readonly id: string;
}

/** Reads the audit trail, which is brought to the store about a second after it was written. */
export const auditIn = (
  store: Store,
  keys: AuditKeys | null,
  identifiersOf: (type: string, id: string) => Promise<readonly Called[]>,
) => ({
  auditTrail: async ({ kind, ...filter }: TrailListFilter, page: PageArgs, counted: boolean) =>
    toGraph(await listTrail(store, { ...filter, kind: kind?.map((one) => one.toLowerCase()) ?? null }, page, counted)),

  /**
   * Who was handed something about a person. Systems have records of a person under ids of their own: those that are known
   * to be of one person are found together.
   *
   * @throws SOR_UNAVAILABLE where nothing is written down
   */
  disclosures: async ({ of, id, ...page }: DisclosuresArgs, counted: boolean) => {
    if (keys === null) throw fail('SOR_UNAVAILABLE');
    const { type, system: owner, kinds } = PEOPLE[of];
    const local = decodeId(type, id);
    const called = local === null ? [] : await identifiersOf(type, id);
    const known = called.filter(({ kind }) => kinds.some((one) => one === kind));
    const hashes = known.map(({ system, value }) => keys.person(system, type, value));
    const own = local === null ? [] : [keys.person(owner, type, local)];
    return toGraph(await listDisclosures(store, [...new Set([...own, ...hashes])], page, counted));
  },
});

const toGraph = ({ edges, ...rest }: Connection<TrailEntry>) => {
  const shown = edges.map(({ cursor, node }) => ({ cursor, node: toNode(node) }));
  return { ...rest, edges: shown, nodes: shown.map(({ node }) => node) };
};

/** Hashes of people stay where they are: they are for being looked for. */
const toNode = (entry: TrailEntry) => ({
  ...entry,
  kind: entry.kind.toUpperCase(),
  ...('operation' in entry && { operation: entry.operation?.toUpperCase() ?? null }),
  ...('objects' in entry && {
    objects: Object.entries(entry.objects).map(([type, count]) => ({ type, count })),
    people: entry.people.length + entry.others,
  }),
  ...('step' in entry && { step: entry.step.toUpperCase() }),
});
