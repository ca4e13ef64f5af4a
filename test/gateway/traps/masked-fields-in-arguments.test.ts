import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { codes, LINK, paths, startGraph, type TestGraph } from '../start-graph.ts';

const GOVERNED = `${LINK}
  extend schema
    @link(url: "https://specs.apollo.dev/link/v1.0")
    @link(url: "https://specs.caregraph.example/governance/v1.0", import: ["@classification", "@mask", "@about"])
    @composeDirective(name: "@classification")
    @composeDirective(name: "@mask")
    @composeDirective(name: "@about")
  directive @classification(class: governance__Class!) repeatable on OBJECT | FIELD_DEFINITION
  directive @mask(as: governance__Mask!) repeatable on FIELD_DEFINITION
  directive @about(field: String!) repeatable on INPUT_FIELD_DEFINITION | ENUM_VALUE | ARGUMENT_DEFINITION
  enum governance__Class { INTERNAL HR HR_RESTRICTED PII }
  enum governance__Mask { KEEP }
`.replace('"@composeDirective"', '');

const people = {
  sdl: `${GOVERNED.replace('import: ["@key"', 'import: ["@composeDirective", "@key"')}
    type Query {
      people(filter: PersonFilter, orderBy: PersonOrder): [Person]
      called(name: String! @about(field: "Person.name")): [Person]
      oldest(orderBy: PersonOrder = { field: BORN }): [Person]
    }
    type Person @classification(class: INTERNAL) {
      id: ID
      team: Team @classification(class: HR)
      name: String @classification(class: PII)
      born: String @classification(class: PII)
      grade: String @classification(class: HR) @mask(as: KEEP)
      pay: Int @classification(class: HR_RESTRICTED)
      badge: String @requiresScopes(scopes: [["badge"]])
      boss: Person @classification(class: PII)
    }
    type Team @classification(class: INTERNAL) { id: ID }
    input PersonFilter {
      id: Text name: Text grade: Text pay: Text badge: Text team: Text boss: Text
      and: [PersonFilter!] bornBefore: String @about(field: "Person.born")
    }
    input Text { eq: String }
    input PersonOrder { field: PersonOrderField! direction: Int = 1 }
    enum PersonOrderField { ID NAME BORN BADGE }
  `,
  resolvers: { Query: { people: () => [PERSON], called: () => [PERSON], oldest: () => [PERSON] } },
};

const PERSON = { id: 'p1', name: 'Kim', born: '1980', grade: 'G2', pay: 9, badge: '77' };

let graph: TestGraph;
beforeAll(async () => {
  graph = await startGraph({ local: { people } });
});
afterAll(async () => {
  await graph[Symbol.asyncDispose]();
});

const masked = { client: 'operations-console' } as const;
const asked = () => graph.local('people').calls.length;

