import { forPayroll } from './for-payroll.ts';
import { readsNamedType } from './reads-named-type.ts';
import type { Rules } from './rule.ts';
import { withinGroup } from './within-group.ts';

/** The closed list of rules. A schema that names another is refused when it is loaded. */
export const RULES = Object.freeze({ forPayroll, readsNamedType, withinGroup }) satisfies Rules;
