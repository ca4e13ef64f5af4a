import { Supergraph } from '@apollo/federation-internals';
import { graphql } from 'graphql';
import { ROOT } from './subgraphs/rows.ts';

/** What every gateway must answer: the operation executed against one schema in this process. */
export const truthOf = async (supergraphSdl: string, bodies: readonly string[]): Promise<readonly unknown[]> => {
  const schema = Supergraph.build(supergraphSdl).apiSchema().toGraphQLJSSchema();
  return Promise.all(
    bodies.map(async (body) => {
      const { query, variables } = JSON.parse(body) as { query: string; variables: Record<string, unknown> };
      const { data, errors } = await graphql({ schema, source: query, rootValue: ROOT, variableValues: variables });
      if (errors !== undefined) throw new Error(`the operation of the shape is wrong: ${errors[0]?.message}`);
      // As it comes out of an answer: without the prototypes of the executor's objects.
      return JSON.parse(JSON.stringify(data)) as unknown;
    }),
  );
};
