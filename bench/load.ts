import { performance } from 'node:perf_hooks';
import { openConnection, postOf } from './connection.ts';
import type { LoadOrder, LoadReport } from './protocol.ts';

/**
 * Makes load, as child of the runner: a fixed number of connections, each sending its next request as soon as the last
 * one is answered. What is under way when the time is up is waited for and counted, with the time it takes: a slow
 * gateway would otherwise lose a large part of the few answers it gives.
 */
const run = async ({ url, connections, seconds, requests, authorization }: LoadOrder): Promise<LoadReport> => {
  const target = new URL(url);
  const prepared = Array.from({ length: connections }, (_, index) =>
    requests
      .filter((_request, at) => at % connections === index)
      .map(({ body, answerLength }) => ({ bytes: postOf(target, body, authorization?.[index]), answerLength })),
  );
  const latencies: number[] = [];
  let failures = 0;

  const keepAsking = async (mine: (typeof prepared)[number]): Promise<void> => {
    const connection = await openConnection(target);
    for (let turn = 0; seconds === 'once' ? turn < mine.length : performance.now() < end; turn += 1) {
      const { bytes, answerLength } = mine[turn % mine.length] as (typeof mine)[number];
      const sent = performance.now();
      const length = await connection.exchange(bytes);
      latencies.push(performance.now() - sent);
      if (length !== answerLength) failures += 1;
    }
    connection.close();
  };

  const started = performance.now();
  const end = seconds === 'once' ? Number.NaN : started + seconds * 1000;
  // A connection that breaks is not opened again: a gateway that is not there would be asked as fast as it refuses.
  const kept = await Promise.allSettled(prepared.map(keepAsking));
  const elapsed = performance.now() - started;
  failures += kept.filter(({ status }) => status === 'rejected').length;
  latencies.sort((one, other) => one - other);
  const at = (share: number): number => latencies[Math.floor(latencies.length * share)] ?? 0;
  return { answers: latencies.length, seconds: elapsed / 1000, p50: at(0.5), p99: at(0.99), failures };
};

process.on('message', (order: LoadOrder) => {
  void run(order).then((report) => process.send?.(report));
});
process.on('disconnect', () => process.exit());
