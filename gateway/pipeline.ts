import type { Exchange } from './exchange.ts';
import { admitDocument } from './steps/admit-document.ts';
import { authenticate } from './steps/authenticate.ts';
import { authorize } from './steps/authorize.ts';
import { execute } from './steps/execute.ts';
import { plan } from './steps/plan.ts';
import { readRequest } from './steps/read-request.ts';
import { respond } from './steps/respond.ts';
import { writeDown } from './steps/write-down.ts';

/** Does its part and goes on with `next`, or throws the refusal that ends the request. */
export type Step = (exchange: Exchange, next: () => Promise<void>) => Promise<void>;

/** The way of every request to the graph, in order. */
export const PIPELINE: readonly Step[] = Object.freeze([
  authenticate, //     401 before a byte of the body is read
  readRequest, //      method, type, size and shape of the HTTP message
  admitDocument, //    size, and by Apollo Server: parse, validate, coerce; at once what has come by before
  authorize, //        takes out what the caller may not select, before anything is planned
  writeDown, //        503 where nobody could say later who has read or written
  plan, //             per document and mask, kept
  execute, //          asks the subgraphs
  respond, //          the text of the answer, with an error for what was denied
]);

/** Runs the steps in order. @throws the refusal of the step that ends the request */
export const runPipeline = (exchange: Exchange, steps: readonly Step[] = PIPELINE): Promise<void> => {
  const runFrom = (index: number): Promise<void> => {
    const step = steps[index];
    return step === undefined ? Promise.resolve() : step(exchange, () => runFrom(index + 1));
  };
  return runFrom(0);
};
