import { buildSchema, type Schema, type Supergraph } from '@apollo/federation-internals';
import { type GraphQLSchema, parse, printSchema } from 'graphql';
import { contractSchema, readContracts } from '../../policies/contracts.ts';
import { createOperationCache } from '../operations/operation-cache.ts';
import type { Generation } from './generation.ts';
import { shownSchemas } from './shown-schemas.ts';

/** What clients see of a graph by a contract, by its tag; `undefined` where the graph has nothing for that. */
export type ContractSchema = (contract: string) => GraphQLSchema | undefined;

/** @param whole what clients see without a contract */
export const contractSchemas = (
  supergraphSdl: string,
  { schema }: Supergraph,
  whole: GraphQLSchema,
): ContractSchema => {
  const directive = schema.coreFeatures?.getByIdentity(TAG)?.directiveNameInSchema('tag');
  if (directive === undefined) return () => undefined;
  const said = readContracts(parse(supergraphSdl, { noLocation: true }), directive);
  return once((contract) => contractSchema(whole, said, contract));
};

const TAG = 'https://specs.apollo.dev/tag';

/**
 * A generation as contracts show it, each with operations of its own: a document that one audience may send is unknown to
 * another. Plans are made on the whole all the same, since records are joined by what nobody is shown.
 *
 * @param bytes that may be spent on the operations of one contract
 */
export const contractParts = (
  whole: Generation,
  schemaOf: ContractSchema,
  bytes: number,
): ((contract: string) => Generation | undefined) =>
  once((contract) => {
    const schema = schemaOf(contract);
    if (schema === undefined) return undefined;
    let apiSchema: Schema | undefined;
    return Object.freeze({
      ...whole,
      contract,
      schema,
      get apiSchema() {
        return (apiSchema ??= buildSchema(printSchema(schema)));
      },
      operations: createOperationCache(bytes),
      shownTo: shownSchemas(schema, whole.requirements),
    });
  });

const once = <T>(make: (contract: string) => T): ((contract: string) => T) => {
  const made = new Map<string, T>();
  return (contract) => {
    if (!made.has(contract)) made.set(contract, make(contract));
    return made.get(contract) as T;
  };
};
