import { hash } from 'node:crypto';
import type { ErrorCode } from '../../platform/errors.ts';
import type { Identity } from '../../platform/identity.ts';
import { hold } from './conditions.ts';
import type { DeniedPath } from './denied.ts';
import { describeNeed, type Need } from './describe-need.ts';
import { codeOfUnmet, requirementKey } from './requirement.ts';
import type { Requirements } from './requirement-table.ts';

/** One refusal of a selection. */
export interface Denial {
  /** Response keys; `@` stands for every index of a list. */
  readonly path: readonly string[];
  readonly code: ErrorCode;
  /**
   * The same for the same refusal, in every process and for every caller: of what is missing, at this place of an
   * operation of this name. By it a refusal is found in the audit, and can be asked about.
   */
  readonly decisionId: string;
  readonly needs: readonly Need[];
}

type Variables = Readonly<Record<string, unknown>>;

/**
 * What of an operation is refused to this caller with these variables, each place once.
 *
 * @param name of the operation
 */
export const denialsOf = (
  requirements: Requirements,
  name: string | null,
  deniedPaths: readonly DeniedPath[],
  variables: Variables,
  identity: Identity,
): readonly Denial[] =>
  distinct(deniedPaths.filter(({ when }) => hold(when, variables))).map((denied): Denial => {
    const { path, unmet, occurrences } = denied;
    const missing = unmet.flatMap((id) => requirements.all[id] ?? []);
    const needs = unmet.flatMap((id): Need[] => {
      const requirement = requirements.all[id];
      const place = occurrences.find((one) => one.requirement === id);
      if (requirement === undefined) return [];
      return [describeNeed(requirement, identity, requirements.rules, place?.argumentsOf(variables))];
    });
    const key = [name ?? '', ...path, ...missing.map(requirementKey).toSorted()];
    const decisionId = hash('sha256', JSON.stringify(key), 'base64url').slice(0, DECISION_ID_LENGTH);
    return { path, code: codeOfUnmet(missing), decisionId, needs };
  });

const DECISION_ID_LENGTH = 16;

const distinct = (paths: readonly DeniedPath[]): DeniedPath[] => [
  ...new Map(paths.map((denied) => [denied.path.join('\n'), denied])).values(),
];
