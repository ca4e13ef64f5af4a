import type { GatewayResult, ShapeResult } from './results.ts';
import { median, rounded } from './statistics.ts';

/** One shape as a table in Markdown, the fastest gateway first, yardsticks last. */
export const tableOf = (shape: ShapeResult): string => {
  const rows = ordered(shape).map((gateway) => rowOf(shape, gateway));
  return [
    `| ${HEAD.join(' | ')} |`,
    `|${HEAD.map((_, index) => (index === 0 ? '---' : '---:')).join('|')}|`,
    ...rows,
  ].join('\n');
};

const HEAD = [
  'gateway',
  'of the floor',
  'Caregraph is faster by',
  'p50 ms',
  'p99 ms',
  'CPU ms per request',
  'memory MB',
  'own core busy',
  'calls',
  'requests/s (this run only)',
];

export const ordered = ({ gateways }: ShapeResult): readonly GatewayResult[] =>
  gateways.toSorted((one, other) => rank(one) - rank(other));

const rank = (gateway: GatewayResult): number =>
  (gateway.yardstick ? 1e12 : 0) - (gateway.rounds.length === 0 ? -1e9 : rateOf(gateway));

/** Requests per second, the median of the rounds. */
export const rateOf = ({ rounds }: GatewayResult): number => median(rounds.map(({ perSecond }) => perSecond));

/** How many times the rate of `under` the rate of `over` is: the median over rounds, and the extremes. */
export const ratioOf = (over: GatewayResult | undefined, under: GatewayResult | undefined) => {
  const ratios = (over?.rounds ?? []).flatMap(({ perSecond }, round) => {
    const other = under?.rounds[round];
    return other === undefined ? [] : [perSecond / other.perSecond];
  });
  return { median: median(ratios), least: Math.min(...ratios), most: Math.max(...ratios) };
};

/** What ours reaches with authorization and envelope on, of what it does open; empty where that was not measured. */
export const securedOf = ({ gateways }: ShapeResult): string => {
  const named = (name: string) => gateways.find((gateway) => gateway.name === name);
  const { median: share, least, most } = ratioOf(named('ours-secured'), named('ours'));
  if (!Number.isFinite(share)) return '';
  return `With authorization and envelope on Caregraph keeps ${percent(share)} of its rate (${percent(least)}–${percent(most)}).\n`;
};

export const percent = (share: number): string => `${Math.round(share * 100)} %`;

const rowOf = ({ gateways }: ShapeResult, gateway: GatewayResult): string => {
  if (gateway.excluded !== undefined)
    return `| ${gateway.label} | ${gateway.excluded} |${' |'.repeat(HEAD.length - 2)}`;
  const named = (name: string) => gateways.find((one) => one.name === name);
  const ofFloor = ratioOf(gateway, named('floor')).median;
  const toOurs = ratioOf(named('ours'), gateway);
  const middle = (key: 'p50' | 'p99' | 'cpu' | 'resident' | 'busy' | 'calls') =>
    median(gateway.rounds.map((round) => round[key]));
  const cells = [
    gateway.label,
    Number.isFinite(ofFloor) ? percent(ofFloor) : '–',
    gateway.name === 'ours' || !Number.isFinite(toOurs.median)
      ? '–'
      : `${rounded(toOurs.median)}× (${rounded(toOurs.least)}–${rounded(toOurs.most)})`,
    rounded(middle('p50')),
    rounded(middle('p99')),
    rounded(middle('cpu')),
    String(Math.round(middle('resident'))),
    percent(middle('busy')),
    rounded(middle('calls')),
    rounded(rateOf(gateway)),
  ];
  return `| ${cells.join(' | ')} |`;
};
