import type { Circumstances } from './results.ts';
import { median } from './statistics.ts';

/** What `large-answer.ts` leaves behind, as `results/large.json`. */
export interface LargeResults extends Circumstances {
  readonly rows: number;
  /** Bytes of the answer. */
  readonly bytes: number;
  /** Share of the machine that other processes took meanwhile. */
  readonly disturbance: number;
  /** One per run, in turn. */
  readonly ours: readonly Effort[];
  readonly floor: readonly Effort[];
}

/** What one answer took. Megabytes over what was there before, and milliseconds. */
export interface Effort {
  readonly heap: number;
  readonly heapWithBuffers: number;
  readonly delayMax: number;
  readonly delayP99: number;
  readonly time: number;
}

/** How many times the floor's ours may be. */
export const AIM = 1.5;

export const MEASURES: readonly { readonly key: keyof Effort; readonly label: string; readonly aimed: boolean }[] = [
  { key: 'heap', label: 'peak heap over the baseline, MB', aimed: true },
  { key: 'heapWithBuffers', label: 'the same with buffers, MB', aimed: false },
  { key: 'delayMax', label: 'longest event-loop delay, ms', aimed: true },
  { key: 'delayP99', label: '99th percentile of the delays, ms', aimed: false },
  { key: 'time', label: 'time until the last byte, ms', aimed: false },
];

/** Medians over runs, and the ratio of each run with its neighbour. */
export const compare = ({ ours, floor }: LargeResults, key: keyof Effort) => {
  const ratios = ours.map((effort, run) => effort[key] / (floor[run]?.[key] ?? Number.NaN));
  return {
    ours: median(ours.map((effort) => effort[key])),
    floor: median(floor.map((effort) => effort[key])),
    ratio: median(ratios),
    least: Math.min(...ratios),
    most: Math.max(...ratios),
  };
};

export const isPreliminaryLarge = ({ ours, pinned, disturbance }: LargeResults): boolean =>
  ours.length < 9 || !pinned || disturbance > 0.05;

/** As a table in Markdown. */
export const largeTable = (results: LargeResults): string =>
  [
    '| | Caregraph | parse and stringify alone | ratio | aim |',
    '|---|---:|---:|---:|---|',
    ...MEASURES.map(({ key, label, aimed }) => {
      const { ours, floor, ratio, least, most } = compare(results, key);
      const verdict = aimed ? `≤ ${AIM}: ${ratio <= AIM ? 'met' : 'missed'}` : '';
      return `| ${label} | ${one(ours)} | ${one(floor)} | ${two(ratio)} (${two(least)}–${two(most)}) | ${verdict} |`;
    }),
  ].join('\n');

const one = (value: number): string => value.toFixed(1);
const two = (value: number): string => value.toFixed(2);
