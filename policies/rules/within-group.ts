import { ALLOWED, refused, type Rule } from './rule.ts';

/** What systems call things, and what is wrong with their data, is the group's own business, whatever a token says. */
export const withinGroup: Rule = Object.freeze<Rule>({
  means: 'The client belongs to the group: its applications, or the consoles of those who run it.',
  looksAt: 'caller',
  judge: ({ identity }) =>
    identity.audience === 'internal' || identity.audience === 'operator'
      ? ALLOWED
      : refused('Only clients of the audiences internal and operator.'),
});
