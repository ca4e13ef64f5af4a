import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { CONTESTANTS, type Contestant } from './contestants.ts';
import { type Field, openField } from './field.ts';
import { ask, leave } from './gateway.ts';
import { circumstancesOf, keep } from './keep.ts';
import { type Effort, isPreliminaryLarge, type LargeResults, largeTable } from './large-results.ts';
import { LARGE } from './places.ts';
import { enterProbed, type Probed } from './probed.ts';
import type { Replay } from './protocol.ts';
import { record } from './recording.ts';
import { truthOf } from './truth.ts';
import { watchOthers } from './usage.ts';

const USAGE = `Measures what one large answer asks of the gateway, beside JSON.parse and JSON.stringify alone.

  npm run large -- [--rows N] [--runs N] [--out FILE]

  --rows  of the answer, some 250 bytes each (20000)
  --runs  of each of the two, in turn (11)
  --out   where the result goes (results/large.json)
`;

const DOCUMENT = `query Items($first: Int!) {
  items(page: 0, first: $first) {
    id sku name description category unit onHand reserved reorderPoint unitCost lotTracked countedOn
  }
}`;

const WARM_UPS = 5;

const FLOOR: Contestant = {
  name: 'parsing-floor',
  label: 'JSON.parse and JSON.stringify alone',
  packages: ['undici'],
  command: ({ replay }) => [join(import.meta.dirname, 'gateways/parsing-floor.js'), '--replay', replay],
};

const main = async (rows: number, runs: number, out: string): Promise<void> => {
  const field = await openField();
  const body = JSON.stringify({ query: DOCUMENT, variables: { first: rows } });
  const [expected] = await truthOf(field.supergraphSdl, [body]);
  const ours = await enterProbed(CONTESTANTS.find(({ name }) => name === 'ours') as Contestant, field);
  const operations = await record(field, ours.url, [body]);
  writeFileSync(field.files.replay, JSON.stringify({ urls: field.urls, operations } satisfies Replay));
  const floor = await enterProbed(FLOOR, field);
  // Lengths may differ by white space.
  const lengths = { ours: await answerLength(ours, body, expected), floor: await answerLength(floor, body, expected) };
  const pids = [...field.pids, ...[ours, floor].map(({ entry }) => entry.running?.child.pid ?? 0)];
  let others = watchOthers(pids);
  const results = { ours: [] as Effort[], floor: [] as Effort[] };
  for (let run = -WARM_UPS; run < runs; run += 1) {
    // Whoever comes first in one run comes last in the next.
    const turns = [['ours', ours] as const, ['floor', floor] as const];
    for (const [name, one] of run % 2 === 0 ? turns : turns.toReversed()) {
      const effort = await effortOf(field, one, body, lengths[name]);
      if (run >= 0) results[name].push(effort);
    }
    if (run === -1) others = watchOthers(pids);
  }
  const disturbance = others();
  await Promise.all([leave(ours.entry), leave(floor.entry)]);
  await field.close();
  const large: LargeResults = {
    ...circumstancesOf(field),
    rows,
    bytes: lengths.ours,
    disturbance,
    ...results,
  };
  console.log(`\n${rows} rows, ${(lengths.ours / 1e6).toFixed(1)} MB, ${runs} runs of each\n\n${largeTable(large)}\n`);
  keep(out, large, isPreliminaryLarge(large));
};

/** @throws unless the answer is what is expected */
const answerLength = async ({ name, url }: Probed, body: string, expected: unknown): Promise<number> => {
  const answer = await ask(url, body);
  const { data } = JSON.parse(answer) as { readonly data: unknown };
  if (!isDeepStrictEqual(data, expected)) throw new Error(`${name} answers other data`);
  return Buffer.byteLength(answer);
};

const effortOf = async (
  field: Field,
  { name, url, strained }: Probed,
  body: string,
  bytes: number,
): Promise<Effort> => {
  let time = 0;
  const strain = await strained(async () => {
    const requests = [{ body, answerLength: bytes }];
    const report = await field.load({ url, connections: 1, seconds: 'once', requests });
    if (report.failures > 0) throw new Error(`${name}: an answer is missing or of another length`);
    time = report.p50;
  });
  return {
    heap: (strain.peak - strain.baseline) / MB,
    heapWithBuffers: (strain.peakWithBuffers - strain.baselineWithBuffers) / MB,
    delayMax: strain.delayMax,
    delayP99: strain.delayP99,
    time,
  };
};

const MB = 1_000_000;

const { values } = parseArgs({
  options: {
    help: { type: 'boolean', default: false },
    rows: { type: 'string', default: '20000' },
    runs: { type: 'string', default: '11' },
    out: { type: 'string', default: LARGE },
  },
});
const [rows, runs] = [Number(values.rows), Number(values.runs)];
if (values.help || !(rows >= 1 && rows <= 60_000 && runs >= 1)) {
  process.stdout.write(USAGE);
  process.exitCode = values.help ? 0 : 2;
} else await main(rows, runs, values.out);
