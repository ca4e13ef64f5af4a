import type { FetchNode } from '@apollo/query-planner';
import { fetchHead } from '../compiled/fetch-head.ts';
import { headOf } from '../transports/call.ts';
import type { WrittenCall } from '../transports/transport.ts';
import { OUTPUT } from './output.ts';
import type { Entities } from './representations.ts';

/** What is the same in every call of one fetch, written. */
export interface PreparedCall {
  readonly subgraph: string;
  readonly isMutation: boolean;
  /** Up to the variables. */
  readonly head: string;
  /** Of the client's operation; each is sent when the request has a value for it. */
  readonly variables: readonly { readonly name: string; readonly key: string }[];
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

/** Writes a call. @param entities for a fetch of entities */
export const writeCallOf = (
  { head, isMutation, variables }: PreparedCall,
  given: Readonly<Record<string, unknown>>,
  entities: Entities | undefined,
): WrittenCall => {
  let text = head;
  let comma = '';
  for (const { name, key } of variables) {
    const value = given[name];
    if (value === undefined) continue;
    text += comma + key + JSON.stringify(value);
    comma = ',';
  }
  if (entities === undefined) return { body: Buffer.from(`${text}}}`), isMutation };
  OUTPUT.reset();
  OUTPUT.text(`${text}${comma}"representations":[`);
  entities.write(OUTPUT);
  OUTPUT.text(']}}');
  const pieces = OUTPUT.take();
  return { body: pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces), isMutation };
};
