import { hash } from 'node:crypto';
import { hold } from '../../policies/access/conditions.ts';
import type { DeniedPath } from '../../policies/access/denied.ts';
import { describeNeed, type Need } from '../../policies/access/describe-need.ts';
import { codeOfUnmet, requirementKey } from '../../policies/access/requirement.ts';
import type { ErrorCode } from '../../platform/errors.ts';
import type { Identity } from '../../platform/identity.ts';
import type { Generation } from '../supergraph/generation.ts';
import type { KnownOperation, PermittedOperation } from './known-document.ts';

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

/** What of an operation is refused to this caller with these variables, each place once. */
export const denialsOf = (
  { requirements }: Generation,
  operation: KnownOperation,
  { prepared }: PermittedOperation,
  variables: Variables,
  identity: Identity,
): readonly Denial[] =>
  distinct(prepared.deniedPaths.filter(({ when }) => hold(when, variables))).map((denied): Denial => {
    const { path, unmet, occurrences } = denied;
    const missing = unmet.flatMap((id) => requirements.all[id] ?? []);
    const needs = unmet.flatMap((id): Need[] => {
      const requirement = requirements.all[id];
      const place = occurrences.find((one) => one.requirement === id);
      if (requirement === undefined) return [];
      return [describeNeed(requirement, identity, requirements.rules, place?.argumentsOf(variables))];
    });
    const key = [operation.name ?? '', ...path, ...missing.map(requirementKey).toSorted()];
    const decisionId = hash('sha256', JSON.stringify(key), 'base64url').slice(0, DECISION_ID_LENGTH);
    return { path, code: codeOfUnmet(missing), decisionId, needs };
  });

const DECISION_ID_LENGTH = 16;

const distinct = (paths: readonly DeniedPath[]): DeniedPath[] => [
  ...new Map(paths.map((denied) => [denied.path.join('\n'), denied])).values(),
];
