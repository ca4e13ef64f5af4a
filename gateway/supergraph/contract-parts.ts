import { buildSchema, type Schema } from '@apollo/federation-internals';
import { parse, printSchema } from 'graphql';
import { contractSchema, readContracts } from '../../policies/contracts.ts';
import { createOperationCache } from '../operations/operation-cache.ts';
import type { Generation } from './generation.ts';
import { shownSchemas } from './shown-schemas.ts';

/**
 * A generation as contracts show it, each with operations of its own: a document that one audience may send is unknown to
 * another. Plans are made on the whole all the same, since records are joined by what nobody is shown.
 *
 * @param bytes that may be spent on the operations of one contract
 * @returns by tag; `undefined` where the graph has nothing for that
 */
export const contractParts = (
  whole: Generation,
  supergraph: Schema,
  bytes: number,
): ((contract: string) => Generation | undefined) => {
  const made = new Map<string, Generation | undefined>();
  return (contract) => {
    if (!made.has(contract)) made.set(contract, partOf(whole, supergraph, contract, bytes));
    return made.get(contract);
  };
};

const partOf = (whole: Generation, supergraph: Schema, contract: string, bytes: number): Generation | undefined => {
  const directive = supergraph.coreFeatures?.getByIdentity(TAG)?.directiveNameInSchema('tag');
  if (directive === undefined) return undefined;
  const said = readContracts(parse(whole.supergraphSdl, { noLocation: true }), directive);
  const schema = contractSchema(whole.schema, said, contract);
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
};

const TAG = 'https://specs.apollo.dev/tag';
