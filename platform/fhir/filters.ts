import { fail } from '../errors.ts';
import { type DateInput, type DateTimeInput, type IdInput, MAX_VALUES, type TextInput } from '../filter-inputs.ts';
import { decodeId } from '../ids.ts';
import type { FhirFilter } from './entity.ts';
import { type CodeMapping, toUtc } from './mappings.ts';
import { bothOf, type Criteria, escapeValue, isFhirId, token, where } from './query.ts';

const filter = <I>(param: string, toCriteria: (input: I) => Criteria): FhirFilter => ({
  params: [param],
  toCriteria,
});

const when = <T>(value: T | null | undefined, make: (value: T) => Criteria): Criteria =>
  value === null || value === undefined ? [] : make(value);

/** Each alternative of `eq` and `in` as a criterion of its own, so that both must hold. */
const amongst = ({ eq, in: list }: IdInput, toCriteria: (values: readonly string[]) => Criteria): Criteria =>
  bothOf(
    when(eq, (value) => toCriteria([value])),
    when(list, (values) => toCriteria(bounded(values))),
  );

/** A string parameter: it looks at every part of a name, and at upper and lower case alike but for `eq` and `in`. */
export const textFilter = (param: string): FhirFilter =>
  filter(param, (input: TextInput) =>
    bothOf(
      amongst(input, (values) => where(`${param}:exact`, filled(values))),
      when(input.contains, (value) => where(`${param}:contains`, filled([value]))),
      when(input.startsWith, (value) => where(param, filled([value]))),
    ),
  );

/** Ids of a type. One that is malformed, or of another type, matches nothing, just as a missing record would. */
export const idFilter = (type: string): FhirFilter =>
  filter('_id', (input: IdInput) => amongst(input, (ids) => where('_id', localIds(type, ids))));

/** Records that refer to one of these. */
export const referenceFilter = (param: string, type: string, resource: string): FhirFilter =>
  filter(param, (input: IdInput) =>
    amongst(input, (ids) =>
      where(
        param,
        localIds(type, ids).map((id) => `${resource}/${id}`),
      ),
    ),
  );

/** Identifiers of one system. */
export const identifierFilter = (system: string): FhirFilter => codeFilter('identifier', system);

/** Codes of one system. */
export const codeFilter = (param: string, system: string): FhirFilter =>
  filter(param, (input: IdInput) =>
    amongst(input, (values) =>
      where(
        param,
        values.filter((value) => value.trim() !== '').map((value) => token(system, value)),
      ),
    ),
  );

/** Records that refer to what is kept elsewhere, by its identifiers of one system. */
export const numberFilter = (param: string, system: string): FhirFilter => ({
  ...codeFilter(`${param}:identifier`, system),
  params: [param],
});

/** Facilities, by the Organization or the site Locations they are. */
export const facilityFilter = (param: string, resource: 'Organization' | 'Location'): FhirFilter => ({
  params: [param],
  toCriteria: (input: IdInput, { directory }) =>
    amongst(input, (ids) =>
      where(
        param,
        ids.flatMap((id) => {
          const facility = directory.byCode(decodeId('Facility', id) ?? '');
          return (facility?.at[resource] ?? []).map((local) => `${resource}/${local}`);
        }),
      ),
    ),
});

/** Values of an enum, by the table that `choice` reads it with. */
export const choiceFilter = (param: string, { values }: CodeMapping): FhirFilter =>
  filter(param, (wanted: readonly string[]) => {
    const codes = Object.keys(values);
    const mapped = codes.filter((code) => wanted.includes(values[code] ?? ''));
    if (!wanted.includes('UNMAPPED')) return where(param, mapped);
    // UNMAPPED is whatever the table does not name, so it is asked for by excluding what is not wanted.
    const unwanted = codes.filter((code) => !mapped.includes(code));
    return unwanted.flatMap((code) => where(`${param}:not`, [code]));
  });

/** Days, both ends included. */
export const dateFilter = (param: string): FhirFilter =>
  filter(param, (input: DateInput) =>
    bothOf(
      when(input.eq, (day) => where(param, [day])),
      when(input.from, (day) => where(param, [`ge${day}`])),
      when(input.to, (day) => where(param, [`le${day}`])),
    ),
  );

/** Instants, the end excluded. */
export const instantFilter = (param: string): FhirFilter =>
  filter(param, (input: DateTimeInput) =>
    bothOf(
      when(input.from, (instant) => where(param, [`ge${utc(instant)}`])),
      when(input.before, (instant) => where(param, [`lt${utc(instant)}`])),
    ),
  );

/** A flag. */
export const flagFilter = (param: string): FhirFilter =>
  filter(param, (input: boolean | null) => when(input, (value) => where(param, [String(value)])));

const localIds = (type: string, ids: readonly string[]): readonly string[] =>
  ids.map((id) => decodeId(type, id)).filter(isFhirId);

/** An empty value would be taken for no condition at all. */
const filled = (values: readonly string[]): readonly string[] =>
  values.filter((value) => value.trim() !== '').map(escapeValue);

const utc = (instant: string): string => toUtc(instant) ?? instant;

const bounded = (values: readonly string[]): readonly string[] => {
  if (values.length <= MAX_VALUES) return values;
  throw fail('BAD_USER_INPUT', { message: `A filter takes at most ${MAX_VALUES} values.` });
};
