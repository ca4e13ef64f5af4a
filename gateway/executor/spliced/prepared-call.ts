import type { FetchNode } from '@apollo/query-planner';
import { fetchHead } from '../compiled/fetch-head.ts';
import { type ByteText, toByteText } from '../transports/byte-text.ts';
import { headOf } from '../transports/call.ts';
import type { WrittenCall } from '../transports/transport.ts';

/** What is the same in every call of one fetch, written. */
export interface PreparedCall {
  readonly subgraph: string;
  readonly isMutation: boolean;
  /** Up to the variables. */
  readonly head: ByteText;
  /** Of the client's operation; each is sent when the request has a value for it. */
  readonly variables: readonly { readonly name: string; readonly key: ByteText }[];
}

export const prepareCall = (node: FetchNode): PreparedCall => {
  const { subgraph, query, operationName, variableNames } = fetchHead(node);
  const { text, isMutation } = headOf(operationName === undefined ? { query } : { query, operationName });
  return {
    subgraph,
    isMutation,
    head: `${text},"variables":{`,
    variables: variableNames.map((name) => ({ name, key: `${JSON.stringify(name)}:` })),
  };
};

/** @param representations JSON of each entity, for a fetch of entities */
export const writeVariables = (
  { head, isMutation, variables }: PreparedCall,
  given: Readonly<Record<string, unknown>>,
  representations: readonly ByteText[] | undefined,
): WrittenCall => {
  let body = head;
  let comma = '';
  for (const { name, key } of variables) {
    const value = given[name];
    if (value === undefined) continue;
    body += comma + key + toByteText(JSON.stringify(value));
    comma = ',';
  }
  if (representations !== undefined) body += `${comma}"representations":[${representations.join(',')}]`;
  return { body: `${body}}}`, isMutation };
};
