import { readJsonObject } from '../http/read-json.ts';
import type { Step } from '../pipeline.ts';

/** Reads the JSON of a POST. A GET carries everything in its address. */
export const readRequest: Step = async (exchange, next) => {
  const { request, surroundings } = exchange;
  exchange.body =
    request.method === 'POST' ? await readJsonObject(request, surroundings.config.server.bodyLimit) : undefined;
  return next();
};
