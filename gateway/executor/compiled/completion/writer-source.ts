import type { WrittenKey } from './object-writer.ts';
import { concatenated, type Piece, type Written } from './pieces.ts';
import { valueSource } from './value-source.ts';

/**
 * The source of an object writer. It is given the calls of each key (`k`) and what all writers share (`r`).
 *
 * Values are completed into variables, and the object is one expression at the end, so that nothing is put together for
 * an object that turns out to be null.
 */
export const sourceOf = (keys: readonly WrittenKey[]): string => {
  // Keys before the first one that is always there bring the comma behind them, those after it the one before them.
  const first = keys.findIndex(isAlwaysThere);
  const written = keys.map((key, i) => keySource(key, i, { before: first === -1 || i > first, behind: i < first }));
  const pieces = written.flatMap((one) => one.pieces);
  const members = first === -1 && keys.length > 0 ? [{ code: `(${concatenated(pieces)}).slice(1)` }] : pieces;
  return `'use strict';
const { isObject, own, escaped, inner, numberText, invalid } = r;
${keys.map(callsSource).join('\n')}
return function write(value, state) {
  if (!isObject(value)) return invalid(state);
  const o = state.isOpen;
  let v;
${written.map(({ lines }) => lines).join('\n')}
  return ${concatenated([{ json: '{' }, ...members, { json: '}' }])};
};`;
};

const isAlwaysThere = ({ value, open, shut, nulls: [first] }: WrittenKey): boolean =>
  value === undefined ? first?.guard === undefined : open === undefined && shut.length === 0;

const callsSource = ({ value }: WrittenKey, i: number): string =>
  value === undefined || value.kind === 'constant' ? '' : `const { complete: c${i}, missing: m${i} } = k[${i}];`;

/** What may stand at a key, and when. */
interface Branch extends Written {
  /** Empty: always. */
  readonly condition: string;
}

const keySource = (
  key: WrittenKey,
  i: number,
  comma: { readonly before: boolean; readonly behind: boolean },
): Written => {
  const around = { before: `${comma.before ? ',' : ''}${JSON.stringify(key.key)}:`, behind: comma.behind ? ',' : '' };
  const whole = (json: string): Piece => ({ json: around.before + json + around.behind });
  const value: Branch[] =
    key.value === undefined ? [] : [{ condition: conditionOf(key), ...valueSource(key.value, key.key, i, around) }];
  const nulls = key.nulls.map(({ guard, rises }): Branch => {
    const condition = guard === undefined ? '' : `o[${guard}]`;
    return rises ? { condition, lines: 'return null;', pieces: [] } : { condition, lines: '', pieces: [whole('null')] };
  });
  const branches = [...value, ...nulls];
  const [first] = branches;
  if (first === undefined || first.condition === '') return first ?? { lines: '', pieces: [] };
  return { lines: `let s${i} = '';\n${chainOf(branches, `s${i}`)}`, pieces: [{ code: `s${i}` }] };
};

const conditionOf = ({ open, shut }: WrittenKey): string => {
  const anyOpen = open === undefined ? [] : [`(${open.map((guard) => `o[${guard}]`).join(' || ')})`];
  return [...anyOpen, ...shut.map((guard) => `!o[${guard}]`)].join(' && ');
};

/** The first branch whose condition holds; nothing follows one that has none. */
const chainOf = (branches: readonly Branch[], variable: string): string => {
  const end = branches.findIndex(({ condition }) => condition === '');
  const reachable = end === -1 ? branches : branches.slice(0, end + 1);
  return reachable
    .map(({ condition, lines, pieces }) => {
      const given = pieces.length === 0 ? '' : `${variable} = ${concatenated(pieces)};`;
      return `${condition === '' ? '' : `if (${condition}) `}{\n${lines}\n${given}\n}`;
    })
    .join(' else ');
};
