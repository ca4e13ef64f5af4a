import {
  type DocumentNode,
  type FieldDefinitionNode,
  type GraphQLSchema,
  Kind,
  parse,
  type SelectionSetNode,
} from 'graphql';
import { AUDIENCES, isAudience } from './audiences.ts';
import { contractSchema, readContracts } from './contracts.ts';
import { type FieldedType, isMarked, mergedTypes, namedType, textOf, usesOf } from './supergraph-text.ts';

/** As much of the schema of a subgraph as may be asked for on behalf of an audience; `undefined`: nothing. */
export type SchemaForAudience = (audience: string) => GraphQLSchema | undefined;

/**
 * What a contract holds of one subgraph, as the subgraph itself knows: what is tagged there, and what the gateway needs to
 * join records, which it asks for on everybody's behalf: keys, what other subgraphs require (`@joins`), and what is
 * `@external`. It is made once for each contract, when somebody first asks by it.
 */
export const schemasByAudience = (schema: GraphQLSchema, document: DocumentNode): SchemaForAudience => {
  const made = new Map<string, GraphQLSchema | undefined>();
  return (audience) => {
    if (!isAudience(audience)) return undefined;
    const { contract } = AUDIENCES[audience];
    if (contract === null) return schema;
    if (!made.has(contract)) made.set(contract, subgraphContract(schema, document, contract));
    return made.get(contract);
  };
};

/** @returns `undefined` where the subgraph has nothing for the contract */
export const subgraphContract = (
  schema: GraphQLSchema,
  document: DocumentNode,
  contract: string,
): GraphQLSchema | undefined => {
  const contracts = readContracts(document);
  const joining = joiningFields(document);
  return contractSchema(schema, contracts, contract, (type, field) => joining.has(`${type}.${field}`));
};

/** Fields by which records are joined, and where the gateway hands the records over. */
const joiningFields = (document: DocumentNode): ReadonlySet<string> => {
  const types = new Map(mergedTypes(document).map((type) => [type.name.value, type]));
  const found = new Set(['Query._entities']);
  for (const type of types.values()) {
    for (const { fields } of usesOf(type, 'key'))
      for (const field of fieldsIn(types, type, parseFields(textOf(fields) ?? ''))) found.add(field);
    for (const field of type.fields ?? []) if (isJoining(field)) found.add(`${type.name.value}.${field.name.value}`);
  }
  return found;
};

const isJoining = (field: FieldDefinitionNode): boolean => isMarked(field, 'joins') || isMarked(field, 'external');

const parseFields = (fields: string): SelectionSetNode | undefined => {
  const [operation] = parse(`{ ${fields} }`, { noLocation: true }).definitions;
  return operation?.kind === Kind.OPERATION_DEFINITION ? operation.selectionSet : undefined;
};

/** Coordinates of what a set of fields of a type names, those within others included. */
const fieldsIn = (
  types: ReadonlyMap<string, FieldedType>,
  type: FieldedType,
  set: SelectionSetNode | undefined,
): readonly string[] =>
  (set?.selections ?? []).flatMap((selection) => {
    if (selection.kind !== Kind.FIELD) return [];
    const { value } = selection.name;
    const returned = type.fields?.find(({ name }) => name.value === value);
    const inner = returned === undefined ? undefined : types.get(namedType(returned.type));
    const below = inner === undefined ? [] : fieldsIn(types, inner, selection.selectionSet);
    return [`${type.name.value}.${value}`, ...below];
  });
