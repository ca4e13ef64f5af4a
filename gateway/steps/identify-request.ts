import { REQUEST_ID_HEADER, requestIdOf } from '../../platform/http/request-id.ts';
import type { Step } from '../pipeline.ts';

/** Gives the request the id that stands on its answer, its errors, its log lines and all it causes. */
export const identifyRequest: Step = (exchange, next) => {
  exchange.requestId = requestIdOf(exchange.request);
  exchange.response.setHeader(REQUEST_ID_HEADER, exchange.requestId);
  return next();
};
