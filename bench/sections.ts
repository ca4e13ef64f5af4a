import { isPreliminaryLarge, type LargeResults, largeTable } from './large-results.ts';
import { isPreliminaryMemory, type MemoryResults, verdictOf } from './memory-results.ts';
import type { Circumstances, Results } from './results.ts';
import { percent, ratioOf } from './table.ts';

// The parts of the page that are about ours alone. Each says how to make it where it has not been measured yet.

export const securedSection = (results: Results): string => {
  const rows = securedRows(results);
  const told = [
    'What Caregraph keeps of its rate when every type and field of the supergraph is guarded (`@authenticated` and',
    '`@requiresScopes`), every request brings an ES256 token, and every call to a subgraph is signed. Peers are measured',
    'without any of this. `npm --prefix bench run bench`',
    '',
    '| shape | secured / open | of the rounds | aim |',
    '|---|---:|---:|---|',
    ...rows,
  ];
  return sectionOf('Authorization and envelope', rows.length === 0 ? missing('bench') : told.join('\n'));
};

/** For the medium shape. */
const SECURED_AIM = 0.8;

const securedRows = ({ shapes }: Results): readonly string[] =>
  shapes.flatMap(({ name, gateways }) => {
    const named = (wanted: string) => gateways.find((gateway) => gateway.name === wanted);
    const { median, least, most } = ratioOf(named('ours-secured'), named('ours'));
    if (!Number.isFinite(median)) return [];
    const aim =
      name === 'medium' ? `at least ${percent(SECURED_AIM)}: ${median >= SECURED_AIM ? 'met' : 'missed'}` : '';
    return [`| ${name} | ${percent(median)} | ${percent(least)}–${percent(most)} | ${aim} |`];
  });

export const largeSection = (large: LargeResults | undefined): string =>
  sectionOf('One large answer', large === undefined ? missing('large') : toldLarge(large));

const toldLarge = (measured: LargeResults): string =>
  [
    `${count(measured.rows)} rows, ${(measured.bytes / 1e6).toFixed(1)} MB, beside a process that does nothing but JSON.parse of the subgraph's bytes and`,
    `JSON.stringify of the result, behind the same HTTP server. Medians of ${measured.ours.length} runs of each, in turn, and the least and the`,
    'most of the ratios. `npm --prefix bench run large`',
    '',
    largeTable(measured),
    '',
    noteOf(measured, isPreliminaryLarge(measured), measured.disturbance),
  ].join('\n');

export const memorySection = (memory: MemoryResults | undefined): string =>
  sectionOf('Memory over many requests', memory === undefined ? missing('memory') : toldMemory(memory));

const toldMemory = (measured: MemoryResults): string =>
  [
    `${count(measured.requests)} small and medium requests with ${count(measured.documents)} different documents, so that caches fill. \`npm --prefix bench run memory\``,
    '',
    verdictOf(measured),
    '',
    '![Heap and resident memory over the requests answered](../bench/results/memory.svg)',
    '',
    noteOf(measured, isPreliminaryMemory(measured)),
  ].join('\n');

const sectionOf = (title: string, content: string): string => `## ${title}\n\n${content}`;

const missing = (command: string): string => `Not measured yet: \`npm --prefix bench run ${command}\` does it.`;

const noteOf = (circumstances: Circumstances, isPreliminary: boolean, disturbance?: number): string => {
  const { date, node, cpu, cores, pinned } = circumstances;
  const noise =
    disturbance === undefined ? '' : `; other processes took ${percent(disturbance)} of the machine meanwhile`;
  const run = `Run of ${date}: Node ${node}, ${cpu}, ${cores} cores, ${pinned ? 'pinned' : 'not pinned'}${noise}.`;
  return isPreliminary ? `> **Preliminary**, not to quote. ${run}` : run;
};

const count = (value: number): string => value.toLocaleString('en-US');
