import type { GatewayResult, Results, ShapeResult } from './results.ts';
import { isPreliminary } from './results.ts';
import { rounded } from './statistics.ts';
import { BOLD, FAINT, FLOOR, INK, OURS, OURS_TOO, PEER, picture, text } from './svg.ts';
import { ratioOf } from './table.ts';

const COLUMNS = 2;
const WIDTH = 470;
const GAP = 20;
const MARGIN = 24;
const HEADER = 64;
const TITLE = 44;
const ROW = 24;
const NAMES = 190;
const VALUES = 92;
const BARS = WIDTH - NAMES - VALUES;

/** Draws one panel per shape: how much of the floor's rate each gateway reaches. */
export const plotOf = (results: Results): string => {
  const shapes = results.shapes.filter(({ gateways }) => named(gateways, 'floor')?.rounds.length);
  const panelHeight = TITLE + ROW * Math.max(0, ...shapes.map((shape) => rowsOf(shape).length)) + GAP;
  const width = 2 * MARGIN + COLUMNS * WIDTH + (COLUMNS - 1) * GAP;
  const height = HEADER + Math.ceil(shapes.length / COLUMNS) * panelHeight + MARGIN;
  const panels = shapes.map((shape, index) => {
    const x = MARGIN + (index % COLUMNS) * (WIDTH + GAP);
    const y = HEADER + Math.floor(index / COLUMNS) * panelHeight;
    return `<g transform="translate(${x} ${y})">${panelOf(shape)}</g>`;
  });
  return picture({ width, height, margin: MARGIN }, HEADING, subtitleOf(results), panels.join('\n'));
};

const HEADING = 'Requests per second, as a share of the floor';

const subtitleOf = (results: Results): string =>
  `${isPreliminary(results) ? 'PRELIMINARY. ' : ''}Gateway alone on one core. The floor makes the same calls to subgraphs and nothing else. Longer is faster. ${results.date}, Node ${results.node}`;

const named = (gateways: readonly GatewayResult[], name: string) => gateways.find((gateway) => gateway.name === name);

/** Apollo Server alone calls no subgraphs, so its share of the floor would say nothing. */
const rowsOf = ({ gateways }: ShapeResult) => gateways.filter(({ name }) => name !== 'apollo-server');

const panelOf = (shape: ShapeResult): string => {
  const floor = named(shape.gateways, 'floor');
  const ours = named(shape.gateways, 'ours');
  const rows = rowsOf(shape).map((gateway, index) => {
    const y = TITLE + index * ROW;
    const share = ratioOf(gateway, floor).median;
    const isOurs = gateway === ours;
    const isSecured = gateway.name === 'ours-secured';
    const name = text(
      NAMES - 10,
      y + 15,
      isSecured ? 'Caregraph, secured' : shortOf(gateway.label),
      `text-anchor="end" fill="${INK}"${isOurs ? BOLD : ''}`,
    );
    if (!Number.isFinite(share))
      return name + text(NAMES, y + 15, 'not measured: see the table', `fill="${FAINT}" font-size="12"`);
    const length = Math.max(1, Math.min(1, share) * BARS);
    const fill = isOurs ? OURS : isSecured ? OURS_TOO : gateway === floor ? FLOOR : PEER;
    const bar = `<rect x="${NAMES}" y="${y + 3}" width="${length.toFixed(1)}" height="${ROW - 8}" rx="2" fill="${fill}"/>`;
    const isAlone = isOurs || isSecured || gateway === floor;
    const value = isAlone ? percent(share) : `${percent(share)}  ·  ${compared(ours, gateway)}`;
    return name + bar + text(NAMES + length + 6, y + 15, value, `fill="${INK}" font-size="12"${isOurs ? BOLD : ''}`);
  });
  const heading =
    text(0, 14, shape.name, `font-weight="600" fill="${INK}" font-size="14"`) +
    text(0, 31, shortAbout(shape), `fill="${FAINT}" font-size="11.5"`);
  return heading + rows.join('');
};

/** How a peer compares with ours, by the same ratio as in the table. */
const compared = (ours: GatewayResult | undefined, peer: GatewayResult): string => {
  const { median: ratio } = ratioOf(ours, peer);
  if (!Number.isFinite(ratio)) return '';
  return ratio >= 1 ? `${rounded(ratio)}× slower` : `${rounded(1 / ratio)}× faster`;
};

const percent = (share: number): string =>
  share >= 0.1 ? `${Math.round(share * 100)} %` : `${(share * 100).toFixed(1)} %`;

const shortOf = (label: string): string => label.replace(/ ?\(.*\)|:.*/, '');

const shortAbout = ({ about }: ShapeResult): string => about.replace(/ \(.*?\)/, '');
