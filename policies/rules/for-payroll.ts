import { ALLOWED, refused, type Rule } from './rule.ts';

/** What people are paid is for those who pay them, and for whoever has broken the glass. The scope alone is not enough. */
export const forPayroll: Rule = Object.freeze<Rule>({
  means: 'The request is made for the purpose payroll, or emergency.',
  looksAt: 'caller',
  judge: ({ identity }) =>
    identity.purpose === 'payroll' || identity.purpose === 'emergency'
      ? ALLOWED
      : refused('State the purpose payroll, if your client is registered for it.'),
});
