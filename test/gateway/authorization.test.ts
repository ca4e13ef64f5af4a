import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { shop, stock } from './hospital.ts';
import { codes, LINK, paths, startGraph, type TestGraph } from './start-graph.ts';

let graph: TestGraph;
beforeAll(async () => {
  graph = await startGraph({ local: { stock }, remote: { shop } });
});
afterAll(async () => {
  await graph[Symbol.asyncDispose]();
});

const asked = () => [
  ...graph.local('stock').calls.map(({ call }) => call.query),
  ...graph.remote('shop').requests.map(({ body }) => body.query),
];
const forget = () => {
  graph.local('stock').calls.length = 0;
  graph.remote('shop').requests.length = 0;
};

describe('a denied field', () => {
  it('is null, has an error at its path, and is asked of nobody', async () => {
    forget();
    const answer = await graph.ask('{ items { id cost } }');
    expect(answer.status).toBe(200);
    expect(answer.body.data).toEqual({
      items: [
        { id: 'i1', cost: null },
        { id: 'i2', cost: null },
      ],
    });
    expect(answer.body.errors).toEqual([
      {
        message: 'Unauthorized field or type.',
        path: ['items', '@', 'cost'],
        extensions: {
          code: 'UNAUTHORIZED_FIELD_OR_TYPE',
          retryable: false,
          requestId: expect.any(String),
          decisionId: expect.stringMatching(/^[\w-]{16}$/),
          needs: [{ kind: 'scopes', oneOf: [['stock:read', 'finance:read'], ['audit']] }],
        },
      },
    ]);
    expect(asked()).toEqual(['{items{id}}']);
  });

  it.each([
    ['both scopes of one alternative', ['stock:read', 'finance:read'], 4],
    ['the other alternative', ['audit'], 4],
    ['half an alternative', ['finance:read'], null],
    ['a scope that only begins the same', ['audit2'], null],
    ['nothing', [], null],
  ])('opens with %s or stays shut', async (_name, scopes, cost) => {
    const { body } = await graph.ask('{ item(id: "i1") { id cost } }', { scopes });
    expect(body.data.item.cost).toBe(cost);
  });

  it('takes its object with it where null has no place', async () => {
    const answer = await graph.ask('{ item(id: "i1") { id batch } supplier { name } }');
    expect(answer.body.data).toEqual({ item: null, supplier: { name: 'Plainly Invented Ltd' } });
    expect(paths(answer)).toEqual(['item.batch']);
    const list = await graph.ask('{ items { id batch } }');
    expect(list.body.data).toEqual({ items: null });
  });

  it('keeps the keys of the answer in the order of the document', async () => {
    const { text } = await graph.ask('{ item(id: "i1") { cost label a: cost id } }');
    expect(text).toContain('{"item":{"cost":null,"label":"gloves","a":null,"id":"i1"}}');
  });

  it('is found under an alias, in fragments and below lists of lists', async () => {
    const answer = await graph.ask(
      `{ s: supplier { ...F n: notes { ... on Note { text by: author } } } } fragment F on Supplier { notes { author text } }`,
    );
    const notes = [[{ author: null, text: 'late' }, null], null, []];
    const n = [[{ text: 'late', by: null }, null], null, []];
    expect(answer.body.data).toEqual({ s: { notes, n } });
    expect(paths(answer)).toEqual(['s.notes.@.@.author', 's.n.@.@.by']);
  });

  it('in another subgraph is not fetched there', async () => {
    forget();
    const answer = await graph.ask('{ items { id offers { number margin } } }');
    expect(answer.body.data.items[0].offers).toEqual([{ number: 'o1', margin: null }]);
    expect(asked().join()).not.toContain('margin');
  });
});

describe('an object of which nothing may be seen', () => {
  it('is null and not asked for', async () => {
    forget();
    const answer = await graph.ask('{ item(id: "i1") { cost } supplier { name } }');
    expect(answer.body.data).toEqual({ item: null, supplier: { name: 'Plainly Invented Ltd' } });
    expect(asked()).toEqual(['{supplier{name}}']);
  });

  it('leaves no call at all when it was everything', async () => {
    forget();
    const answer = await graph.ask('{ item(id: "i1") { cost } items { cost } }');
    expect(answer.body.data).toEqual({ item: null, items: null });
    expect(paths(answer)).toEqual(['item.cost', 'items.@.cost']);
    expect(asked()).toEqual([]);
  });

  it('makes the answer null where it may not be null itself', async () => {
    expect((await graph.ask('{ safe { code } supplier { name } }')).body.data).toBeNull();
  });

  it('does not blank what another selection of the same field gives', async () => {
    const answer = await graph.ask('{ item(id: "i1") { cost } ...F } fragment F on Query { item(id: "i1") { id } }');
    expect(answer.body.data).toEqual({ item: { cost: null, id: 'i1' } });
  });
});

