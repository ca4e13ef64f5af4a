import { LRUCache } from 'lru-cache';
import type { SubgraphCall } from '../../../platform/subgraph.ts';
import type { WrittenCall } from './transport.ts';

/** The part of a call's JSON that is the same every time. */
export interface CallHead {
  /** Without the last brace. */
  readonly text: string;
  readonly isMutation: boolean;
}

/** The JSON of a call (GraphQL over HTTP, section 5.4). */
export const writeCall = (call: SubgraphCall): WrittenCall => {
  const { text, isMutation } = headOf(call);
  const { variables } = call;
  const more = variables === undefined ? '' : `,"variables":${JSON.stringify(variables)}`;
  return { body: Buffer.from(`${text}${more}}`), isMutation };
};

const MOST_HEADS = 1000;
/** A query that asks for entities in many contexts can be long, and may not come again. */
const MOST_CHARACTERS = 16 * 1024 * 1024;
const HEADS = new LRUCache<string, CallHead>({
  max: MOST_HEADS,
  maxSize: MOST_CHARACTERS,
  sizeCalculation: ({ text }, query) => text.length + query.length,
});

/** Queries are texts of plans, and come again and again. */
export const headOf = ({ query, operationName }: Pick<SubgraphCall, 'query' | 'operationName'>): CallHead => {
  const known = HEADS.get(query);
  if (known !== undefined) return known;
  const made: CallHead = {
    text: JSON.stringify({ query, operationName }).slice(0, -1),
    isMutation: /^\s*mutation\b/.test(query),
  };
  HEADS.set(query, made);
  return made;
};
