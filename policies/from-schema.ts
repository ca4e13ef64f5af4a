import {
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  type ObjectTypeExtensionNode,
  type TypeNode,
  valueFromASTUntyped,
} from 'graphql';
import { ANYBODY, both, hasScopes, type ScopeSets } from './rules.ts';
import { allow, type RuleTree } from './shield.ts';

/** What the directives of a subgraph's schema ask of a caller. */
export interface SchemaRules {
  /** A rule for every field of every object type. */
  readonly tree: RuleTree;
  /** What a caller must hold to get at an object of a type at all. */
  requirementOf(type: string): ScopeSets;
}

/**
 * Reads `@authenticated` and `@requiresScopes` of types and fields into rules.
 *
 * An object is guarded where it is handed out and nowhere else: each field that returns a guarded type carries the
 * type's requirement with its own, and so must reference resolvers (`requirementOf`), which no field rule sees. Whoever
 * holds an object has therefore passed, and its plain fields need no rule; a rule around each of them would double the
 * time of a large answer. Rules are only ever on object types: shield ignores one on an interface without a word.
 */
export const rulesFromSchema = (document: DocumentNode): SchemaRules => {
  const types = objectTypes(document);
  const required = new Map<string, ScopeSets>();
  for (const { name, directives } of types)
    required.set(name.value, both(required.get(name.value) ?? ANYBODY, setsOf(directives)));
  const requirementOf = (type: string): ScopeSets => required.get(type) ?? ANYBODY;

  const ruleOf = (parent: string, field: FieldDefinitionNode) => {
    const returned = required.get(namedType(field.type));
    const isRoot = ROOTS.has(parent);
    const isPlain = !isRoot && returned === undefined && !isGuarded(field.directives);
    return isPlain ? allow : hasScopes(both(setsOf(field.directives), returned ?? ANYBODY));
  };

  const tree: Record<string, Record<string, ReturnType<typeof ruleOf>>> = {};
  for (const { name, fields = [] } of types) {
    const own = (tree[name.value] ??= {});
    for (const field of fields) own[field.name.value] = ruleOf(name.value, field);
  }
  return {
    tree: { ...tree, Query: { ...tree['Query'], _service: allow, _entities: allow }, _Service: { sdl: allow } },
    requirementOf,
  };
};

/** Puts one tree over another, field by field: what a subgraph's `policy.ts` says beyond its directives. */
export const overlay = (base: RuleTree, over: RuleTree): RuleTree =>
  Object.fromEntries(
    [...new Set([...Object.keys(base), ...Object.keys(over)])].map((type) => [type, { ...base[type], ...over[type] }]),
  );

const ROOTS: ReadonlySet<string> = new Set(['Query', 'Mutation', 'Subscription']);

const objectTypes = (document: DocumentNode): (ObjectTypeDefinitionNode | ObjectTypeExtensionNode)[] =>
  document.definitions.filter(
    (node): node is ObjectTypeDefinitionNode | ObjectTypeExtensionNode =>
      node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.OBJECT_TYPE_EXTENSION,
  );

const namedType = (type: TypeNode): string => (type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type));

const isGuarded = (directives: readonly ConstDirectiveNode[] | undefined): boolean =>
  directives?.some(({ name }) => name.value === 'requiresScopes' || name.value === 'authenticated') ?? false;

/** A subgraph has opened an envelope before it asks a rule, so that `@authenticated` asks nothing further. */
const setsOf = (directives: readonly ConstDirectiveNode[] | undefined): ScopeSets => {
  const directive = directives?.find(({ name }) => name.value === 'requiresScopes');
  if (directive === undefined) return ANYBODY;
  const argument = directive.arguments?.find(({ name }) => name.value === 'scopes');
  if (argument === undefined) throw new Error('@requiresScopes has no scopes');
  return valueFromASTUntyped(argument.value) as ScopeSets;
};
