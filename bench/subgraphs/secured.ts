import {
  type ConstDirectiveNode,
  type FieldDefinitionNode,
  Kind,
  type ObjectTypeExtensionNode,
  parse,
  print,
  visit,
} from 'graphql';
import { FEDERATION_1, SUBGRAPHS, type SubgraphName } from './schemas.ts';

/**
 * The schema of a subgraph with every object type for callers with a token only, every field for a scope of its subgraph,
 * and all of it of a class whose readers are written down: whatever a shape selects, each type and field of it is guarded.
 */
export const secured = (name: SubgraphName): string => {
  const document = parse(FEDERATION_1[name].replaceAll(' @external', ''));
  const guarded = visit(document, {
    ObjectTypeDefinition: (type) => guard(type, name),
    ObjectTypeExtension: (type) => guard(type, name),
  });
  return `${LINK}\n${print(guarded)}`;
};

/** What a token needs to be let through everywhere. */
export const ALL_SCOPES: readonly string[] = SUBGRAPHS.flatMap((name) => [`${name}:read`, `${name}:write`]);

const LINK = `
  extend schema
    @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@authenticated", "@requiresScopes", "@composeDirective"])
    @link(url: "https://specs.caregraph.example/governance/v1.0", import: ["@classification"])
    @composeDirective(name: "@classification")
  directive @classification(class: governance__Class!) repeatable on OBJECT | INTERFACE | FIELD_DEFINITION
  enum governance__Class { PHI_ADMIN }
`;

type ObjectNode = Pick<ObjectTypeExtensionNode, 'name' | 'directives' | 'fields'>;

const guard = <T extends ObjectNode>(type: T, subgraph: SubgraphName): T => {
  const scope = `${subgraph}:${type.name.value === 'Mutation' ? 'write' : 'read'}`;
  const isRoot = ROOTS.has(type.name.value);
  return {
    ...type,
    directives: [...(type.directives ?? []), ...(isRoot ? [] : GUARDS)],
    fields: type.fields?.map((field) => requiring(field, scope)),
  };
};

const ROOTS = new Set(['Query', 'Mutation']);

const requiring = (field: FieldDefinitionNode, scope: string): FieldDefinitionNode => ({
  ...field,
  directives: [...(field.directives ?? []), directive(`@requiresScopes(scopes: [["${scope}"]])`)],
});

/** The parser knows best what a directive looks like as a tree. */
function directive(text: string): ConstDirectiveNode {
  const [scalar] = parse(`scalar Any ${text}`).definitions;
  if (scalar?.kind !== Kind.SCALAR_TYPE_DEFINITION || scalar.directives?.[0] === undefined) throw new Error(text);
  return scalar.directives[0];
}

const GUARDS = [directive('@authenticated'), directive('@classification(class: PHI_ADMIN)')];
