import {
  type ConstDirectiveNode,
  type DocumentNode,
  Kind,
  type ObjectTypeDefinitionNode,
  type ObjectTypeExtensionNode,
  valueFromASTUntyped,
} from 'graphql';
import { hasScopes, isAuthenticated, type ScopeSets } from './rules.ts';
import { allow, type Rule, type RuleTree } from './shield.ts';

/**
 * The rule tree that the directives of a subgraph's schema say: `@authenticated` and `@requiresScopes`, on types and fields.
 *
 * Every object type gets a rule for all of its fields, so that a record reached through `_entities` is guarded like one
 * reached through `Query`. A type without a directive is for any authenticated caller. What federation itself needs is
 * open. Rules are only ever on object types: shield ignores a rule on an interface without a word.
 */
export const rulesFromSchema = (document: DocumentNode): RuleTree => {
  const tree: Record<string, Record<string, Rule>> = {};
  for (const type of objectTypes(document)) {
    const own = (tree[type.name.value] ??= {});
    const forType = requirementOf(type.directives) ?? own['*'] ?? isAuthenticated;
    own['*'] = forType;
    for (const field of type.fields ?? []) {
      const rule = requirementOf(field.directives);
      if (rule !== undefined) own[field.name.value] = rule;
    }
  }
  return { ...tree, Query: { ...tree['Query'], _service: allow, _entities: allow }, _Service: { '*': allow } };
};

/** Puts one tree over another, field by field: what a subgraph's `policy.ts` says beyond its directives. */
export const overlay = (base: RuleTree, over: RuleTree): RuleTree =>
  Object.fromEntries(
    [...new Set([...Object.keys(base), ...Object.keys(over)])].map((type) => [type, { ...base[type], ...over[type] }]),
  );

const objectTypes = (document: DocumentNode): (ObjectTypeDefinitionNode | ObjectTypeExtensionNode)[] =>
  document.definitions.filter(
    (node): node is ObjectTypeDefinitionNode | ObjectTypeExtensionNode =>
      node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.OBJECT_TYPE_EXTENSION,
  );

const requirementOf = (directives: readonly ConstDirectiveNode[] | undefined): Rule | undefined => {
  const scopes = directives?.find(({ name }) => name.value === 'requiresScopes');
  if (scopes !== undefined) return hasScopes(scopeSets(scopes));
  return directives?.some(({ name }) => name.value === 'authenticated') === true ? isAuthenticated : undefined;
};

const scopeSets = (directive: ConstDirectiveNode): ScopeSets => {
  const argument = directive.arguments?.find(({ name }) => name.value === 'scopes');
  if (argument === undefined) throw new Error('@requiresScopes has no scopes');
  return valueFromASTUntyped(argument.value) as ScopeSets;
};
