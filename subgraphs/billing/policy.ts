import type { RuleTree } from '../../policies/shield.ts';

/** The scopes stand in the schema; nothing here needs a rule beyond them. */
export const policy: RuleTree = {};
