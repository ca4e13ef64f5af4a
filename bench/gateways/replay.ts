import { readFile } from 'node:fs/promises';
import { type Dispatcher, Pool } from 'undici';
import type { Replay, Waves } from '../protocol.ts';
import type { SubgraphName } from '../subgraphs/schemas.ts';
import { KEEP_ALIVE } from './serve.ts';

/** What floors are made of: the calls a gateway was seen to make for a request, made again. */
export interface Replayer {
  /** By body of the request. */
  readonly known: ReadonlyMap<string, Replay['operations'][number]>;
  /** Makes the calls, at once what was made at once, and resolves to the bytes they were answered with. */
  replay(waves: Waves): Promise<readonly Buffer[]>;
}

export const createReplayer = async (file: string): Promise<Replayer> => {
  const { urls, operations } = JSON.parse(await readFile(file, 'utf8')) as Replay;
  const targets = new Map(Object.entries(urls).map(([name, url]) => [name as SubgraphName, targetOf(url)]));
  return {
    known: new Map(operations.map((operation) => [operation.body, operation])),
    replay: async (waves) => {
      const answers: Buffer[] = [];
      for (const wave of waves) {
        const calls = wave.map(({ subgraph, body }) => {
          const target = targets.get(subgraph);
          if (target === undefined) throw new Error(`no subgraph ${subgraph}`);
          return ask(target, body);
        });
        answers.push(...(await Promise.all(calls)));
      }
      return answers;
    },
  };
};

interface Target {
  readonly pool: Pool;
  readonly path: string;
}

const targetOf = (url: string): Target => ({
  pool: new Pool(new URL(url).origin, { connections: 64, keepAliveTimeout: KEEP_ALIVE }),
  path: new URL(url).pathname,
});

const HEADERS = { 'content-type': 'application/json', accept: 'application/json' };

const ask = ({ pool, path }: Target, body: string): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const handler: Dispatcher.DispatchHandler = {
      onRequestStart: () => undefined,
      onResponseStart: () => undefined,
      onResponseData: (_, chunk) => void chunks.push(chunk),
      onResponseEnd: () => resolve(Buffer.concat(chunks)),
      onResponseError: (_, error) => reject(error),
    };
    pool.dispatch({ method: 'POST', path, headers: HEADERS, body }, handler);
  });
