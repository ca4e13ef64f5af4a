import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { GCProfiler, getHeapStatistics } from 'node:v8';
import type { FromProbe, Memory, Strain, ToProbe } from './probe-protocol.ts';

// Loaded into a measured process before its own program (`--expose-gc --import`), as child of the runner: it answers
// the runner's questions about memory and delays, and does nothing between them.

/**
 * Heap in use grows from one collection to the next, so it is highest right before one of them, or at the end. The
 * engine notes both, which no timer could while the process is busy.
 */
const observe = () => {
  collect();
  const baseline = inUse();
  const profiler = new GCProfiler();
  const delays = monitorEventLoopDelay({ resolution: 1 });
  profiler.start();
  delays.enable();
  return {
    /** What came before is not a delay of the work: the forced collection, for one. */
    forgetDelays: () => delays.reset(),
    end: (): Strain => {
      const last = inUse();
      delays.disable();
      const { statistics } = profiler.stop();
      const seen = statistics.map(({ beforeGC: { heapStatistics } }) => ({
        heap: heapStatistics.usedHeapSize,
        withBuffers: heapStatistics.usedHeapSize + heapStatistics.externalMemory,
      }));
      return {
        baseline: baseline.heap,
        peak: Math.max(last.heap, ...seen.map(({ heap }) => heap)),
        baselineWithBuffers: baseline.withBuffers,
        peakWithBuffers: Math.max(last.withBuffers, ...seen.map(({ withBuffers }) => withBuffers)),
        delayMax: delays.max / 1e6,
        delayP99: delays.percentile(99) / 1e6,
        collections: statistics.length,
      };
    },
  };
};

/** Twice: the first may leave what only became free by finalizers. */
const collect = (): void => {
  globalThis.gc?.();
  globalThis.gc?.();
};

const inUse = (): { readonly heap: number; readonly withBuffers: number } => {
  const { used_heap_size: heap, external_memory: external } = getHeapStatistics();
  return { heap, withBuffers: heap + external };
};

const memory = (): Memory => {
  collect();
  return { heapUsed: inUse().heap, resident: process.memoryUsage.rss() };
};

let observed: ReturnType<typeof observe> | undefined;

const answer = async (asked: ToProbe): Promise<FromProbe> => {
  if (asked.probe === 'memory') return { memory: memory() };
  if (asked.probe === 'end' && observed !== undefined) return { strain: observed.end() };
  observed = observe();
  await wait(SETTLE);
  observed.forgetDelays();
  return { begun: true };
};

/** Milliseconds. */
const SETTLE = 50;

process.on('message', (asked: ToProbe) => {
  void answer(asked).then((said) => process.send?.(said));
});
// The program ends when it wants to, whoever may still be asking.
process.channel?.unref();
