import { LoggableError } from '../log.ts';
import { codeOf } from '../errors.ts';
import { type FhirEntitySpec, paramsOf } from './entity.ts';
import { isNothing } from './query.ts';
import { chainTo } from './scope.ts';
import type { Capabilities, FhirClient, FhirSpending } from './types.ts';

/** A server that cannot do what an entity needs. `problems` name types and parameters, for operators only. */
export class FhirContractError extends LoggableError {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super('the FHIR server does not have what the graph needs', { problems: problems.join('; ') });
    this.name = 'FhirContractError';
    this.problems = Object.freeze([...problems]);
  }
}

/** What of an entity's needs a server does not declare; none when all is well. */
export const missingOf = (spec: FhirEntitySpec, capabilities: Capabilities): readonly string[] => {
  const { resource, scope } = spec;
  if (!capabilities.has(resource, 'search-type')) return [`${resource}: cannot be searched`];
  const own = paramsOf(spec).flatMap((param) =>
    capabilities.searches(resource, param) ? [] : [`${resource}: cannot be searched by ${param}`],
  );
  const isLinked = scope.kind === 'through' || scope.kind === 'chained';
  return isLinked ? [...own, ...missingOf(scope.of, capabilities)] : own;
};

/** An id that no server gives to anything. */
const NOWHERE = { at: { Organization: ['caregraph.nowhere'], Location: ['caregraph.nowhere'] } };

/**
 * What a server makes of the chain in an entity's scope, which no CapabilityStatement says: one that leaves chains out
 * would answer with everybody's rows, and count them. So it is asked for the rows of a place that does not exist.
 */
export const brokenChainOf = async (
  { resource, scope }: FhirEntitySpec,
  client: Pick<FhirClient, 'count'>,
  spending: FhirSpending,
): Promise<readonly string[]> => {
  if (scope.kind !== 'chained') return [];
  const criteria = chainTo(scope.link, scope.of.scope.link, [NOWHERE]);
  const name = `${resource}: cannot be searched by ${criteria[0]?.param ?? ''}`;
  if (isNothing(criteria)) return [name];
  try {
    return (await client.count({ type: resource, criteria }, spending)) === 0 ? [] : [name];
  } catch (error) {
    if (REFUSALS.has(codeOf(error))) return [name];
    throw error;
  }
};

const REFUSALS: ReadonlySet<string> = new Set(['SOR_CONTRACT_BROKEN', 'SOR_REJECTED', 'BAD_USER_INPUT']);
