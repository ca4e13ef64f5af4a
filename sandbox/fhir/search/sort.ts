import { FhirError } from '../rest/outcome.ts';
import type { Searched } from './filters.ts';
import type { Query } from './query.ts';
import type { Values } from './values.ts';

type Key = string | number | undefined;

/** Ids in the order that a query asks for; those that have no value come last. */
export const sorted = (searched: Searched, { type, sort }: Query, ids: readonly string[]): readonly string[] => {
  if (sort.length === 0) return ids;
  const keys = sort.map(({ code, isDescending }) => keyOf(searched, type, code, isDescending));
  const signs = sort.map(({ isDescending }) => (isDescending ? -1 : 1));
  const rows = ids.map((id) => ({ id, keys: keys.map((key) => key(id)) }));
  rows.sort((one, other) => {
    for (let index = 0; index < signs.length; index += 1) {
      const order = compare(one.keys[index], other.keys[index], signs[index] ?? 1);
      if (order !== 0) return order;
    }
    return 0;
  });
  return rows.map(({ id }) => id);
};

const compare = (one: Key, other: Key, sign: number): number => {
  if (one === other) return 0;
  if (one === undefined) return 1;
  if (other === undefined) return -1;
  return one < other ? -sign : sign;
};

/** Of several values the one that comes first in this direction. */
const keyOf = (
  { columns, parameters }: Searched,
  type: string,
  code: string,
  isDescending: boolean,
): ((id: string) => Key) => {
  if (code === '_id') return (id) => id;
  const parameter = parameters.get(type)?.get(code);
  if (parameter === undefined) throw new FhirError(400, 'not-supported', 'an unknown parameter to sort by');
  const column = columns.of(type, parameter);
  const best = (list: readonly (string | number)[]): Key =>
    list.length < 2 ? list[0] : list.toSorted((one, other) => compare(one, other, isDescending ? -1 : 1))[0];
  return (id) => {
    const values = column.values(id);
    return values === null ? undefined : best(comparable(parameter.type, values, isDescending));
  };
};

const comparable = (type: string, values: Values, isDescending: boolean): readonly (string | number)[] => {
  switch (type) {
    case 'date':
      return values.intervals.map(({ low, high }) => (isDescending ? high : low));
    case 'string':
      return values.texts;
    case 'quantity':
    case 'number':
      return values.numbers;
    default:
      // The first key of a token is its code, that of a reference where it leads.
      return values.keys.slice(0, 1);
  }
};
