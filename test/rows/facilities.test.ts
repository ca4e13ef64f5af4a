import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { getNamedType, parse } from 'graphql';
import { rowScopes } from '../../policies/rows.ts';
import { fillStore } from '../harness/fill-store.ts';
import { type Group, SMALL_GROUP, startGroup } from '../harness/group.ts';
import { idsAt, type Neighbour, neighboursOf } from '../harness/row-neighbours.ts';
import { readRows, rootFields, type Row, type RowList, type RowSet } from '../harness/row-sets.ts';
import { supergraphText } from '../harness/test-owners.ts';
import { apiSchema } from '../harness/walk-schema.ts';

const [A, B, C] = ['harbor-clinic', 'lakeside-care-home', 'north-hospital'] as const;
const CALLERS = { a: [A], b: [B], ab: [A, B], c: [C] } as const;
type Caller = keyof typeof CALLERS;
type Sets = Readonly<Record<Caller, RowSet>>;

/** Root fields that answer no rows, and why. */
const NO_ROWS: Readonly<Record<string, string>> = {
  catalogue: 'what the graph says of its own fields',
  access: 'what the rules say of who may see what',
};

/** Lists of which a facility has none. */
const EMPTY_AT: Readonly<Record<string, readonly string[]>> = {
  accounts: [B, C],
  crossReferences: [B, C],
  identifiersOf: [B, C],
  // The audit trail is not brought to the store here.
  auditTrail: [A, B, C],
  disclosures: [A, B, C],
};

const { lists, lookUps, others } = rootFields(apiSchema());
const scopes = rowScopes(parse(supergraphText()));

