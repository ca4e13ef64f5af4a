import type { Supergraph } from '@apollo/federation-internals';
import { type GraphQLSchema, parse } from 'graphql';
import { contractSchema, readContracts } from './contracts.ts';

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

/** Made once for each contract, when somebody first asks by it. */
export const once = <T>(make: (contract: string) => T): ((contract: string) => T) => {
  const made = new Map<string, T>();
  return (contract) => {
    if (!made.has(contract)) made.set(contract, make(contract));
    return made.get(contract) as T;
  };
};
