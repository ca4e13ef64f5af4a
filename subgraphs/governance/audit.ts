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
const PEOPLE: Readonly<Record<string, { readonly system: string; readonly kinds: readonly string[] }>> = {
  Patient: { system: 'scheduling', kinds: ['patient'] },
  Practitioner: { system: 'scheduling', kinds: ['practitioner'] },
  Employee: { system: 'hr', kinds: ['user'] },
};

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
   * @throws BAD_USER_INPUT for a type whose objects are no people; SOR_UNAVAILABLE where nothing is written down
   */
  disclosures: async ({ type, id, ...page }: PageArgs & { type: string; id: string }, counted: boolean) => {
    const person = PEOPLE[type];
    if (person === undefined)
      throw fail('BAD_USER_INPUT', { message: `\`type\` is one of ${Object.keys(PEOPLE).join(', ')}.` });
    if (keys === null) throw fail('SOR_UNAVAILABLE');
    const local = decodeId(type, id);
    const called = local === null ? [] : await identifiersOf(type, id);
    const known = called.filter(({ kind }) => person.kinds.includes(kind));
    const hashes = known.map(({ system, value }) => keys.person(system, type, value));
    const own = local === null ? [] : [keys.person(person.system, type, local)];
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
