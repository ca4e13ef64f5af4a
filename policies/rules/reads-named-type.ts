import type { Scope } from '../scopes.ts';
import { ALLOWED, refused, type Rule } from './rule.ts';

/**
 * Whoever asks what is known about things of a type (what systems call them, which may be there twice) must be allowed to
 * read things of that type: a scope for looking after data is none for looking into it. The type is what the argument
 * `type` names; of a type that is not here nothing is told to anybody.
 */
export const readsNamedType: Rule = Object.freeze<Rule>({
  means: 'The caller may read things of the type that the argument names.',
  looksAt: 'arguments',
  judge: ({ identity, given }) => {
    const { type } = given;
    if (typeof type !== 'string' || !Object.hasOwn(READING, type)) return null;
    const scope = READING[type as keyof typeof READING];
    return scope === null || identity.scopes.has(scope)
      ? ALLOWED
      : refused('A scope for reading things of the type is missing.');
  },
});

/** The scope it takes to read things of a type, as the schemas have it; null: none. */
export const READING = Object.freeze({
  Facility: null,
  Patient: 'scheduling:read',
  Practitioner: 'scheduling:read',
  Payer: 'billing:read',
  Employee: 'hr:read',
  Supplier: 'procurement:read',
} satisfies Record<string, Scope | null>);
