import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { CONTESTANTS, type Contestant } from './contestants.ts';
import { type CpuProfile, ownerOf, type SelfTime, selfTimes } from './cpu-profile.ts';
import { openField } from './field.ts';
import { enter } from './gateway.ts';
import { laneOf, race, warmUp } from './lane.ts';
import { OURS } from './places.ts';
import { stop } from './processes.ts';
import { requestsOf, SHAPES } from './shapes.ts';
import { truthOf } from './truth.ts';

const USAGE = `Says where one gateway spends its time under load.

  npm run profile -- [--shape NAME] [--only NAME] [--seconds N] [--warmup N] [--top N]

  --shape    ${SHAPES.map(({ name }) => name).join(', ')} (small)
  --only     ${CONTESTANTS.map(({ name }) => name).join(', ')} (ours)
  --seconds  of load that are looked at (10)
  --warmup   seconds of load before, which are not (5)
  --top      functions shown (25)
`;

const main = async (): Promise<void> => {
  const { values } = parseArgs({
    options: {
      help: { type: 'boolean', default: false },
      shape: { type: 'string', default: 'small' },
      only: { type: 'string', default: 'ours' },
      seconds: { type: 'string', default: '10' },
      warmup: { type: 'string', default: '5' },
      top: { type: 'string', default: '25' },
    },
  });
  const shape = SHAPES.find(({ name }) => name === values.shape);
  const contestant = CONTESTANTS.find(({ name }) => name === values.only);
  if (values.help || shape === undefined || contestant === undefined) {
    process.stdout.write(USAGE);
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  const directory = mkdtempSync(join(tmpdir(), 'caregraph-profile-'));
  const field = await openField();
  const bodies = requestsOf(shape);
  const entry = await enter(profiled(contestant, directory), field);
  const lane = await laneOf(field, entry, shape, bodies, await truthOf(field.supergraphSdl, bodies));
  if (lane.excluded !== undefined || entry.running === undefined)
    throw new Error(`${contestant.name}: ${lane.excluded}`);
  await warmUp(field, lane, Number(values.warmup));
  const from = now();
  const round = await race(field, lane, Number(values.seconds));
  const to = now();
  // Writing the profile takes its time.
  await stop(entry.running.child, 60_000);
  await field.close();

  const file = join(directory, readdirSync(directory)[0] ?? 'none');
  const times = selfTimes(JSON.parse(readFileSync(file, 'utf8')) as CpuProfile, from, to, OURS);
  const perSecond = Math.round(round.perSecond).toLocaleString('en-US');
  console.log(
    `\n${contestant.label}, ${shape.name}: ${perSecond} requests/s while being profiled, ${round.cpu.toFixed(3)} ms CPU each`,
  );
  console.log(`\n${functionsOf(times, Number(values.top), round.perSecond * ((to - from) / 1e6))}`);
  console.log(`\n${ownersOf(times)}`);
  console.log(`\nthe whole profile, for DevTools: ${file}`);
};

const profiled = (contestant: Contestant, directory: string): Contestant => ({
  ...contestant,
  command: (files) => [
    '--cpu-prof',
    '--cpu-prof-dir',
    directory,
    '--cpu-prof-interval',
    '500',
    ...contestant.command(files),
  ],
});

/** Microseconds on the clock profiles use. */
const now = (): number => Number(process.hrtime.bigint() / 1000n);

const functionsOf = (times: readonly SelfTime[], top: number, requests: number): string => {
  const whole = busyTime(times);
  return [
    '  self %   µs/request  function',
    ...times
      .filter(({ name }) => name !== '(idle)')
      .slice(0, top)
      .map(
        ({ name, place, time }) =>
          `${percent(time / whole)}  ${(time / requests).toFixed(2).padStart(11)}  ${name}  ${place}`,
      ),
  ].join('\n');
};

const ownersOf = (times: readonly SelfTime[]): string => {
  const whole = busyTime(times);
  const owners = new Map<string, number>();
  for (const one of times) owners.set(ownerOf(one), (owners.get(ownerOf(one)) ?? 0) + one.time);
  return [
    '  self %  owner',
    ...[...owners]
      .filter(([owner]) => owner !== '(idle)')
      .toSorted(([, one], [, other]) => other - one)
      .slice(0, 20)
      .map(([owner, time]) => `${percent(time / whole)}  ${owner}`),
  ].join('\n');
};

/** Without what the process waited. */
const busyTime = (times: readonly SelfTime[]): number =>
  times.reduce((total, { name, time }) => (name === '(idle)' ? total : total + time), 0);

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`.padStart(8);

await main();
