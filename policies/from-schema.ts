import {
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  type ObjectTypeExtensionNode,
} from 'graphql';
import { looksAtArguments, type Requirement } from './access/requirement.ts';
import { type Requirements, requirementTable } from './access/requirement-table.ts';
import { readAbout } from './about.ts';
import { demand, demandWithArguments } from './demands.ts';
import { guardedInputs } from './guarded-inputs.ts';
import { RULES } from './rules/list.ts';
import type { Rules } from './rules/rule.ts';
import { allow, type Rule, type RuleTree } from './shield.ts';
import { namedType, ROOTS, usesOf } from './supergraph-text.ts';

/** What the directives of a subgraph's schema ask of a caller. */
export interface SchemaRules {
  /** A rule for every field of every object type. */
  readonly tree: RuleTree;
  /** What a caller must meet to get at an object of a type at all. */
  requirementsOf(type: string): readonly Requirement[];
  readonly requirements: Requirements;
}

/**
 * Reads `@authenticated`, `@requiresScopes` and `@policy` of types and fields into rules, and what it takes to use the
 * arguments of a field.
 *
 * An object is guarded where it is handed out and nowhere else: each field that returns a guarded type carries the
 * type's requirement with its own, and so must reference resolvers (`requirementsOf`), which no field rule sees. Whoever
 * holds an object has therefore passed, and its plain fields need no rule; a rule around each of them would double the
 * time of a large answer. An object that can stand behind an interface or a union is handed out by fields that do not say
 * which it is, so that there each of its own fields asks. Rules are only ever on object types: shield ignores one on an interface without a word.
 *
 * @throws when a policy names a rule there is not, and when it is not known what an argument is about
 */
export const rulesFromSchema = (document: DocumentNode, rules: Rules = RULES): SchemaRules => {
  const { problems } = readAbout(document);
  if (problems.length > 0) throw new Error(problems.join('\n'));
  const requirements = requirementTable(askedIn(document), document, rules);
  const pick = (ids: readonly number[]) => ids.flatMap((id) => requirements.all[id] ?? []);
  const requirementsOf = (type: string) => pick(requirements.ofType(type));
  const guarded = guardedInputs(document, requirements);

  const members = membersOfAbstract(document);

  const ruleOf = (parent: string, field: FieldDefinitionNode): Rule => {
    const name = field.name.value;
    const own = pick(requirements.ofField(parent, name));
    const holder = members.has(parent) ? requirementsOf(parent) : [];
    const needed = [...new Set([...own, ...holder, ...requirementsOf(namedType(field.type))])];
    const byArguments = own.some((one) => looksAtArguments(one, rules)) || guarded.has(`${parent}.${name}`);
    if (byArguments) return demandWithArguments(`${parent}.${name}`, needed, requirements);
    return needed.length === 0 && !ROOTS.has(parent) ? allow : demand(needed, requirements);
  };

  const tree: Record<string, Record<string, Rule>> = {};
  for (const { name, fields = [] } of objectTypes(document)) {
    const own = (tree[name.value] ??= {});
    for (const field of fields) own[field.name.value] = ruleOf(name.value, field);
  }
  return {
    tree: { ...tree, Query: { ...tree['Query'], _service: allow, _entities: allow }, _Service: { sdl: allow } },
    requirementsOf,
    requirements,
  };
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

/** Object types that a field of an interface or a union can return. */
const membersOfAbstract = (document: DocumentNode): ReadonlySet<string> =>
  new Set(
    document.definitions.flatMap((node) => {
      if (node.kind === Kind.UNION_TYPE_DEFINITION || node.kind === Kind.UNION_TYPE_EXTENSION)
        return (node.types ?? []).map(({ name }) => name.value);
      const isObject = node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.OBJECT_TYPE_EXTENSION;
      return isObject && (node.interfaces?.length ?? 0) > 0 ? [node.name.value] : [];
    }),
  );

/** By `Type` and `Type.field`. A type may be put together of several pieces, and each may ask for something. */
const askedIn = (document: DocumentNode): ReadonlyMap<string, readonly Requirement[]> => {
  const asked = new Map<string, readonly Requirement[]>();
  const put = (coordinate: string, directives: readonly ConstDirectiveNode[]) =>
    asked.set(coordinate, [...(asked.get(coordinate) ?? []), ...requirementsIn(directives)]);
  for (const node of document.definitions) {
    if (!('name' in node) || node.name === undefined || !('directives' in node)) continue;
    if (node.kind === Kind.DIRECTIVE_DEFINITION || node.kind === Kind.OPERATION_DEFINITION) continue;
    put(node.name.value, (node.directives ?? []) as readonly ConstDirectiveNode[]);
    if (node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.OBJECT_TYPE_EXTENSION)
      for (const field of node.fields ?? []) put(`${node.name.value}.${field.name.value}`, field.directives ?? []);
  }
  return asked;
};

const requirementsIn = (directives: readonly ConstDirectiveNode[]): readonly Requirement[] => [
  ...usesOf({ directives }, 'authenticated').map((): Requirement => ({ kind: 'authenticated' })),
  ...usesOf({ directives }, 'requiresScopes').map(
    ({ scopes }): Requirement => ({ kind: 'scopes', alternatives: alternatives(scopes) }),
  ),
  ...usesOf({ directives }, 'policy').map(
    ({ policies }): Requirement => ({ kind: 'policy', alternatives: alternatives(policies) }),
  ),
];

const alternatives = (value: unknown): readonly (readonly string[])[] => {
  if (!Array.isArray(value)) throw new Error('a guard without alternatives');
  return value as readonly (readonly string[])[];
};
