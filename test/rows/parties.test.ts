import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { getNamedType, parse } from 'graphql';
import type { Party } from '../../platform/identity.ts';
import { decodeId, encodeId } from '../../platform/ids.ts';
import { rowScopes } from '../../policies/rows.ts';
import type { Asker } from '../harness/graph.ts';
import { fillStore } from '../harness/fill-store.ts';
import { type Group, SMALL_GROUP, startGroup } from '../harness/group.ts';
import { OWNERSHIP } from '../harness/ownership.ts';
import { readRows, rootFields, type Row, type RowList, type Reading, type RowSet } from '../harness/row-sets.ts';
import { supergraphText } from '../harness/test-owners.ts';
import { apiSchema, selectAll } from '../harness/walk-schema.ts';

const { lists, lookUps } = rootFields(apiSchema());
const scopes = rowScopes(parse(supergraphText()));
const FACILITY = 'harbor-clinic';

/** What owners are asked without naming the company, and why. */
const NAMELESS: Readonly<Record<Party['kind'], readonly string[]>> = {
  // Units are the same for everybody.
  supplier: ['odoo uom.uom/search_read', 'odoo uom.uom/search_count'],
  // Covers have no facility but their patients': of those on a page, it is asked which are of the caller's facilities.
  payer: ['billing /fhir/R4/Patient'],
};

/** Companies that have rows, and others that have as well. */
const PARTIES: readonly { readonly party: Party; readonly other: Party }[] = [
  {
    party: { kind: 'supplier', id: encodeId('Supplier', 17) },
    other: { kind: 'supplier', id: encodeId('Supplier', 18) },
  },
  {
    party: { kind: 'payer', id: encodeId('Payer', 'org-pay-001') },
    other: { kind: 'payer', id: encodeId('Payer', 'org-pay-002') },
  },
];

let group: Group;
beforeAll(async () => {
  group = await startGroup(SMALL_GROUP);
  await fillStore(group.graph.store, group.graph.facilities);
}, 120_000);
afterAll(async () => {
  await group?.[Symbol.asyncDispose]();
});

describe.each(PARTIES)('a $party.kind', ({ party, other }) => {
  const { kind } = party;
  const ownerships = OWNERSHIP[kind];
  /** What the group sees, what the company sees, and what the other one does, by root list. */
  const all = new Map<string, { readonly group: RowSet; readonly own: RowSet; readonly others: RowSet }>();

  beforeAll(async () => {
    for (const list of lists) {
      const read = (asker: Asker, more: Partial<Reading> = {}) =>
        readRows(group.graph, list, asker, { facility: FACILITY, ...more });
      const ownership = ownerships[list.row.name];
      // Of what a company has nothing, some rows are enough to ask it for.
      const isCompared = ownership !== undefined || scopeOf(list.row.name)?.wholeFor.includes(kind) === true;
      all.set(list.name, {
        group: await read({}, isCompared ? { more: ownership?.more } : { pages: 1 }),
        own: await read({ party }),
        others: await read({ party: other }),
      });
    }
  }, 120_000);

  const setsOf = ({ name }: Pick<RowList, 'name'>) => all.get(name) as NonNullable<ReturnType<typeof all.get>>;
  const scopeOf = (type: string) => scopes.get(type);
  const listOfType = (type: string) => lists.find(({ row }) => row.name === type) as RowList;

  it('has a way to be told whose a row is for each type of which it has its own', () => {
    const owned = lists.map(({ row }) => row.name).filter((type) => scopeOf(type)?.ownFor.includes(kind) === true);
    expect(Object.keys(ownerships).toSorted()).toEqual([...new Set(owned)].toSorted());
  });

  it.each(lists.map((list) => [list.name, list] as const))('%s: what the group knows to be its own', (_, list) => {
    const { group: everybody, own, others } = setsOf(list);
    const scope = scopeOf(list.row.name);
    const ownership = ownerships[list.row.name];
    const isOf = (id: string) => (row: Row) =>
      ownership?.of(row).includes(id) ?? scope?.wholeFor.includes(kind) === true;
    const expected = (id: string) => [...everybody.rows].flatMap(([key, row]) => (isOf(id)(row) ? [key] : []));
    expect(new Set(own.rows.keys())).toEqual(new Set(expected(party.id)));
    expect(new Set(others.rows.keys())).toEqual(new Set(expected(other.id)));
    if (own.total !== null) expect(own.total).toBe(own.rows.size);
  });

  it('has rows of its own to compare', () => {
    const empty = Object.keys(ownerships).filter((type) => setsOf(listOfType(type)).own.rows.size === 0);
    expect(empty).toEqual([]);
  });

  it('finds a record of somebody else as little as one that there is not, in the same calls', async () => {
    const ask = async (name: string, id: string) => {
      for (const door of group.doors.values()) door.forget();
      const { data, errors } = await group.graph.ask(`{ ${name}(id: ${JSON.stringify(id)}) { __typename id } }`, {
        party,
      });
      return { data, errors, calls: [...group.doors.values()].flatMap((door) => door.calls()) };
    };
    for (const { name, type } of lookUps) {
      const row = getNamedType(type).name;
      const { group: everybody, own } = setsOf(listOfType(row));
      const foreign = [...everybody.rows.keys()].find((id) => !own.rows.has(id));
      if (foreign === undefined) continue;
      const absent = absentLike(row, foreign);
      expect([name, await ask(name, foreign)]).toEqual([name, await ask(name, absent)]);
      expect((await ask(name, foreign)).data?.[name]).toBeNull();
    }
  });

  it('is led nowhere by its own rows but to its own rows', async () => {
    const problems: string[] = [];
    const isAllowed = (type: string, id: string): boolean => {
      const scope = scopeOf(type);
      if (scope === undefined || scope.wholeFor.includes(kind)) return true;
      if (!scope.ownFor.includes(kind)) return false;
      const list = lists.find((each) => each.row.name === type);
      // What no list tells of is part of something that is.
      if (list === undefined) return true;
      const { own, group: everybody } = setsOf(list);
      return own.rows.has(id) || !everybody.rows.has(id);
    };
    for (const list of lists.filter(({ row }) => ownerships[row.name] !== undefined)) {
      const { data, errors } = await group.graph.ask(
        `{ ${list.name}(first: 3) { nodes ${selectAll(list.row, 2)} } }`.replaceAll('{ ', '{ __typename '),
        // For payroll, nothing is out of sight by its class.
        { party, purpose: 'payroll' },
      );
      problems.push(...errors.map(({ path, extensions: { code } }) => `${list.name}: ${code} at ${path?.join('.')}`));
      for (const { type, id } of objectsIn(data))
        if (!isAllowed(type, id)) problems.push(`${list.name}: ${type} ${id}`);
    }
    expect(problems).toEqual([]);
  }, 60_000);

  it('is named in everything that owners are asked', async () => {
    for (const door of group.doors.values()) door.forget();
    for (const list of lists) {
      if (list.field.args.some(({ name }) => name === 'type' || name === 'value')) continue;
      await readRows(group.graph, list, { party }, { facility: FACILITY });
    }
    const nameless = [...group.doors].flatMap(([owner, door]) =>
      door
        .requests()
        .filter((request) => !isNamed(party, decodeURIComponent(`${request.path} ${JSON.stringify(request.body)}`)))
        .map(({ call, path }) => `${owner} ${call ?? path.split('?', 1)[0] ?? ''}`),
    );
    expect(new Set(nameless)).toEqual(new Set(NAMELESS[kind]));
    expect(group.doors.get('hr')?.requests()).toEqual([]);
  });
});

