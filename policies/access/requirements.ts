import {
  type Directive,
  type InterfaceType,
  isInterfaceType,
  isObjectType,
  type NamedType,
  type Schema,
  type SchemaElement,
} from '@apollo/federation-internals';
import type { DocumentNode } from 'graphql';
import { RULES } from '../rules/list.ts';
import type { Rules } from '../rules/rule.ts';
import { type Alternatives, follows, type Requirement } from './requirement.ts';
import { type Requirements, requirementTable } from './requirement-table.ts';

const AUTHENTICATED = 'https://specs.apollo.dev/authenticated';
const REQUIRES_SCOPES = 'https://specs.apollo.dev/requiresScopes';
const POLICY = 'https://specs.apollo.dev/policy';

export interface ExtractOptions {
  /** The text of the supergraph: what arguments are about and which class fields are of stands in directives of ours. */
  readonly document?: DocumentNode;
  /** The rules that `@policy` may name. */
  readonly rules?: Rules;
}

/**
 * Reads `@authenticated`, `@requiresScopes` and `@policy` from a supergraph, and what the use of its arguments takes.
 *
 * The names are looked up through `@link`, since a subgraph may import them under others. An interface carries copies
 * of what its object types ask (the composer puts them there); those are dropped, because a selection on an interface
 * is judged by every object type it can meet, and a fragment on an allowed one has to pass.
 *
 * @throws when a policy names a rule there is not, or stands where its rule has no arguments to look at
 */
export const extractRequirements = (
  supergraph: Schema,
  { document, rules = RULES }: ExtractOptions = {},
): Requirements => {
  const names = {
    authenticated: directiveName(supergraph, AUTHENTICATED, 'authenticated'),
    requiresScopes: directiveName(supergraph, REQUIRES_SCOPES, 'requiresScopes'),
    policy: directiveName(supergraph, POLICY, 'policy'),
  };
  const read = (element: SchemaElement<never, never>) => requirementsOf(element, names);
  const asked = new Map<string, readonly Requirement[]>();
  for (const type of supergraph.types()) {
    asked.set(
      type.name,
      isInterfaceType(type) ? withoutCopies(read(asElement(type)), implied(type, read)) : read(asElement(type)),
    );
    for (const field of fieldsOf(type)) {
      const own = read(asElement(field));
      const kept = isInterfaceType(type) ? withoutCopies(own, implied(type, read, field.name)) : own;
      asked.set(`${type.name}.${field.name}`, kept);
    }
  }
  return requirementTable(asked, document, rules);
};

type Read = (element: SchemaElement<never, never>) => readonly Requirement[];

// The element classes are generic in their parents, which nothing here looks at.
const asElement = (element: unknown) => element as SchemaElement<never, never>;

const directiveName = (supergraph: Schema, identity: string, name: string): string | undefined =>
  supergraph.coreFeatures?.getByIdentity(identity)?.directiveNameInSchema(name);

const requirementsOf = (
  element: SchemaElement<never, never>,
  names: Readonly<Record<'authenticated' | 'requiresScopes' | 'policy', string | undefined>>,
): readonly Requirement[] => {
  const found: Requirement[] = [];
  if (names.authenticated !== undefined && element.hasAppliedDirective(names.authenticated))
    found.push({ kind: 'authenticated' });
  for (const { scopes } of argumentsOf(element, names.requiresScopes))
    if (scopes !== undefined) found.push({ kind: 'scopes', alternatives: scopes });
  for (const { policies } of argumentsOf(element, names.policy))
    if (policies !== undefined) found.push({ kind: 'policy', alternatives: policies });
  return found;
};

const argumentsOf = (
  element: SchemaElement<never, never>,
  name: string | undefined,
): readonly Readonly<Record<string, Alternatives | undefined>>[] =>
  name === undefined
    ? []
    : (element.appliedDirectivesOf(name) as readonly Directive[]).map(
        (directive) => directive.arguments() as Readonly<Record<string, Alternatives>>,
      );

const fieldsOf = (type: NamedType): readonly { readonly name: string }[] =>
  isObjectType(type) || isInterfaceType(type) ? type.fields() : [];

/** What the object types behind an interface ask together, for themselves or for one field. */
const implied = (type: InterfaceType, read: Read, field?: string): readonly Requirement[] =>
  type.possibleRuntimeTypes().flatMap((object) => {
    const element = field === undefined ? undefined : object.field(field);
    return [...read(asElement(object)), ...(element === undefined ? [] : read(asElement(element)))];
  });

const withoutCopies = (own: readonly Requirement[], others: readonly Requirement[]): readonly Requirement[] =>
  own.filter((requirement) => !follows(others, requirement));
