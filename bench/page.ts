import type { LargeResults } from './large-results.ts';
import type { MemoryResults } from './memory-results.ts';
import { disturbanceOf, isPreliminary, type Results, type ShapeResult } from './results.ts';
import { largeSection, memorySection, securedSection } from './sections.ts';
import { rounded } from './statistics.ts';
import { percent, ratioOf, tableOf } from './table.ts';

/** What was measured; `undefined` where that has not been done yet. */
export interface Measured {
  readonly results: Results;
  readonly large: LargeResults | undefined;
  readonly memory: MemoryResults | undefined;
}

/** `docs/performance.md`. */
export const pageOf = ({ results, large, memory }: Measured): string => `# Performance

<!-- Written by \`npm --prefix bench run report\` from bench/results/*.json. Change bench/page.ts instead. -->
${isPreliminary(results) ? `\n${warningOf(results)}\n` : ''}
![Requests per second of each gateway, as a share of the floor](../bench/results/latest.svg)

${summaryOf(results)}

${securedSection(results)}

${largeSection(large)}

${memorySection(memory)}

## How it is measured

What keeps it fair, and how to do it again: [bench/README.md](../bench/README.md). Ratios compare gateways within one
run, taking turns, and hold for other machines about as well as benchmarks do. **Absolute figures (requests per second,
milliseconds, megabytes) mean nothing outside the run they are from.**

${machineOf(results)}

## Beside other gateways

\`npm --prefix bench run bench\`

- *of the floor*: rate, as a share of the floor's. The floor is a bare HTTP server that makes the same calls to the same
  subgraphs and answers the recorded bytes.
- *Caregraph is faster by*: its rate over that of the row, the median of the rounds with the least and the most. Below
  1× it is slower.
- *p50*, *p99*: latency with every connection always busy, so mostly a mirror of the rate.
- *own core busy*: well below 100 % means that something else was the limit, and that the gateway could do more than its
  rate says; then compare CPU per request.
- *calls*: to subgraphs for one request, as counted there.
- Apollo Server alone executes the operation over one schema in memory. It calls no subgraphs, and is there to show
  what a gateway that keeps it in front pays at least where answers are small.

${results.shapes.map(sectionOf).join('\n\n')}

## Versions

${versionsOf(results).join('\n')}
`;

const warningOf = (results: Results): string =>
  [
    '> **Preliminary.** This is not a measurement to quote:',
    results.rounds < 5 || results.seconds < 5
      ? `${results.rounds} rounds of ${results.seconds} s are too few (5 of 5 s are asked for);`
      : '',
    disturbanceOf(results) > 0.05
      ? `other processes took ${Math.round(disturbanceOf(results) * 100)} % of the machine meanwhile;`
      : '',
    results.pinned ? '' : 'nothing was pinned to a core;',
    'run it again on a quiet machine.',
  ]
    .filter(Boolean)
    .join('\n> ');

const machineOf = (results: Results): string => {
  const { date, node, cpu, cores, pinned, rounds, seconds, oursArguments } = results;
  return [
    `Run of ${date}: Node ${node}, ${cpu}, ${cores} cores, ${pinned ? 'gateway alone on one core, load and subgraphs on the rest' : 'nothing pinned'},`,
    `${rounds} rounds of ${seconds} s for each gateway and shape, in turn; other processes took ${percent(disturbanceOf(results))} of the machine meanwhile.`,
    ...(oursArguments === '' ? [] : [`Caregraph was started with \`${oursArguments}\`.`]),
  ].join('\n');
};

const PEERS: readonly (readonly [name: string, label: string])[] = [
  ['apollo', 'Apollo Gateway'],
  ['hive', 'Hive Gateway'],
  ['hive-rust', 'Hive, Rust planner'],
  ['mercurius', 'Mercurius'],
];

const summaryOf = ({ shapes }: Results): string => {
  const rows = shapes.map((shape) => {
    const named = (name: string) => shape.gateways.find((gateway) => gateway.name === name);
    const faster = PEERS.map(([name]) => times(ratioOf(named('ours'), named(name)).median));
    const share = ratioOf(named('ours'), named('floor')).median;
    return `| ${shape.name} | ${faster.join(' | ')} | ${Number.isFinite(share) ? `${Math.round(share * 100)} %` : '–'} |`;
  });
  return [
    `| Caregraph is faster than | ${PEERS.map(([, label]) => label).join(' | ')} | of the floor |`,
    `|---|${'---:|'.repeat(PEERS.length + 1)}`,
    ...rows,
  ].join('\n');
};

const times = (ratio: number): string => (Number.isFinite(ratio) ? `${rounded(ratio)}×` : '–');

const sectionOf = (shape: ShapeResult): string => `### ${shape.name}

${capital(shape.about)}. ${kilobytes(shape.answerLength)} per answer, ${shape.connections} connections; calls: ${shape.calls || 'not recorded'}.

${tableOf(shape)}`;

const kilobytes = (bytes: number): string => (bytes === 0 ? 'Unknown size' : `${rounded(bytes / 1000)} KB`);

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

const versionsOf = ({ shapes }: Results): readonly string[] => {
  const all = shapes.flatMap(({ gateways }) =>
    gateways.flatMap(({ label, versions }) => `- ${label}: ${versions.join(', ') || 'this repository'}`),
  );
  return [...new Set(all)];
};
