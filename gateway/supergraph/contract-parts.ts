import { buildSchema, type Schema } from '@apollo/federation-internals';
import { printSchema } from 'graphql';
import { type ContractSchema, once } from '../../policies/contract-schemas.ts';
import { createOperationCache } from '../operations/operation-cache.ts';
import type { Generation } from './generation.ts';
import { shownSchemas } from './shown-schemas.ts';

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