describe('rows of two facilities', () => {
  let group: Group;
  const all = new Map<string, Sets>();

  beforeAll(async () => {
    group = await startGroup(SMALL_GROUP);
    await fillStore(group.graph.store, [A, B, C]);
    for (const list of lists) {
      const read = async (caller: Caller): Promise<[Caller, RowSet]> => [
        caller,
        await readRows(group.graph, list, { facilities: CALLERS[caller] }, { facility: A }),
      ];
      all.set(
        list.name,
        Object.fromEntries([await read('a'), await read('b'), await read('ab'), await read('c')]) as Sets,
      );
    }
  }, 120_000);
  afterAll(async () => {
    await group?.[Symbol.asyncDispose]();
  });

  const setsOf = ({ name }: Pick<RowList, 'name'>): Sets => all.get(name) as Sets;
  /** The root list of a type. */
  const listOfType = (type: string): RowList | undefined => lists.find(({ row }) => row.name === type);

  it('every root field lists rows, looks one up, or is known to do neither', () => {
    expect(others.map(({ name }) => name)).toEqual(Object.keys(NO_ROWS));
    expect(lookUps.filter(({ type }) => listOfType(getNamedType(type).name) === undefined)).toEqual([]);
  });

  it.each(lists.map((list) => [list.name, list] as const))(
    '%s: those of the one and those of the other',
    (name, list) => {
      const { a, b, ab, c } = setsOf(list);
      expect(ids(ab)).toEqual(new Set([...ids(a), ...ids(b)]));
      // Nothing can be said of what nobody has.
      const empty = Object.entries({ [A]: a, [B]: b, [C]: c }).filter(([, { rows }]) => rows.size === 0);
      expect(empty.map(([facility]) => facility)).toEqual(EMPTY_AT[name] ?? []);
      if (scopes.get(list.row.name)?.byFacility === true) {
        const elsewhere = [outside(a, [A]), outside(b, [B]), outside(ab, [A, B])];
        expect(elsewhere.flat()).toEqual([]);
        // What two have in common belongs to no facility.
        expect([...common(a, b), ...common(ab, c)].filter(({ facility }) => facility !== null)).toEqual([]);
      }
      if (ab.total !== null)
        expect([a.total, b.total, ab.total]).toEqual([
          a.rows.size,
          b.rows.size,
          a.rows.size + b.rows.size - common(a, b).length,
        ]);
    },
  );

  it.each(lookUps.map((field) => [field.name, field] as const))(
    '%s: found where its list has it',
    async (name, { type }) => {
      const list = listOfType(getNamedType(type).name) as RowList;
      const sets = setsOf(list);
      const samples = sampleOf(sets);
      const query = `{ ${samples.map((id, at) => `r${at}: ${name}(id: ${JSON.stringify(id)}) { __typename }`).join(' ')} }`;
      for (const caller of ['a', 'b', 'ab', 'c'] as const) {
        const { data, errors } = await group.graph.ask(query, { facilities: CALLERS[caller] });
        const found = samples.filter((_, at) => data?.[`r${at}`] !== null);
        // A list that is of one facility by its arguments has the rows of none other.
        const expected = samples.filter((id) => sets[caller].rows.has(id));
        expect([caller, errors, found]).toEqual([caller, [], expected]);
      }
    },
  );

  it('what rows lead to, and what they are at each facility, is of the one and of the other', async () => {
    let compared = 0;
    for (const { name, type } of lookUps) {
      const list = listOfType(getNamedType(type).name) as RowList;
      const sets = setsOf(list);
      const neighbours = neighboursOf(list.row, A);
      const samples = sampleOf(sets).filter((id) => sets.ab.rows.has(id));
      const parts = neighbours.map(({ selection }) => selection).join(' ');
      const query = `{ ${samples.map((id, at) => `r${at}: ${name}(id: ${JSON.stringify(id)}) { __typename ${parts} }`).join(' ')} }`;
      const ask = async (caller: Caller) => {
        const { data, errors } = await group.graph.ask(query, { facilities: CALLERS[caller], purpose: 'payroll' });
        expect([name, errors]).toEqual([name, []]);
        return samples.map((_, at) => data?.[`r${at}`] as Row | null);
      };
      const [together, a, b] = [await ask('ab'), await ask('a'), await ask('b')];
      for (const [at, row] of together.entries())
        for (const neighbour of neighbours) {
          const seen = { a: a[at] ?? null, b: b[at] ?? null, ab: row as Row };
          expect({ [`${name} ${neighbour.name}`]: problemsAt(neighbour, seen) }).toEqual({
            [`${name} ${neighbour.name}`]: [],
          });
          compared += 1;
        }
    }
    expect(compared).toBeGreaterThan(500);
  }, 60_000);

  interface Seen {
    readonly a: Row | null;
    readonly b: Row | null;
    readonly ab: Row;
  }

  /** What callers of one facility see of a neighbour is what callers of both see of it, but for what is at the other. */
  const problemsAt = (neighbour: Neighbour, { a, b, ab }: Seen): readonly string[] => {
    if (neighbour.kind === 'per-facility') return amountsAt(neighbour, { a, b, ab });
    const list = listOfType(neighbour.type.name);
    const known = list === undefined ? undefined : setsOf(list);
    const together = idsAt(ab, neighbour);
    const alone = { a: a === null ? [] : idsAt(a, neighbour), b: b === null ? [] : idsAt(b, neighbour) };
    // More than a page: what is not in one page may be in the other.
    if (together === null || alone.a === null || alone.b === null) return [];
    const hidden = together.filter((id) => known?.c.rows.has(id) === true && !known.ab.rows.has(id));
    const differing = (['a', 'b'] as const).filter((caller) => {
      const row = { a, b }[caller];
      if (row === null) return false;
      // What no list tells of is part of its parent: of one that both see, each sees some, and together they see all.
      const isOwn = (id: string) =>
        known === undefined
          ? a === null || b === null || !alone[caller === 'a' ? 'b' : 'a']?.includes(id)
          : known[caller].rows.has(id) || !(known.ab.rows.has(id) || known.c.rows.has(id));
      const expected = together.filter(isOwn);
      const count = neighbour.kind === 'list' ? countAt(row, neighbour) : expected.length;
      return JSON.stringify(alone[caller]) !== JSON.stringify(expected) || count !== expected.length;
    });
    return [...hidden, ...differing.map((caller) => `differs for ${caller}: ${JSON.stringify([alone, together])}`)];
  };

  const amountsAt = ({ name }: Neighbour, { a, b, ab }: Seen): readonly string[] =>
    (
      [
        [a, A],
        [b, B],
      ] as const
    ).flatMap(([row, own]) => {
      if (row === null) return [];
      const [few, many] = [row, ab].map((each) => (each[name] ?? []) as readonly Row[]);
      const expected = many?.filter((each) => isAt(each, [own]));
      return JSON.stringify(few) === JSON.stringify(expected)
        ? []
        : [`${JSON.stringify(few)}, not ${JSON.stringify(expected)}`];
    });
});

/** How many rows a list below a row is said to have. */
const countAt = (row: Row, { name }: Neighbour): number =>
  (row[name] as { readonly totalCount: number } | null)?.totalCount ?? 0;

const ids = ({ rows }: RowSet): ReadonlySet<string> => new Set(rows.keys());
const common = (one: RowSet, other: RowSet): readonly Row[] =>
  [...one.rows].flatMap(([key, row]) => (other.rows.has(key) ? [row] : []));

/** Rows that are none of the facilities'. */
const outside = ({ rows }: RowSet, among: readonly string[]): readonly Row[] =>
  [...rows.values()].filter((row) => !isAt(row, among));

/** Of one of the facilities, or of none, as far as the row says. */
const isAt = ({ facility }: Row, among: readonly string[]): boolean =>
  facility === undefined || facility === null || among.includes((facility as { readonly code: string }).code);

/** Some ids of the one, of the other, of both and of neither. */
const sampleOf = ({ a, b, ab, c }: Sets): readonly string[] => {
  const some = (from: RowSet, test: (id: string) => boolean) => [...from.rows.keys()].filter(test).slice(0, 3);
  return [
    ...some(a, (id) => !b.rows.has(id)),
    ...some(b, (id) => !a.rows.has(id)),
    ...some(a, (id) => b.rows.has(id)),
    ...some(c, (id) => !ab.rows.has(id)),
  ];
};
