import type { Field } from './field.ts';
import { type Entry, verify, versionsOf } from './gateway.ts';
import type { LoadOrder, LoadReport } from './protocol.ts';
import { holeIn } from './proof.ts';
import type { GatewayResult, Round } from './results.ts';
import type { Shape } from './shapes.ts';
import { sum } from './statistics.ts';
import { ALL_SCOPES } from './subgraphs/secured.ts';
import { cpuOf, residentOf, watchOthers } from './usage.ts';

/** A gateway in its lane: what it is asked, and how it did so far. */
export interface Lane {
  readonly entry: Entry;
  readonly excluded: string | undefined;
  /** `undefined`: it does not race. */
  readonly order: Omit<LoadOrder, 'seconds'> | undefined;
  readonly rounds: Round[];
}

/** Puts a gateway in its lane if it answers everything as it should. */
export const laneOf = async (
  field: Field,
  entry: Entry,
  { connections }: Shape,
  bodies: readonly string[],
  expected: readonly unknown[],
): Promise<Lane> => {
  const outside = (excluded: string | undefined): Lane => ({ entry, excluded, order: undefined, rounds: [] });
  if (entry.running === undefined) return outside(entry.excluded);
  const { url } = entry.running;
  const isSecured = entry.contestant.secured === true;
  const hole = isSecured ? await holeIn(field, url, bodies[0] ?? '') : undefined;
  if (hole !== undefined) return outside(hole);
  const authorization = isSecured ? await tokensOf(field, connections) : [];
  const verified = await verify(url, bodies, expected, authorization[0]);
  if ('wrong' in verified) return outside(verified.wrong);
  const requests = verified.answers.map((answer, index) => ({
    body: bodies[index] ?? '',
    answerLength: Buffer.byteLength(answer),
  }));
  const order = { url, connections, requests, ...(isSecured ? { authorization } : {}) };
  return { entry, excluded: undefined, order, rounds: [] };
};

const tokensOf = ({ issuer }: Field, connections: number): Promise<string[]> =>
  Promise.all(Array.from({ length: connections }, () => issuer.mint(ALL_SCOPES)));

export const warmUp = async (field: Field, lane: Lane, seconds: number): Promise<void> => {
  if (seconds > 0) await underLoad(field, lane, seconds);
};

/** One round of load. */
export const race = async (field: Field, lane: Lane, seconds: number): Promise<Round> => {
  const gateway = lane.entry.running?.child.pid ?? 0;
  const disturbance = watchOthers([gateway, ...field.pids]);
  const before = { ...(await field.count()), ...usage(gateway, field.pids) };
  const report = await underLoad(field, lane, seconds);
  const after = { ...usage(gateway, field.pids), ...(await field.count()) };
  const spent = (what: keyof typeof before): number => after[what] - before[what];
  return {
    perSecond: report.answers / report.seconds,
    p50: report.p50,
    p99: report.p99,
    cpu: spent('gateway') / report.answers,
    resident: residentOf(gateway),
    busy: spent('gateway') / spent('at'),
    othersBusy: spent('others') / spent('at'),
    disturbance: disturbance(),
    calls: spent('calls') / report.answers,
    executed: spent('executed'),
    failures: report.failures,
  };
};

const underLoad = ({ load }: Field, { order }: Lane, seconds: number): Promise<LoadReport> => {
  if (order === undefined) throw new Error('not in the race');
  return load({ ...order, seconds });
};

const usage = (gateway: number, others: readonly number[]) => ({
  gateway: cpuOf(gateway),
  others: sum(others.map(cpuOf)),
  at: performance.now(),
});

/** What is reported of a lane. One missing or cut answer disqualifies: its rate is that of something else. */
export const resultOf = ({ entry: { contestant }, excluded, rounds }: Lane): GatewayResult => {
  const failures = sum(rounds.map((round) => round.failures));
  const reason = excluded ?? (failures > 0 ? `${failures} answers missing or of another length` : undefined);
  return {
    name: contestant.name,
    label: contestant.label,
    yardstick: contestant.yardstick ?? false,
    versions: versionsOf(contestant),
    ...(reason === undefined ? {} : { excluded: reason }),
    rounds: reason === undefined ? rounds : [],
  };
};
