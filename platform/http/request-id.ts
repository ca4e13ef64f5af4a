import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

export const REQUEST_ID_HEADER = 'x-request-id';

/** The caller's request id when it is short and plain, else a new one. */
export const requestIdOf = ({ headers }: IncomingMessage): string => {
  const given = headers[REQUEST_ID_HEADER];
  return typeof given === 'string' && PLAIN.test(given) ? given : randomUUID();
};

/** It is written to logs and sent on to subgraphs and owners. */
const PLAIN = /^[A-Za-z0-9_.-]{1,64}$/;
