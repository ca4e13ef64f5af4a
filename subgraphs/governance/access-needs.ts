import type { Need } from '../../policies/access/describe-need.ts';
import type { ExplainedNeed } from '../../policies/access/explain-need.ts';
import type { FieldGuard } from '../../policies/access/field-access.ts';
import type { Requirement } from '../../policies/access/requirement.ts';

/** Something that is missing, as the graph has it. */
export const toNeed = ({ need, ...why }: ExplainedNeed) => ({ ...ofNeed(need), ...why });

/** What a field takes, whoever asks: the same, with nothing missing. */
export const toNeeds = ({ asks, asksByArguments }: FieldGuard) =>
  [...asks, ...asksByArguments].map((requirement) => ({
    ...ofNeed(asNeed(requirement)),
    askedBy: [],
    purposes: [],
    audiences: [],
  }));

const asNeed = (requirement: Requirement): Need => {
  if (requirement.kind === 'authenticated') return requirement;
  if (requirement.kind === 'sight')
    return { kind: 'sight', class: requirement.dataClass, atLeast: requirement.atLeast };
  const { kind, alternatives: oneOf } = requirement;
  return kind === 'scopes' ? { kind, oneOf } : { kind, oneOf, reasons: {} };
};

const ofNeed = (need: Need) => ({
  kind: need.kind.toUpperCase(),
  oneOf: need.kind === 'scopes' || need.kind === 'policy' ? need.oneOf : [],
  class: need.kind === 'sight' ? need.class : null,
  maskedIsEnough: need.kind === 'sight' && need.atLeast === 'masked',
  reasons: need.kind === 'policy' ? Object.values(need.reasons) : [],
});
