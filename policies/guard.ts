import type { GraphQLSchema } from 'graphql';
import { fail } from '../platform/errors.ts';
import { allow, applyMiddleware, deny, type RuleTree, shield } from './shield.ts';

/**
 * Puts a rule tree around a schema. What no rule names is denied; what is `allow` in the tree stays as it was, without
 * the cost of a wrapper.
 */
export const guard = (schema: GraphQLSchema, tree: RuleTree): GraphQLSchema => {
  const generator = shield(tree as never, {
    fallbackRule: deny,
    fallbackError: fail('FORBIDDEN'),
    // Without it shield answers every error of a resolver, a time-out of the owner too, as a refusal.
    allowExternalErrors: true,
  }) as unknown as Generator;
  const wrappers = generator.generate(schema);
  const needed = Object.entries(wrappers).map(([type, fields]) => [
    type,
    Object.fromEntries(Object.entries(fields).filter(([field]) => tree[type]?.[field] !== allow)),
  ]);
  return applyMiddleware(schema, Object.fromEntries(needed) as never);
};

/** What shield returns: graphql-middleware would call it with the schema. */
interface Generator {
  generate(schema: GraphQLSchema): Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}
