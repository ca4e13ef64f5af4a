import { FLAT, isPreliminaryMemory, type MemoryResults, trendOf } from './memory-results.ts';
import { BOLD, FAINT, FLOOR, INK, OURS, PEER, picture, text } from './svg.ts';

const SIZE = { width: 1008, height: 360, margin: 24 };
const LEFT = 70;
const RIGHT = SIZE.width - 150;
const TOP = 84;
const BOTTOM = SIZE.height - 50;

/** Draws heap and resident memory over the requests answered, and the line the heap is judged by. */
export const memoryPlotOf = (results: MemoryResults): string => {
  const { series, requests } = results;
  const top = niceAbove(Math.max(...series.map(({ resident }) => resident)));
  const x = (count: number): number => LEFT + (count / requests) * (RIGHT - LEFT);
  const y = (megabytes: number): number => BOTTOM - (megabytes / top) * (BOTTOM - TOP);
  const { from, at, slope } = trendOf(results);
  const last = series.at(-1);
  const line = (key: 'heap' | 'resident', colour: string, label: string): string => {
    const points = series.map((sample) => [x(sample.requests), y(sample[key])] as const);
    const path = points.map(([px, py]) => `${px.toFixed(1)},${py.toFixed(1)}`).join(' ');
    const dots = points.map(
      ([px, py]) => `<circle cx="${px.toFixed(1)}" cy="${py.toFixed(1)}" r="3" fill="${colour}"/>`,
    );
    const name = text(RIGHT + 10, y(last?.[key] ?? 0) + 4, label, `fill="${INK}"${key === 'heap' ? BOLD : ''}`);
    return `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>${dots.join('')}${name}`;
  };
  const trend = `<line x1="${x(from).toFixed(1)}" y1="${y(at(from) / 1e6).toFixed(1)}" x2="${RIGHT}" y2="${y(at(requests) / 1e6).toFixed(1)}" stroke="${INK}" stroke-dasharray="4 4"/>`;
  const subtitle = `${isPreliminaryMemory(results) ? 'PRELIMINARY. ' : ''}After a forced collection each time. The dashed line has a slope of ${slope.toFixed(1)} bytes per request (flat: up to ${FLAT}). ${results.date}, Node ${results.node}`;
  return picture(
    SIZE,
    `Memory over ${requests.toLocaleString('en-US')} requests`,
    subtitle,
    [
      gridOf(top, y),
      axisOf(results, x),
      line('resident', PEER, 'resident, MB'),
      line('heap', OURS, 'heap used, MB'),
      trend,
    ].join('\n'),
  );
};

const gridOf = (top: number, y: (megabytes: number) => number): string =>
  [0, 0.25, 0.5, 0.75, 1]
    .map((share) => {
      const at = y(share * top);
      const rule = `<line x1="${LEFT}" y1="${at.toFixed(1)}" x2="${RIGHT}" y2="${at.toFixed(1)}" stroke="${FLOOR}"/>`;
      return rule + text(LEFT - 10, at + 4, String(share * top), `text-anchor="end" fill="${FAINT}" font-size="12"`);
    })
    .join('');

const axisOf = ({ series }: MemoryResults, x: (count: number) => number): string => {
  const everySecond = series.filter((_, index) => index % 2 === 0);
  const ticks = everySecond.map(({ requests }) =>
    text(
      x(requests),
      BOTTOM + 20,
      requests.toLocaleString('en-US'),
      `text-anchor="middle" fill="${FAINT}" font-size="12"`,
    ),
  );
  return ticks.join('');
};

/** The next of 40, 80, 120, 160, 200, 400, …, whose quarters are whole. */
const niceAbove = (value: number): number => {
  const step = value > 200 ? 200 : 40;
  return Math.ceil((value * 1.05) / step) * step;
};
