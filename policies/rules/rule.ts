import type { Identity } from '../../platform/identity.ts';

/** What a rule judges by: who asks and what for, and the arguments of the field it stands at. Never a value of the data. */
export interface RuleInput {
  readonly identity: Identity;
  /** Coerced, defaults filled in. Empty for a rule that looks at the caller alone. */
  readonly given: Readonly<Record<string, unknown>>;
}

/** `null`: the rule cannot tell, which denies as a refusal does. */
export type Verdict = { readonly allowed: true } | { readonly allowed: false; readonly reason: string } | null;

/** One named rule, as `@policy` calls it. A pure function: the same input, the same verdict. */
export interface Rule {
  /** Who passes, for the person who reads the schema and for a caller who is refused. */
  readonly means: string;
  /** A rule that looks at arguments is asked once for each field it stands at; any other, once for a request. */
  readonly looksAt: 'caller' | 'arguments';
  readonly judge: (input: RuleInput) => Verdict;
}

/** Rules by the names that `@policy` uses. */
export type Rules = Readonly<Record<string, Rule>>;

export const ALLOWED: Verdict = Object.freeze({ allowed: true });

/** The reason holds no value of the request: it may be told. */
export const refused = (reason: string): Verdict => Object.freeze({ allowed: false, reason });

/** Whether the rule lets the caller pass. One that fails, or that there is not, does not. */
export const passes = (rule: Rule | undefined, input: RuleInput): boolean => {
  try {
    return rule?.judge(input)?.allowed === true;
  } catch {
    return false;
  }
};

/** Why it does not; `undefined` when it does. */
export const reasonOf = (rule: Rule | undefined, input: RuleInput): string | undefined => {
  if (rule === undefined) return 'There is no such rule.';
  try {
    const verdict = rule.judge(input);
    if (verdict === null) return `It cannot be told whether: ${rule.means}`;
    return verdict.allowed ? undefined : verdict.reason;
  } catch {
    return `It cannot be told whether: ${rule.means}`;
  }
};
