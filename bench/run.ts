import { parseArgs } from 'node:util';
import { CONTESTANTS, type Contestant } from './contestants.ts';
import { openField } from './field.ts';
import { circumstancesOf, keep } from './keep.ts';
import { measureShape, type Pace } from './measure-shape.ts';
import { RESULTS, SOME_RESULTS } from './places.ts';
import { isPreliminary, type Results, type ShapeResult } from './results.ts';
import { type Shape, SHAPES } from './shapes.ts';
import { securedOf, tableOf } from './table.ts';

const USAGE = `Measures gateways beside each other.

  npm run bench -- [--shape NAMES] [--only NAMES] [--rounds N] [--seconds N] [--warmup N] [--out FILE]

  --shape    ${SHAPES.map(({ name }) => name).join(', ')}; all when left out
  --only     ${CONTESTANTS.map(({ name }) => name).join(', ')}; all when left out
  --rounds   rounds per gateway, in turn (5)
  --seconds  of load in each round (5)
  --warmup   seconds of load before the first round (4)
  --out      where the result goes (results/latest.json, which the report shows; with --shape or --only another file)
`;

interface Arguments {
  readonly shapes: readonly Shape[];
  readonly contestants: readonly Contestant[];
  readonly pace: Pace;
  readonly out: string;
}

const main = async ({ shapes, contestants, pace, out }: Arguments): Promise<void> => {
  const field = await openField();
  const measured: ShapeResult[] = [];
  for (const shape of shapes) {
    const result = await measureShape(field, shape, contestants, pace);
    measured.push(result);
    console.log(`\n${shape.name}: ${shape.about}\n\n${tableOf(result)}\n\n${securedOf(result)}`);
  }
  await field.close();
  const results: Results = {
    ...circumstancesOf(field),
    rounds: pace.rounds,
    seconds: pace.seconds,
    oursArguments: process.env['BENCH_OURS_ARGS'] ?? '',
    shapes: measured,
  };
  keep(out, results, isPreliminary(results));
};

/** `undefined`: only help is wanted. */
const readArguments = (): Arguments | undefined => {
  const { values } = parseArgs({
    options: {
      help: { type: 'boolean', default: false },
      shape: { type: 'string' },
      only: { type: 'string' },
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '5' },
      warmup: { type: 'string', default: '4' },
      out: { type: 'string' },
    },
    strict: true,
  });
  if (values.help) return undefined;
  return {
    shapes: chosen('shape', SHAPES, values.shape),
    contestants: chosen('gateway', CONTESTANTS, values.only),
    pace: {
      rounds: within(values.rounds, 1, 100),
      seconds: within(values.seconds, 1, 120),
      warmup: within(values.warmup, 0, 120),
    },
    out: values.out ?? (values.shape === undefined && values.only === undefined ? RESULTS : SOME_RESULTS),
  };
};

const chosen = <T extends { readonly name: string }>(
  kind: string,
  all: readonly T[],
  names: string | undefined,
): readonly T[] => {
  if (names === undefined) return all;
  const wanted = names.split(',');
  const unknown = wanted.filter((name) => !all.some((one) => one.name === name));
  if (unknown.length > 0) throw new TypeError(`no ${kind} ${unknown.join(', ')}`);
  return all.filter(({ name }) => wanted.includes(name));
};

const within = (text: string, min: number, max: number): number => {
  const value = Number(text);
  if (!(value >= min && value <= max)) throw new TypeError(`${text} is not a number from ${min} to ${max}`);
  return value;
};

try {
  const given = readArguments();
  if (given === undefined) process.stdout.write(USAGE);
  else await main(given);
} catch (error) {
  const isUsage = error instanceof TypeError;
  process.stderr.write(`${isUsage ? `${error.message}\n\n${USAGE}` : (error as Error).stack}\n`);
  // What was started is stopped on the way out.
  process.exit(isUsage ? 2 : 1);
}
