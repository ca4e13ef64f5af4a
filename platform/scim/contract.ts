import { LoggableError } from '../log.ts';
import type { ScimServer } from './discovery.ts';

/** What a part of the graph needs of one resource type. */
export interface ResourceNeed {
  readonly resource: string;
  readonly paths: readonly { readonly path: string; readonly optional: boolean }[];
}

/** The server lacks what we need. `problems` names every feature, type and attribute at once, for operators only. */
export class ScimContractError extends LoggableError {
  readonly problems: readonly string[];
  /** Read by `codeOf`, and by whoever formats errors. */
  readonly extensions = Object.freeze({ code: 'SOR_CONTRACT_BROKEN', retryable: false } as const);

  constructor(problems: readonly string[]) {
    super('the SCIM server does not have what the graph needs', { problems: problems.join('; ') });
    this.name = 'ScimContractError';
    this.problems = Object.freeze([...problems]);
  }
}

/**
 * Checks once that a server can filter, which keeps every caller in its rows, and has every resource type and attribute
 * that is needed.
 *
 * @returns the optional paths that it lacks, by resource type
 * @throws ScimContractError with all problems
 */
export const checkContract = (
  server: ScimServer,
  needs: readonly ResourceNeed[],
): ReadonlyMap<string, ReadonlySet<string>> => {
  const problems = server.filter === null ? ['filter: not supported'] : [];
  const lacking = new Map<string, Set<string>>();
  for (const { resource, paths } of needs) {
    const type = server.resources.get(resource);
    if (type === undefined) problems.push(`${resource}: no such resource type`);
    const missing = type === undefined ? [] : paths.filter(({ path }) => !type.has(path));
    for (const { path, optional } of missing) {
      if (optional) lacking.set(resource, (lacking.get(resource) ?? new Set()).add(path));
      else problems.push(`${resource} ${path}: no such attribute`);
    }
  }
  if (problems.length > 0) throw new ScimContractError([...new Set(problems)]);
  return lacking;
};