describe('who sees the values of a field masked', () => {
  it.each([
    ['a filter', '{ people(filter: { name: { eq: "Kim" } }) { id } }'],
    ['a filter in a filter', '{ people(filter: { and: [{ id: { eq: "1" } }, { name: { eq: "K" } }] }) { id } }'],
    ['an empty comparison', '{ people(filter: { name: {} }) { id } }'],
    ['a filter of another name', '{ people(filter: { bornBefore: "1990" }) { id } }'],
    ['an order', '{ people(orderBy: { field: NAME }) { id } }'],
    ['an argument', '{ called(name: "Kim") { id } }'],
    ['a default', '{ oldest { id } }'],
    ['what is removed', '{ people(filter: { pay: { eq: "9" } }) { id } }'],
    [
      'an entity whose field is masked, and its id not, but is removed with it',
      '{ people(filter: { badge: { eq: "7" } }) { id } }',
    ],
  ])('cannot find them out by %s', async (_name, query) => {
    const before = asked();
    const answer = await graph.ask(query, masked);
    expect(answer.body.data).toEqual({ [query.slice(2).split(/\W/)[0] ?? '']: null });
    expect(codes(answer)).toEqual([query.includes('badge') ? 'UNAUTHORIZED_FIELD_OR_TYPE' : 'MASKED_ARGUMENT']);
    expect(asked()).toBe(before);
    expect(answer.text).not.toMatch(/Kim|1990/);
  });

  it('is told what it would take, and nothing of what was asked', async () => {
    const answer = await graph.ask('{ people(filter: { name: { eq: "Kim" } }) { id } }', masked);
    expect(answer.body.errors?.[0]).toEqual({
      message: 'This argument is about values that are masked for you.',
      path: ['people'],
      extensions: {
        code: 'MASKED_ARGUMENT',
        retryable: false,
        requestId: expect.any(String),
        decisionId: expect.stringMatching(/^[\w-]{16}$/),
        needs: [{ kind: 'sight', class: 'PII', atLeast: 'clear' }],
      },
    });
  });

  it.each([
    ['what is not masked', '{ people(filter: { id: { eq: "1" } }, orderBy: { field: ID }) { id } }'],
    ['what the mask keeps', '{ people(filter: { grade: { eq: "G2" } }) { id } }'],
    ['an entity whose id is seen', '{ people(filter: { team: { eq: "t" } }, orderBy: { field: ID }) { id } }'],
    ['nothing', '{ people(filter: { name: null, and: [] }) { id } }'],
  ])('can ask for %s', async (_name, query) => {
    expect((await graph.ask(query, masked)).body).toEqual({ data: { people: [{ id: 'p1' }] } });
  });
});

describe('a variable', () => {
  const query = `query($f: PersonFilter, $o: PersonOrderField = ID, $n: String) {
    people(filter: $f, orderBy: { field: $o }) { id } x: people(filter: { name: { eq: $n } }) { id } }`;

  it.each([
    [{ f: { id: { eq: '1' } } }, []],
    [{ f: { name: { eq: 'K' } } }, ['people']],
    [{ f: { and: [{ and: [{ name: {} }] }] } }, ['people']],
    [{ o: 'NAME' }, ['people']],
    [{ o: 'ID', f: { name: null } }, []],
    [{ f: null }, []],
  ])('is judged by what it holds: %j', async (variables, refused) => {
    // The literal beside it names the field, whatever its variable holds.
    expect(paths(await graph.ask(query, { ...masked, variables }))).toEqual([...refused, 'x']);
  });

  it('is judged anew with every request, and not kept with the plan', async () => {
    for (const [name, isRefused] of [
      ['K', true],
      [undefined, false],
      ['K', true],
    ] as const) {
      const f = name === undefined ? { id: { eq: '1' } } : { name: { eq: name } };
      const answer = await graph.ask('query($f: PersonFilter) { people(filter: $f) { id } }', {
        ...masked,
        variables: { f },
      });
      expect(answer.body.data).toEqual({ people: isRefused ? null : [{ id: 'p1' }] });
    }
  });
});

describe('an argument about a field that takes a scope', () => {
  it('takes that scope too', async () => {
    for (const query of [
      '{ people(filter: { badge: { eq: "7" } }) { id } }',
      '{ people(orderBy: { field: BADGE }) { id } }',
    ]) {
      expect(codes(await graph.ask(query))).toEqual(['UNAUTHORIZED_FIELD_OR_TYPE']);
      expect(codes(await graph.ask(query, { scopes: ['badge'] }))).toEqual([]);
    }
  });
});

describe('who sees them in clear', () => {
  it('may use all of them, but for what the purpose hides', async () => {
    const query =
      '{ people(filter: { name: { eq: "K" }, boss: { eq: "x" } }, orderBy: { field: BORN }) { id } oldest { id } }';
    expect(codes(await graph.ask(query))).toEqual([]);
    const byPay = '{ people(filter: { pay: { eq: "9" } }) { id } }';
    expect(codes(await graph.ask(byPay))).toEqual(['MASKED_ARGUMENT']);
    expect(codes(await graph.ask(byPay, { purpose: 'payroll' }))).toEqual([]);
  });
});
