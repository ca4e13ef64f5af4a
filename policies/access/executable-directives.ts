import {
  type ConstArgumentNode,
  type ConstDirectiveNode,
  type DirectiveDefinitionNode,
  type DirectiveNode,
  type DocumentNode,
  type InputValueDefinitionNode,
  Kind,
  parse,
  print,
  type SchemaDefinitionNode,
  visit,
} from 'graphql';
import { usesOf } from '../supergraph-text.ts';

/**
 * The supergraph with directives for operations as plain ones, where subgraphs have linked them (`@composeDirective`).
 *
 * What is linked is left out of the API schema, since it usually annotates schemas. A directive that can only stand in
 * operations is there for clients.
 */
export const keepExecutableDirectives = (supergraphSdl: string): string => {
  const document = parse(supergraphSdl, { noLocation: true });
  const isForClients = (link: ConstDirectiveNode) => linksOnly(link, document);
  const schema = document.definitions.find(isSchema);
  if (schema?.directives?.some(isForClients) !== true) return supergraphSdl;
  const directives = schema.directives.filter((directive) => !isForClients(directive));
  return print({
    ...document,
    definitions: document.definitions.map((node) => (node === schema ? { ...schema, directives } : node)),
  });
};

const isSchema = (node: { readonly kind: Kind }): node is SchemaDefinitionNode => node.kind === Kind.SCHEMA_DEFINITION;

/** Whether a specification brings in directives for operations and nothing else. */
const linksOnly = (link: ConstDirectiveNode, { definitions }: DocumentNode): boolean => {
  const { url } = usesOf({ directives: [link] }, 'link')[0] ?? {};
  if (typeof url !== 'string' || url.startsWith('https://specs.apollo.dev/')) return false;
  const imported = link.arguments?.find(({ name }) => name.value === 'import')?.value;
  if (imported?.kind !== Kind.LIST || imported.values.length === 0) return false;
  return imported.values.every((value) => {
    const name = value.kind === Kind.STRING ? value.value : undefined;
    const directive = definitions.find(
      (node): node is DirectiveDefinitionNode =>
        node.kind === Kind.DIRECTIVE_DEFINITION && `@${node.name.value}` === name,
    );
    return directive?.locations.every((location) => EXECUTABLE.has(location.value)) === true;
  });
};

const EXECUTABLE: ReadonlySet<string> = new Set([
  'QUERY',
  'MUTATION',
  'SUBSCRIPTION',
  'FIELD',
  'FRAGMENT_DEFINITION',
  'FRAGMENT_SPREAD',
  'INLINE_FRAGMENT',
  'VARIABLE_DEFINITION',
]);

/**
 * Writes out what a document leaves to the defaults of directives. The subgraph that is asked may not know the default:
 * the supergraph has it from another.
 */
export const fillDirectives = (supergraph: DocumentNode): ((document: DocumentNode) => DocumentNode) => {
  const defaults = new Map<string, readonly ConstArgumentNode[]>();
  for (const node of supergraph.definitions)
    if (node.kind === Kind.DIRECTIVE_DEFINITION && node.locations.every(({ value }) => EXECUTABLE.has(value)))
      defaults.set(node.name.value, (node.arguments ?? []).flatMap(defaultOf));
  if (defaults.size === 0) return (document) => document;
  return (document) =>
    visit(document, {
      Directive: (node): DirectiveNode | undefined => {
        const given = node.arguments ?? [];
        const missing = (defaults.get(node.name.value) ?? []).filter(
          ({ name }) => !given.some((argument) => argument.name.value === name.value),
        );
        return missing.length === 0 ? undefined : { ...node, arguments: [...given, ...missing] };
      },
    });
};

const defaultOf = ({ name, defaultValue }: InputValueDefinitionNode): ConstArgumentNode[] =>
  defaultValue === undefined ? [] : [{ kind: Kind.ARGUMENT, name, value: defaultValue }];