describe('a protected type', () => {
  it('closes every field of that type', async () => {
    const answer = await graph.ask('{ supplier { name rating } }');
    expect(answer.body.data).toEqual({ supplier: { name: 'Plainly Invented Ltd', rating: null } });
    const allowed = await graph.ask('{ supplier { rating } }', { scopes: ['supplier:rate'] });
    expect(allowed.body.data).toEqual({ supplier: { rating: 'A' } });
  });

  it('closes a field of an interface, and opens it in a fragment on an allowed type', async () => {
    const direct = await graph.ask('{ thing(id: "i1") { __typename label } }');
    expect(direct.body.data).toEqual({ thing: { __typename: 'Item', label: null } });
    const narrowed = await graph.ask('{ thing(id: "i1") { __typename ... on Item { label } } }');
    expect(narrowed.body).toEqual({ data: { thing: { __typename: 'Item', label: 'gloves' } } });
    const allowed = await graph.ask('{ thing(id: "i1") { label } }', { scopes: ['pharmacy:read'] });
    expect(allowed.body).toEqual({ data: { thing: { label: 'gloves' } } });
  });

  it('is judged member by member in a union, with __typename free', async () => {
    const query = '{ found { __typename ... on Item { label } ... on Drug { label dose } ... on Supplier { name } } }';
    const answer = await graph.ask(query);
    expect(answer.body.data.found).toEqual([
      { __typename: 'Item', label: 'gloves' },
      { __typename: 'Drug', label: null, dose: null },
      { __typename: 'Supplier', name: 'Plainly Invented Ltd' },
    ]);
    expect(paths(answer)).toEqual(['found.@.label', 'found.@.dose']);
  });

  it('is told apart from its siblings under the same response key', async () => {
    const query = '{ things { ... on Item { x: label } ... on Drug { x: label } } }';
    const answer = await graph.ask(query);
    expect(answer.body.data).toEqual({ things: [{ x: 'gloves' }, null, { x: null }] });
    expect(answer.text).not.toContain('deniedType');
  });

  it('keeps its type out of the answer and does not collide with a key of that name', async () => {
    const answer = await graph.ask('{ things { deniedType: __typename ... on Item { id } ... on Drug { id: dose } } }');
    expect(answer.body.errors?.[0]?.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
    const fine = await graph.ask('{ things { deniedType: __typename ... on Item { a: id } ... on Drug { b: dose } } }');
    expect(fine.body.data.things).toEqual([{ deniedType: 'Item', a: 'i1' }, null, { deniedType: 'Drug', b: null }]);
  });

  it('of an argument closes the field it is given to, whether named in a literal or in the value of a variable', async () => {
    const denied = ['{ grade(of: GOOD) }', '{ grade(filter: { inner: { grade: POOR } }) }'];
    for (const query of denied) expect((await graph.ask(query)).body.data).toEqual({ grade: null });
    const byVariable = 'query($f: GradeFilter) { grade(filter: $f) }';
    for (const f of [{ grade: 'GOOD' }, { text: 'x', inner: { inner: { grade: 'POOR' } } }])
      expect((await graph.ask(byVariable, { variables: { f } })).body.data).toEqual({ grade: null });
    for (const f of [{ text: 'x' }, { text: 'x', grade: null }, null])
      expect((await graph.ask(byVariable, { variables: { f } })).body).toEqual({ data: { grade: 'fine' } });
    expect((await graph.ask('{ grade(filter: { text: "x" }) }')).body.data).toEqual({ grade: 'fine' });
    const allowed = await graph.ask(byVariable, { variables: { f: { grade: 'GOOD' } }, scopes: ['grade:use'] });
    expect(allowed.body.data).toEqual({ grade: 'fine' });
  });
});

describe('conditions', () => {
  const query = 'query($on: Boolean!) { item(id: "i1") { id cost @include(if: $on) batch @skip(if: $on) } }';

  it('that leave a denied field out leave its null and its error out too', async () => {
    const answer = await graph.ask('query($on: Boolean!) { item(id: "i1") { id cost @include(if: $on) } }', {
      variables: { on: false },
    });
    expect(answer.body).toEqual({ data: { item: { id: 'i1' } } });
  });

  it('are looked at per request, not kept with the verdict', async () => {
    const on = await graph.ask(query, { variables: { on: true } });
    expect(on.body.data).toEqual({ item: { id: 'i1', cost: null } });
    const off = await graph.ask(query, { variables: { on: false } });
    expect(off.body.data).toEqual({ item: null });
    expect(paths(off)).toEqual(['item.batch']);
  });

  it('of a fragment hold for what is in it', async () => {
    const nested =
      'query($on: Boolean = false) { item(id: "i1") { id ... @include(if: $on) { cost parent { id cost } } } }';
    expect((await graph.ask(nested)).body).toEqual({ data: { item: { id: 'i1' } } });
    const on = await graph.ask(nested, { variables: { on: true } });
    expect(on.body.data).toEqual({ item: { id: 'i1', cost: null, parent: { id: 'i2', cost: null } } });
  });

  it('written as literals are decided at once', async () => {
    const answer = await graph.ask('{ item(id: "i1") { id cost @skip(if: true) label @include(if: true) } }');
    expect(answer.body).toEqual({ data: { item: { id: 'i1', label: 'gloves' } } });
  });
});

describe('variables and fragments that only denied fields used', () => {
  it('are dropped, and the rest runs', async () => {
    const answer = await graph.ask(
      'query($g: Grade, $id: ID!) { grade(of: $g) ...Costs item(id: $id) { id } } fragment Costs on Query { items { cost } }',
      { variables: { g: 'GOOD', id: 'i2' } },
    );
    expect(answer.body.data).toEqual({ grade: null, items: null, item: { id: 'i2' } });
  });
});

describe('a protected key', () => {
  it('joins subgraphs and is not shown', async () => {
    const ward = {
      sdl: `${LINK} type Query { patients: [Patient!] }
        type Patient @key(fields: "number") { number: ID! @requiresScopes(scopes: [["audit"]]) bed: String }`,
      resolvers: { Query: { patients: () => [{ number: 'P-1', bed: '12b' }] } },
    };
    const kitchen = {
      sdl: `${LINK} type Patient @key(fields: "number") { number: ID! @requiresScopes(scopes: [["audit"]]) meal: String }`,
      resolvers: { Patient: { meal: () => 'soup' } },
    };
    await using hospital = await startGraph({ local: { ward, kitchen } });
    const answer = await hospital.ask('{ patients { bed meal } }');
    expect(answer.body).toEqual({ data: { patients: [{ bed: '12b', meal: 'soup' }] } });
    const shown = await hospital.ask('{ patients { meal number } }');
    expect([shown.body.data, paths(shown)]).toEqual([{ patients: null }, ['patients.@.number']]);
    expect(shown.text).not.toContain('P-1');
  });
});

describe('a mutation', () => {
  it('with one denied root field does not run at all', async () => {
    forget();
    const answer = await graph.ask('mutation { count(item: "i1") { id } discard(item: "i2") { id } }');
    expect(answer.body.data).toBeNull();
    expect(codes(answer)).toEqual(['UNAUTHORIZED_FIELD_OR_TYPE']);
    expect(asked()).toEqual([]);
  });

  it('does not run when nothing of its outcome may be seen', async () => {
    forget();
    const answer = await graph.ask('mutation { count(item: "i1") { cost } }');
    expect(answer.body.data).toBeNull();
    expect(asked()).toEqual([]);
  });

  it('runs when the denied field is left out by a condition', async () => {
    const answer = await graph.ask(
      'mutation($all: Boolean!) { count(item: "i1") { id } discard(item: "i2") @include(if: $all) { id } }',
      { variables: { all: false } },
    );
    expect(answer.body).toEqual({ data: { count: { id: 'i1' } } });
  });

  it('runs with a denied field further down as null', async () => {
    const answer = await graph.ask('mutation { count(item: "i1") { id cost } }');
    expect(answer.body.data).toEqual({ count: { id: 'i1', cost: null } });
  });
});

describe('what is kept between requests', () => {
  it('never gives one caller the plan of another', async () => {
    const query = '{ items { id cost } # once for each\n }';
    const poor = () => graph.ask(query);
    const rich = () => graph.ask(query, { scopes: ['audit'] });
    for (const [ask, cost] of [
      [poor, null],
      [rich, 4],
      [poor, null],
      [rich, 4],
    ] as const)
      expect((await ask()).body.data.items[0].cost).toBe(cost);
  });

  it('is told apart by operation name', async () => {
    const query = 'query A { supplier { name } } query B { items { cost } }';
    expect((await graph.ask(query, { operationName: 'A' })).body.data).toEqual({
      supplier: { name: 'Plainly Invented Ltd' },
    });
    expect((await graph.ask(query, { operationName: 'B' })).body.data).toEqual({ items: null });
  });
});
