import { fail } from '../errors.ts';
import { localPartyId, type Party } from '../identity.ts';
import type { FhirFacility } from './directory.ts';
import type { FhirEntitySpec, FhirEnvironment, FhirLink } from './entity.ts';
import { shapeFault } from './faults.ts';
import { referringTo } from './links.ts';
import { bothOf, type Criteria, isFhirId, NOTHING, where } from './query.ts';
import type { Stored } from './types.ts';

/** The facilities of a query, as a part of it. */
export interface Within {
  readonly criteria: Criteria;
  /** Elements by which a row shows that it belongs. */
  readonly elements: readonly string[];
  /**
   * Holds the rows of a page against what was asked for, which may take a search.
   *
   * @throws SOR_CONTRACT_BROKEN for a row that was not asked for: the server has left a condition out
   */
  assertHold(rows: readonly Stored[]): Promise<void>;
}

/** Records of another entity inside the same facilities. */
export interface Neighbours {
  /** Their ids. */
  all(spec: FhirEntitySpec): Promise<readonly string[]>;
  /** Which of some ids are theirs. */
  among(spec: FhirEntitySpec, ids: readonly string[]): Promise<ReadonlySet<string>>;
}

/**
 * Keeps an entity's query inside some facilities.
 *
 * Fails closed: without facilities nothing is visible, whatever the entity.
 */
export const withinFacilities = async (
  { scope, resource, only = [] }: FhirEntitySpec,
  facilities: readonly FhirFacility[],
  env: FhirEnvironment,
  neighbours: Neighbours,
): Promise<Within> => {
  const hold = assertion(resource, env);
  if (facilities.length === 0) return { criteria: NOTHING, elements: [], assertHold: refuseAny(resource) };
  if (scope.kind === 'shared') return { criteria: only, elements: [], assertHold: () => Promise.resolve() };
  const { link } = scope;
  if (scope.kind === 'chained')
    return {
      criteria: bothOf(only, chainTo(link, scope.of.scope.link, facilities)),
      elements: link.elements,
      assertHold: async (rows) => {
        const targets = new Set(rows.flatMap((row) => link.targets(row, env)));
        hold(rows, link, await neighbours.among(scope.of, [...targets]));
      },
    };
  const ids = scope.kind === 'through' ? await neighbours.all(scope.of) : placesOf(link, facilities);
  const among = new Set(ids);
  return {
    criteria: bothOf(only, referringTo(link, ids)),
    elements: link.elements,
    assertHold: async (rows) => hold(rows, link, among),
  };
};

/**
 * Keeps an entity's query to the party that the caller stands for, if it does.
 *
 * Fails closed: an entity that does not say how it belongs to a kind of party has no rows for one.
 */
export const withinParty = (
  { party: scope = {}, resource }: FhirEntitySpec,
  party: Party | undefined,
  env: FhirEnvironment,
): Within => {
  const rule = party === undefined ? 'whole' : scope[party.kind];
  if (party === undefined || rule === 'whole')
    return { criteria: [], elements: [], assertHold: () => Promise.resolve() };
  const id = localPartyId(party);
  if (rule === undefined || !isFhirId(id)) return { criteria: NOTHING, elements: [], assertHold: refuseAny(resource) };
  const isOwn = (row: Stored) => (rule === 'self' ? row.id === id : rule.targets(row, env).includes(id));
  return {
    criteria: rule === 'self' ? where('_id', [id]) : referringTo(rule, [id]),
    elements: rule === 'self' ? [] : rule.elements,
    assertHold: async (rows) => {
      if (!rows.every(isOwn)) refuse(resource);
    },
  };
};

/** What both allow. */
export const withinBoth = (one: Within, other: Within): Within => ({
  criteria: bothOf(one.criteria, other.criteria),
  elements: [...one.elements, ...other.elements],
  assertHold: async (rows) => {
    await one.assertHold(rows);
    await other.assertHold(rows);
  },
});

/** What refers to a record that refers to one of the facilities (R4, 3.1.1.5.2 "Chained parameters"). */
export const chainTo = (link: FhirLink, end: FhirLink, facilities: readonly Pick<FhirFacility, 'at'>[]): Criteria =>
  where(
    `${link.param}:${link.to}.${end.param}`,
    placesOf(end, facilities).map((id) => `${end.to}/${id}`),
  );

const placesOf = ({ to }: FhirLink, facilities: readonly Pick<FhirFacility, 'at'>[]): readonly string[] =>
  facilities.flatMap(({ at }) => at[to as keyof FhirFacility['at']] ?? []);

const assertion =
  (type: string, env: FhirEnvironment) =>
  (rows: readonly Stored[], link: FhirLink, among: ReadonlySet<string>): void => {
    if (!rows.every((row) => link.targets(row, env).some((id) => among.has(id)))) refuse(type);
  };

const refuseAny = (type: string) => async (rows: readonly Stored[]) => {
  if (rows.length > 0) refuse(type);
};

const refuse = (type: string): never => {
  throw fail('SOR_CONTRACT_BROKEN', {
    cause: shapeFault('a row is outside what was asked for', { type, interaction: 'search' }),
  });
};
