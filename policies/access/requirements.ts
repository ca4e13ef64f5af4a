import {
  type Directive,
  type InterfaceType,
  isInterfaceType,
  isObjectType,
  type NamedType,
  type Schema,
  type SchemaElement,
} from '@apollo/federation-internals';
import { follows, type Requirement, requirementKey } from './requirement.ts';

/** Positions in `Requirements.all`. */
export type RequirementIds = readonly number[];

/** What the supergraph asks of callers, by where it asks. */
export interface Requirements {
  /** Every distinct requirement there is. */
  readonly all: readonly Requirement[];
  /** For using a value of the type. Of an interface: only what its object types do not already ask. */
  ofType(type: string): RequirementIds;
  /** For the field itself, without its type and its parent. */
  ofField(type: string, field: string): RequirementIds;
}

const AUTHENTICATED = 'https://specs.apollo.dev/authenticated';
const REQUIRES_SCOPES = 'https://specs.apollo.dev/requiresScopes';
export const POLICY = 'https://specs.apollo.dev/policy';

/** A supergraph that asks nothing of anybody, for the open gateway. */
export const noRequirements: Requirements = Object.freeze({ all: [], ofType: () => [], ofField: () => [] });

/**
 * Reads `@authenticated` and `@requiresScopes` from a supergraph.
 *
 * The names are looked up through `@link`, since a subgraph may import them under others. An interface carries copies
 * of what its object types ask (the composer puts them there); those are dropped, because a selection on an interface
 * is judged by every object type it can meet, and a fragment on an allowed one has to pass.
 */
export const extractRequirements = (supergraph: Schema): Requirements => {
  const names = {
    authenticated: directiveName(supergraph, AUTHENTICATED, 'authenticated'),
    requiresScopes: directiveName(supergraph, REQUIRES_SCOPES, 'requiresScopes'),
  };
  const read = (element: SchemaElement<never, never>) => requirementsOf(element, names);
  const all: Requirement[] = [];
  const ids = new Map<string, number>();
  const table = new Map<string, RequirementIds>();
  const put = (coordinate: string, requirements: readonly Requirement[]) => {
    if (requirements.length > 0)
      table.set(
        coordinate,
        requirements.map((one) => register(one, all, ids)),
      );
  };
  for (const type of supergraph.types()) {
    put(
      type.name,
      isInterfaceType(type) ? withoutCopies(read(asElement(type)), implied(type, read)) : read(asElement(type)),
    );
    for (const field of fieldsOf(type)) {
      const own = read(asElement(field));
      const kept = isInterfaceType(type) ? withoutCopies(own, implied(type, read, field.name)) : own;
      put(`${type.name}.${field.name}`, kept);
    }
  }
  return Object.freeze({
    all: Object.freeze(all),
    ofType: (type: string) => table.get(type) ?? NONE,
    ofField: (type: string, field: string) => table.get(`${type}.${field}`) ?? NONE,
  });
};

const NONE: RequirementIds = Object.freeze([]);

type Read = (element: SchemaElement<never, never>) => readonly Requirement[];

// The element classes are generic in their parents, which nothing here looks at.
const asElement = (element: unknown) => element as SchemaElement<never, never>;

const directiveName = (supergraph: Schema, identity: string, name: string): string | undefined =>
  supergraph.coreFeatures?.getByIdentity(identity)?.directiveNameInSchema(name);

const requirementsOf = (
  element: SchemaElement<never, never>,
  names: { readonly authenticated: string | undefined; readonly requiresScopes: string | undefined },
): readonly Requirement[] => {
  const found: Requirement[] = [];
  if (names.authenticated !== undefined && element.hasAppliedDirective(names.authenticated))
    found.push({ kind: 'authenticated' });
  if (names.requiresScopes === undefined) return found;
  const applied = element.appliedDirectivesOf(names.requiresScopes) as readonly Directive[];
  for (const directive of applied) {
    const { scopes } = directive.arguments() as { scopes: readonly (readonly string[])[] };
    found.push({ kind: 'scopes', alternatives: scopes });
  }
  return found;
};

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

const register = (requirement: Requirement, all: Requirement[], ids: Map<string, number>): number => {
  const key = requirementKey(requirement);
  const known = ids.get(key);
  if (known !== undefined) return known;
  const id = all.push(Object.freeze(requirement)) - 1;
  ids.set(key, id);
  return id;
};
