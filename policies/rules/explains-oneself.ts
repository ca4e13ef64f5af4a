import { ALLOWED, refused, type Rule } from './rule.ts';
import { withinGroup } from './within-group.ts';

/** What somebody may see is theirs to know. What others may see is for those who look after access, in the group. */
export const explainsOneself: Rule = Object.freeze<Rule>({
  means:
    'The question is about who asks (`as` is left out), or they have the scope access:read and belong to the group.',
  looksAt: 'arguments',
  judge: ({ identity, given }) => {
    if (given['as'] === undefined || given['as'] === null) return ALLOWED;
    if (!identity.scopes.has('access:read')) return refused('The scope access:read is missing.');
    return withinGroup.judge({ identity, given });
  },
});
