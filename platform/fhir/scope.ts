import { fail } from '../errors.ts';
import type { FhirFacility } from './directory.ts';
import type { FhirEntitySpec, FhirEnvironment } from './entity.ts';
import { shapeFault } from './faults.ts';
import { bothOf, type Criteria, NOTHING, where } from './query.ts';
import type { Stored } from './types.ts';

/** The facilities of a query, as a part of it. */
export interface Within {
  readonly criteria: Criteria;
  /** Elements by which a row shows that it belongs. */
  readonly elements: readonly string[];
  /** @throws SOR_CONTRACT_BROKEN for a row that was not asked for: the server has left a condition out */
  assertHolds(row: Stored): void;
}

/**
 * Keeps an entity's query inside some facilities. `idsWithin` reads the ids of another entity's records inside them.
 *
 * Fails closed: without facilities nothing is visible, whatever the entity.
 */
export const withinFacilities = async (
  { scope, resource, only = [] }: FhirEntitySpec,
  facilities: readonly FhirFacility[],
  env: FhirEnvironment,
  idsWithin: (spec: FhirEntitySpec) => Promise<readonly string[]>,
): Promise<Within> => {
  if (facilities.length === 0) return { criteria: NOTHING, elements: [], assertHolds: refuse(resource) };
  if (scope.kind === 'shared') return { criteria: only, elements: [], assertHolds: () => undefined };
  const { link } = scope;
  const ids =
    scope.kind === 'through'
      ? await idsWithin(scope.of)
      : facilities.flatMap(({ at }) => at[link.to as keyof FhirFacility['at']] ?? []);
  const among = new Set(ids);
  return {
    criteria: bothOf(
      only,
      where(
        link.param,
        ids.map((id) => `${link.to}/${id}`),
      ),
    ),
    elements: link.elements,
    assertHolds: (row) => {
      if (!link.targets(row, env).some((id) => among.has(id))) refuse(resource)();
    },
  };
};

const refuse = (type: string) => (): never => {
  throw fail('SOR_CONTRACT_BROKEN', {
    cause: shapeFault('a row is outside what was asked for', { type, interaction: 'search' }),
  });
};
