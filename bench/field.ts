import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Issuer, openIssuer } from './issuer.ts';
import { type Cores, message, shareCores, start, stop } from './processes.ts';
import type { FromSubgraphs, LoadOrder, LoadReport, Recorded, Replay, SubgraphCount, ToSubgraphs } from './protocol.ts';
import { composeFor, composeSecured } from './supergraph.ts';

/** What all gateways of a run have in common: the subgraphs, their supergraph, and the load. */
export interface Field {
  readonly cores: Cores;
  readonly supergraphSdl: string;
  readonly urls: Replay['urls'];
  /** Paths of the files gateways are started with: open and guarded supergraph, calls of the floor. They go with this process. */
  readonly files: {
    readonly supergraph: string;
    readonly secured: string;
    readonly replay: string;
    readonly data: string;
  };
  readonly issuer: Issuer;
  /** What a secured gateway signs its calls with. */
  readonly secret: string;
  /** Process ids of subgraphs and load. */
  readonly pids: readonly number[];
  count(): Promise<SubgraphCount>;
  /** Runs `action` and tells which calls the subgraphs got meanwhile. */
  recorded<T>(action: () => Promise<T>): Promise<Recorded & { readonly result: T }>;
  load(order: LoadOrder): Promise<LoadReport>;
  close(): Promise<void>;
}

export const openField = async (): Promise<Field> => {
  const cores = shareCores();
  const child = (program: string) => start([join(import.meta.dirname, program)], { core: cores.others, ipc: true });
  const subgraphs = child('subgraphs/main.js');
  const load = child('load.js');
  for (const { stderr } of [subgraphs, load]) stderr?.pipe(process.stderr);
  const ask = <T>(what: ToSubgraphs, pick: (sent: FromSubgraphs) => T | undefined): Promise<T> => {
    const answer = message(subgraphs, pick);
    subgraphs.send(what);
    return answer;
  };
  const urls = await message(subgraphs, (sent: FromSubgraphs) => ('urls' in sent ? sent.urls : undefined));
  const supergraphSdl = composeFor(urls);
  const directory = mkdtempSync(join(tmpdir(), 'caregraph-bench-'));
  const files = {
    supergraph: join(directory, 'supergraph.graphql'),
    secured: join(directory, 'secured.graphql'),
    replay: join(directory, 'replay.json'),
    // Where the secured gateway writes down who reads what.
    data: join(directory, 'data'),
  };
  writeFileSync(files.supergraph, supergraphSdl);
  writeFileSync(files.secured, composeSecured(urls));
  const issuer = await openIssuer();
  process.once('exit', () => rmSync(directory, { recursive: true }));
  return {
    cores,
    supergraphSdl,
    urls,
    files,
    issuer,
    secret: randomBytes(32).toString('base64url'),
    pids: [subgraphs, load].map(({ pid }) => pid ?? 0),
    count: () => ask('count', (sent) => ('calls' in sent ? sent : undefined)),
    recorded: async (action) => {
      subgraphs.send('record' satisfies ToSubgraphs);
      const result = await action();
      return { result, ...(await ask('recorded', (sent) => ('waves' in sent ? sent : undefined))) };
    },
    load: (order) => {
      const report = message(load, (sent: LoadReport) => sent);
      load.send(order);
      return report;
    },
    close: async () => {
      issuer.close();
      await Promise.all([stop(load), stop(subgraphs)]);
    },
  };
};
