import type { Identity } from '../../platform/identity.ts';
import { reasonOf, type Rules } from '../rules/rule.ts';
import { type Alternatives, type Requirement, ruleOf } from './requirement.ts';

/** What somebody would need, in words of the schema: no value of the request is in it. */
export type Need =
  | { readonly kind: 'authenticated' }
  /** One of the sets of scopes, whole. */
  | { readonly kind: 'scopes'; readonly oneOf: Alternatives }
  /** One of the sets of rules, whole; and why each that was not passed was not. */
  | { readonly kind: 'policy'; readonly oneOf: Alternatives; readonly reasons: Readonly<Record<string, string>> }
  /** Values of the class seen in clear, or at least masked. */
  | { readonly kind: 'sight'; readonly class: string; readonly atLeast: 'clear' | 'masked' };

/** What it would take to meet a requirement, for the caller and the arguments that did not meet it. */
export const describeNeed = (
  requirement: Requirement,
  identity: Identity,
  rules: Rules,
  given: Readonly<Record<string, unknown>> = {},
): Need => {
  if (requirement.kind === 'authenticated') return { kind: 'authenticated' };
  if (requirement.kind === 'sight')
    return { kind: 'sight', class: requirement.dataClass, atLeast: requirement.atLeast };
  const { kind, alternatives: oneOf } = requirement;
  if (kind === 'scopes') return { kind, oneOf };
  const reasons = [...new Set(oneOf.flat())].flatMap((name): [string, string][] => {
    const reason = reasonOf(ruleOf(rules, name), { identity, given });
    return reason === undefined ? [] : [[name, reason]];
  });
  return { kind, oneOf, reasons: Object.fromEntries(reasons) };
};
