import { isInherited } from '../json-object.ts';
import type { ReadValue, WrittenValue } from './object-writer.ts';
import type { Written } from './pieces.ts';

/** JSON that stands before and behind a value: its key, and commas. */
export interface Around {
  readonly before: string;
  readonly behind: string;
}

/**
 * The source that completes one value of the object `value` and makes JSON of it; it returns null where the value may not
 * be null and is. What most values are is written without a call, and as part of a constant where there is one.
 */
export const valueSource = (written: WrittenValue, key: string, i: number, around: Around): Written => {
  const { before, behind } = around;
  if (written.kind === 'constant') return { lines: '', pieces: [{ json: before + written.json + behind }] };
  const source = sourceFor(i, written.isNonNull, around);
  if (written.kind === 'given')
    return { lines: `let t${i} = c${i}(state);\n${source.nullAlone}`, pieces: source.alone };
  const { lines, pieces } = readSource(written, i, source, around);
  return { lines: `v = ${keySource(key)};\nlet t${i};\n${lines}`, pieces };
};

/** What the sources of all values have in common. In each, `t` and a number is the text of the value. */
const sourceFor = (i: number, isNonNull: boolean, { before, behind }: Around) => {
  const [t, missing] = [`t${i}`, isNonNull ? `m${i}(state)` : 'null'];
  const withKey = `${literal(before)} + ${t} + ${literal(behind)}`;
  return {
    call: `${t} = v === null || v === undefined ? ${missing} : c${i}(v, state);`,
    /** Where the key is put before it afterwards. */
    nullAlone: isNonNull ? `if (${t} === null) return null;` : `if (${t} === null) ${t} = 'null';`,
    alone: [{ json: before }, { code: t }, { json: behind }],
    /** Where it is part of the text already. */
    nullWithKey: isNonNull
      ? `if (${t} === null) return null;\n${t} = ${withKey};`
      : `${t} = ${t} === null ? ${literal(`${before}null${behind}`)} : ${withKey};`,
    withKey: [{ code: t }],
  };
};

type Source = ReturnType<typeof sourceFor>;

const readSource = (read: ReadValue, i: number, source: Source, around: Around): Written => {
  switch (read.plain) {
    case 'boolean':
      return booleanSource(i, source, around);
    case 'string':
      return read.isNonNull ? stringSource(i, source, around) : stringOrNullSource(i, source, around);
    case 'int':
      return numberSource(`t${i} = '' + v;`, '(v | 0) === v', source);
    case 'float':
      return numberSource(`t${i} = numberText(v);`, 'Number.isFinite(v)', source);
    default:
      return { lines: `${source.call}\n${source.nullAlone}`, pieces: source.alone };
  }
};

const booleanSource = (i: number, { call, nullWithKey, withKey }: Source, { before, behind }: Around): Written => ({
  lines: `if (v === true) t${i} = ${literal(`${before}true${behind}`)};
else if (v === false) t${i} = ${literal(`${before}false${behind}`)};
else { ${call}\n${nullWithKey} }`,
  pieces: withKey,
});

/** The quotes are part of the constants around it. */
const stringSource = (i: number, { call, nullAlone }: Source, { before, behind }: Around): Written => ({
  lines: `if (typeof v === 'string') t${i} = escaped.test(v) ? inner(v) : v;
else { ${call}\n${nullAlone}\nt${i} = t${i}.slice(1, -1); }`,
  pieces: [{ json: `${before}"` }, { code: `t${i}` }, { json: `"${behind}` }],
});

const stringOrNullSource = (
  i: number,
  { call, nullWithKey, withKey }: Source,
  { before, behind }: Around,
): Written => ({
  lines: `if (typeof v === 'string' && !escaped.test(v)) t${i} = ${literal(`${before}"`)} + v + ${literal(`"${behind}`)};
else { ${call}\n${nullWithKey} }`,
  pieces: withKey,
});

const numberSource = (made: string, condition: string, { call, nullAlone, alone }: Source): Written => ({
  lines: `if (typeof v === 'number' && ${condition}) ${made}\nelse { ${call}\n${nullAlone} }`,
  pieces: alone,
});

const keySource = (key: string): string =>
  isInherited(key) ? `own(value, ${literal(key)})` : `value[${literal(key)}]`;

const literal = (text: string): string => JSON.stringify(text);