describe('a company whose id is none', () => {
  it.each([
    ['supplier', ''],
    ['supplier', 'nonsense'],
    ['supplier', encodeId('Payer', 17)],
    ['supplier', encodeId('Supplier', '17 or 1=1')],
    ['supplier', encodeId('Supplier', -17)],
    ['payer', encodeId('Supplier', 17)],
    ['payer', encodeId('Payer', 'org-pay-001,org-pay-002')],
    ['payer', encodeId('Payer', '')],
  ] as const)('sees nothing: %s %s', async (kind, id) => {
    for (const list of lists.filter(({ row }) => OWNERSHIP[kind][row.name] !== undefined)) {
      const { rows, total } = await readRows(group.graph, list, { party: { kind, id } }, { facility: FACILITY });
      expect([list.name, rows.size, total]).toEqual([list.name, 0, 0]);
    }
  });
});

/** An id of the type that looks like another and is nobody's. */
const absentLike = (type: string, id: string): string => {
  const local = decodeId(type, id) ?? '';
  if (/^\d+$/.test(local)) return encodeId(type, 99_999_999);
  return encodeId(type, /^\d+\.\d+$/.test(local) ? `99999999.${local.split('.')[1]}` : `${local.slice(0, 3)}nobody`);
};

/** Every object of an answer that has an id. */
const objectsIn = (value: unknown): readonly { readonly type: string; readonly id: string }[] => {
  if (Array.isArray(value)) return value.flatMap(objectsIn);
  if (value === null || typeof value !== 'object') return [];
  const { __typename: type, id } = value as { readonly __typename?: string; readonly id?: string | null };
  const own = typeof type === 'string' && typeof id === 'string' ? [{ type, id }] : [];
  return [...own, ...Object.values(value).flatMap(objectsIn)];
};

/** Whether a request to an owner says that it is about the company. */
const isNamed = ({ kind, id }: Party, request: string): boolean =>
  kind === 'supplier'
    ? /commercial_partner_id","=",17[,\]]/.test(request)
    : /Organization\/org-pay-001\b|[?&]_id=org-pay-001\b/.test(request) && id !== '';
