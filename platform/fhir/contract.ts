import { LoggableError } from '../log.ts';
import { type FhirEntitySpec, paramsOf } from './entity.ts';
import type { Capabilities } from './types.ts';

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
  return scope.kind === 'through' ? [...own, ...missingOf(scope.of, capabilities)] : own;
};
