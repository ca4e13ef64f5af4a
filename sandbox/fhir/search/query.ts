import { FhirError } from '../rest/outcome.ts';
import type { Fields } from '../resource.ts';
import type { Parameter, Parameters } from './parameters.ts';

/** One parameter of a search: `patient:Patient.organization=a,b`. */
export interface Condition {
  readonly code: string;
  readonly modifier: string | undefined;
  /** What comes after the dot of a chain. */
  readonly chain: string | undefined;
  /** Alternatives, as they were written but for escapes of commas. */
  readonly values: readonly string[];
}

export interface Include {
  readonly isReverse: boolean;
  readonly isIterated: boolean;
  readonly source: string;
  readonly code: string;
  readonly target: string | undefined;
}

/** A search of one type. */
export interface Query {
  readonly type: string;
  readonly conditions: readonly Condition[];
  readonly sort: readonly { readonly code: string; readonly isDescending: boolean }[];
  readonly count: number;
  readonly offset: number;
  /** Null: all of them. */
  readonly elements: readonly string[] | null;
  readonly includes: readonly Include[];
  readonly isCountOnly: boolean;
  readonly hasTotal: boolean;
  /** Parameters that were understood, for the link of the answer to itself. */
  readonly used: readonly (readonly [string, string])[];
  /** Parameters that were not. */
  readonly ignored: readonly string[];
}

const DEFAULT_COUNT = 100;
const MOST = 1_000;
/** Parameters of every request, or ones that nobody needs to act on. */
const ELSEWHERE = new Set(['_format', '_pretty', '_summary', '_total', '_count', '_offset', '_elements', '_sort']);

/**
 * Reads the parameters of a search of `type`.
 *
 * Unknown parameters are ignored and named, or refused when `isStrict` (R4 search, "Handling errors").
 * @throws FhirError 400 for what is known and makes no sense
 */
export const parseQuery = (
  parameters: Parameters,
  type: string,
  entries: readonly (readonly [string, string])[],
  isStrict: boolean,
): Query => {
  const given = new Map(entries);
  const conditions: Condition[] = [];
  const includes: Include[] = [];
  const ignored: string[] = [];
  for (const [name, value] of entries) {
    const [first = ''] = name.split(/[:.]/);
    if (ELSEWHERE.has(name)) continue;
    if (first === '_include' || first === '_revinclude') includes.push(includeOf(parameters, name, value));
    else if (parameters.get(type)?.has(first) === true || first === '_has') {
      if (value !== '') conditions.push(conditionOf(name, value));
    } else ignored.push(name);
  }
  if (isStrict && ignored.length > 0) throw new FhirError(400, 'not-supported', 'an unknown search parameter');
  const summary = given.get('_summary');
  const count = wholeNumber(given.get('_count'), '_count') ?? DEFAULT_COUNT;
  return {
    type,
    conditions,
    includes,
    ignored,
    sort: sortOf(parameters.get(type), given.get('_sort')),
    count: Math.min(count, MOST),
    offset: wholeNumber(given.get('_offset'), '_offset') ?? 0,
    elements:
      given
        .get('_elements')
        ?.split(',')
        .map((one) => one.trim()) ?? null,
    isCountOnly: summary === 'count' || count === 0,
    hasTotal: given.get('_total') !== 'none' || summary === 'count',
    used: entries.filter(([name]) => !ignored.includes(name)),
  };
};

/** `name=value` pairs of an address and of a form. */
export const conditionOf = (name: string, value: string): Condition => {
  const [, code = '', modifier, chain] = /^([^:.]+)(?::([^.]+))?(?:\.(.+))?$/.exec(name) ?? [];
  if (code === '') throw new FhirError(400, 'invalid', 'a malformed search parameter');
  return { code, modifier, chain, values: splitValues(value) };
};

/** At commas that are not escaped; what else is escaped stays so until it is compared. */
const splitValues = (text: string): readonly string[] => splitAt(text, ',');

/** Parts between separators; a backslash takes the next character out of the syntax (R4 search, "Escaping"). */
export const splitAt = (text: string, separator: ',' | '|'): readonly string[] => {
  const parts = [''];
  for (const [piece] of text.matchAll(/\\.|[^\\]|\\$/gsu)) {
    if (piece === separator) parts.push('');
    else parts.push(`${parts.pop() ?? ''}${piece}`);
  }
  return parts;
};

export const unescape = (text: string): string => text.replaceAll(/\\([,|$\\])/g, '$1');

const wholeNumber = (text: string | undefined, name: string): number | undefined => {
  if (text === undefined) return undefined;
  if (!/^\d{1,9}$/.test(text)) throw new FhirError(400, 'value', `${name} is a whole number`);
  return Number(text);
};

const sortOf = (table: ReadonlyMap<string, Parameter> | undefined, text: string | undefined): Query['sort'] =>
  (text ?? '')
    .split(',')
    .filter((one) => one !== '')
    .map((one) => {
      const isDescending = one.startsWith('-');
      const code = isDescending ? one.slice(1) : one;
      if (table?.has(code) !== true) throw new FhirError(400, 'not-supported', 'an unknown parameter to sort by');
      return { code, isDescending };
    });

const includeOf = (parameters: Parameters, name: string, value: string): Include => {
  const [source = '', code = '', target] = value.split(':');
  const [kind, modifier] = name.split(':');
  const isKnown = code === '*' || parameters.get(source)?.get(code)?.type === 'reference';
  if (!isKnown) throw new FhirError(400, 'not-supported', 'an unknown parameter to include by');
  if (modifier !== undefined && modifier !== 'iterate')
    throw new FhirError(400, 'not-supported', 'an unknown modifier of an include');
  return { isReverse: kind === '_revinclude', isIterated: modifier === 'iterate', source, code, target };
};

/** What `_elements` leaves of a resource: R4 wants it marked, and what must be there stays. */
export const subsetOf = (resource: Fields, elements: readonly string[], required: readonly string[]): Fields => {
  const kept = new Set(['resourceType', 'id', ...elements, ...required]);
  const meta = resource['meta'] as Fields;
  const tags = Array.isArray(meta['tag']) ? meta['tag'] : [];
  return {
    ...Object.fromEntries(Object.entries(resource).filter(([name]) => kept.has(name))),
    meta: { ...meta, tag: [...tags, SUBSETTED] },
  };
};

const SUBSETTED = { system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'SUBSETTED' };
