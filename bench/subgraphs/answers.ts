import { buildSubgraphSchema } from '@apollo/subgraph';
import { graphql, parse } from 'graphql';
import { ROOT, rowOf } from './rows.ts';
import { FEDERATION_1, federation2, type SubgraphName } from './schemas.ts';

export interface Answers {
  /** Prepared answers by request body. */
  readonly prepared: ReadonlyMap<string, Buffer>;
  /** Executes the operation and keeps its answer. */
  prepare(body: string): Promise<Buffer>;
}

/**
 * A real subgraph that executes each different request once. Whoever measures sends the same few requests over and
 * over, so that in the measured time answering is a look-up, whatever operation a gateway likes to send.
 *
 * Bodies are strings of one character per byte, which are quicker to make and to look up than text.
 */
export const answersOf = (name: SubgraphName): Answers => {
  const schema = buildSubgraphSchema([
    { typeDefs: parse(federation2(FEDERATION_1[name])), resolvers: REFERENCES[name] },
  ]);
  const prepared = new Map<string, Buffer>();
  return {
    prepared,
    prepare: async (body) => {
      const { query, variables, operationName } = JSON.parse(utf8(body)) as GraphQLBody;
      const result = await graphql({
        schema,
        source: query,
        rootValue: ROOT,
        variableValues: variables ?? null,
        operationName: operationName ?? null,
      });
      const answer = Buffer.from(JSON.stringify(result));
      prepared.set(body, answer);
      return answer;
    },
  };
};

/** Text of a string of one character per byte. */
export const utf8 = (bytes: string): string => Buffer.from(bytes, 'latin1').toString('utf8');

interface GraphQLBody {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>> | null;
  readonly operationName?: string | null;
}

const referenceOf = (type: string) => ({
  [type]: { __resolveReference: ({ id }: { readonly id: string }) => rowOf(type, id) },
});

const REFERENCES: Readonly<Record<SubgraphName, ReturnType<typeof referenceOf>>> = {
  procurement: referenceOf('PurchaseOrder'),
  partners: referenceOf('Supplier'),
  inventory: referenceOf('Item'),
  finance: { ...referenceOf('PurchaseOrder'), ...referenceOf('CostCenter') },
  hr: referenceOf('Employee'),
  scheduling: referenceOf('Appointment'),
};
