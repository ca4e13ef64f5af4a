import type { ParameterType } from '../definitions/definitions.ts';
import { type Fields, isFields, listOf } from '../resource.ts';
import { type Interval, intervalOf } from './dates.ts';

/**
 * What one resource has for one search parameter, ready to be compared.
 *
 * Tokens, references and uris are keys that a question is equal to or not, and so are strings as they are written;
 * `texts` are what is compared as text, folded.
 */
export interface Values {
  readonly keys: readonly string[];
  readonly texts: readonly string[];
  readonly intervals: readonly Interval[];
  readonly numbers: readonly number[];
}

const NOTHING: Values = Object.freeze({ keys: [], texts: [], intervals: [], numbers: [] });

/** Null when there is nothing, which `:missing` asks for. */
export const valuesOf = (type: ParameterType, nodes: readonly unknown[]): Values | null => {
  if (nodes.length === 0) return null;
  switch (type) {
    case 'token':
      return { ...NOTHING, keys: nodes.flatMap(tokenKeys), texts: nodes.flatMap(tokenTexts) };
    case 'reference':
      return { ...NOTHING, keys: nodes.flatMap(referenceKeys) };
    case 'uri':
      return { ...NOTHING, keys: nodes.map(String) };
    case 'string': {
      const texts = nodes.flatMap(stringTexts);
      return { ...NOTHING, keys: texts, texts: texts.map(fold) };
    }
    case 'date':
      return { ...NOTHING, intervals: nodes.flatMap((node) => dateIntervals(node) ?? []) };
    default:
      return {
        ...NOTHING,
        keys: nodes.flatMap(quantityKeys),
        numbers: nodes.flatMap((node) => {
          const value = isFields(node) ? node['value'] : node;
          return typeof value === 'number' ? [value] : [];
        }),
      };
  }
};

/** `code` for any system, `system|code`, `system|` for any code of it, `|code` for none, `*|code` for an implied one. */
const tokenKeys = (node: unknown): readonly string[] => {
  if (!isFields(node)) return [String(node), `*|${String(node)}`];
  if (Array.isArray(node['coding'])) return node['coding'].flatMap(tokenKeys);
  const code = node['code'] ?? node['value'];
  const system = node['system'];
  if (typeof code !== 'string') return typeof system === 'string' ? [`${system}|`] : [];
  // The system of a contact point says what it is, and is not one of codes.
  if (typeof system === 'string' && !system.includes(':')) return [code, `|${code}`];
  return typeof system === 'string' ? [code, `${system}|${code}`, `${system}|`] : [code, `|${code}`];
};

const tokenTexts = (node: unknown): readonly string[] => {
  if (!isFields(node)) return [];
  const own = [node['text'], node['display'], isFields(node['type']) ? node['type']['text'] : undefined];
  const codings = listOf(node['coding']).map((coding) => (isFields(coding) ? coding['display'] : undefined));
  return [...own, ...codings].filter((one) => typeof one === 'string').map(fold);
};

/** `Type/id`, `id` alone, an address elsewhere as it is, and `identifier:system|value` for what is known by that. */
const referenceKeys = (node: unknown): readonly string[] => {
  if (typeof node === 'string') return [node];
  if (!isFields(node)) return [];
  const { reference, identifier } = node;
  const named = isFields(identifier) ? tokenKeys(identifier).map((key) => `identifier:${key}`) : [];
  if (typeof reference !== 'string') return named;
  const local = /^([A-Z]\w+)\/([^/]+)/.exec(reference);
  return local === null ? [reference, ...named] : [`${local[1]}/${local[2]}`, local[2] ?? '', ...named];
};

/** Names and addresses are searched by all of their parts. */
const stringTexts = (node: unknown): readonly string[] => {
  if (typeof node === 'string') return [node];
  if (!isFields(node)) return [];
  const parts = [
    'text',
    'family',
    'given',
    'prefix',
    'suffix',
    'line',
    'city',
    'district',
    'state',
    'postalCode',
    'country',
  ];
  return parts.flatMap((part) => listOf(node[part])).filter((one) => typeof one === 'string');
};

const dateIntervals = (node: unknown): Interval | undefined => {
  if (typeof node === 'string') return intervalOf(node);
  if (!isFields(node)) return undefined;
  return periodOf(node);
};

const periodOf = ({ start, end }: Fields): Interval => ({
  low: (typeof start === 'string' ? intervalOf(start)?.low : undefined) ?? Number.NEGATIVE_INFINITY,
  high: (typeof end === 'string' ? intervalOf(end)?.high : undefined) ?? Number.POSITIVE_INFINITY,
});

/** Units, or the currency of money. */
const quantityKeys = (node: unknown): readonly string[] => {
  if (!isFields(node)) return [];
  const { system, code, unit, currency } = node;
  return [unit, code, currency, `${String(system)}|${String(code)}`, `urn:iso:std:iso:4217|${String(currency)}`].filter(
    (one) => typeof one === 'string',
  );
};

/** R4 search, "string": case and accents do not count. */
export const fold = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
