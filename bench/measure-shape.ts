import { writeFileSync } from 'node:fs';
import type { Contestant } from './contestants.ts';
import type { Field } from './field.ts';
import { type Entry, enter, leave } from './gateway.ts';
import { laneOf, race, resultOf, warmUp } from './lane.ts';
import type { Replay } from './protocol.ts';
import { outlineOf, record } from './recording.ts';
import type { ShapeResult } from './results.ts';
import { requestsOf, type Shape } from './shapes.ts';
import { ALL_SCOPES } from './subgraphs/secured.ts';
import { truthOf } from './truth.ts';

export interface Pace {
  readonly rounds: number;
  /** Seconds of load per round, and before the first one. */
  readonly seconds: number;
  readonly warmup: number;
}

/** Measures every contestant on one shape, each in a fresh process, in turn. */
export const measureShape = async (
  field: Field,
  shape: Shape,
  contestants: readonly Contestant[],
  pace: Pace,
): Promise<ShapeResult> => {
  const bodies = requestsOf(shape);
  const expected = await truthOf(field.supergraphSdl, bodies);
  const start = (wanted: readonly Contestant[]): Promise<Entry[]> =>
    Promise.all(wanted.map((contestant) => enter(contestant, field)));

  const gateways = await start(contestants.filter((contestant) => !isFloor(contestant)));
  // Ours, secured or not, and Apollo's plan alike, so any of them can show the floor what to do.
  const model = gateways.find(({ contestant, running }) => MODELS.has(contestant.name) && running !== undefined);
  const token = model?.contestant.secured === true ? await field.issuer.mint(ALL_SCOPES) : undefined;
  const operations = model?.running === undefined ? [] : await record(field, model.running.url, bodies, token);
  writeFileSync(field.files.replay, JSON.stringify({ urls: field.urls, operations } satisfies Replay));
  const entries = [...gateways, ...(await start(contestants.filter(isFloor)))];

  const lanes = [];
  for (const entry of entries) lanes.push(await laneOf(field, entry, shape, bodies, expected));
  const racing = lanes.filter(({ order }) => order !== undefined);
  for (const lane of racing) await warmUp(field, lane, pace.warmup);
  for (let round = 0; round < pace.rounds; round += 1) {
    // Whoever comes first in one round comes last in the next.
    for (const lane of round % 2 === 0 ? racing : racing.toReversed()) {
      await warmUp(field, lane, Math.min(1, pace.seconds / 4));
      lane.rounds.push(await race(field, lane, pace.seconds));
    }
    console.error(`${shape.name}: round ${round + 1} of ${pace.rounds}`);
  }
  await Promise.all(entries.map(leave));
  return {
    name: shape.name,
    about: shape.about,
    connections: shape.connections,
    answerLength: Buffer.byteLength(operations[0]?.answer ?? ''),
    calls: outlineOf(operations[0]?.waves ?? []),
    gateways: lanes.map(resultOf),
  };
};

const MODELS = new Set(['ours', 'ours-secured', 'apollo']);

const isFloor = ({ name }: Contestant): boolean => name === 'floor';
