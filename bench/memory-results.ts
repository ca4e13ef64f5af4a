import type { Circumstances } from './results.ts';
import { lineThrough } from './statistics.ts';

/** What `memory.ts` leaves behind, as `results/memory.json`. */
export interface MemoryResults extends Circumstances {
  readonly requests: number;
  /** Different documents among them. */
  readonly documents: number;
  /** Megabytes after a forced collection, and how many requests had been answered by then. */
  readonly series: readonly { readonly requests: number; readonly heap: number; readonly resident: number }[];
}

/** Bytes per request up to which the heap is called flat: less than the smallest thing one could forget to let go. */
export const FLAT = 16;

/** Share of the requests after which caches are expected to be full and code to be compiled. */
export const SETTLED = 0.2;

/** How the heap goes on once things have settled. */
export const trendOf = ({ requests, series }: MemoryResults) => {
  const settled = series.filter((sample) => sample.requests >= requests * SETTLED);
  const line = lineThrough(settled.map((sample) => [sample.requests, sample.heap * MB] as const));
  return { from: requests * SETTLED, ...line, isFlat: line.slope <= FLAT };
};

const MB = 1_000_000;

export const isPreliminaryMemory = ({ requests }: MemoryResults): boolean => requests < 200_000;

/** As a sentence. */
export const verdictOf = (results: MemoryResults): string => {
  const { from, slope, error, isFlat } = trendOf(results);
  return `After the first ${count(from)} requests the heap ${slope < 0 ? 'shrinks' : 'grows'} by ${Math.abs(slope).toFixed(1)} bytes per request (standard error ${error.toFixed(1)}; up to ${FLAT} is called flat): **${isFlat ? 'flat' : 'grows'}**.`;
};

const count = (value: number): string => value.toLocaleString('en-US');

/** As a table in Markdown. */
export const memoryTable = ({ series }: MemoryResults): string =>
  [
    '| requests | heap used MB | resident MB |',
    '|---:|---:|---:|',
    ...series.map(
      ({ requests, heap, resident }) => `| ${count(requests)} | ${heap.toFixed(2)} | ${resident.toFixed(0)} |`,
    ),
  ].join('\n');
