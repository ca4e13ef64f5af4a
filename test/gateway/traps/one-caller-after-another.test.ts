import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LINK, startGraph, type TestGraph } from '../start-graph.ts';

const pay = {
  sdl: `${LINK}
    type Query { person: Person look(type: String!): String @policy(policies: [["readsNamedType"]]) }
    type Person {
      id: ID
      pay: Int @policy(policies: [["forPayroll"]])
      budget: Int @requiresScopes(scopes: [["budget"]])
    }
  `,
  resolvers: { Query: { person: () => ({ id: 'p', pay: 7, budget: 8 }), look: () => 'seen' } },
};

let graph: TestGraph;
beforeAll(async () => {
  graph = await startGraph({ remote: { pay } });
});
afterAll(async () => {
  await graph[Symbol.asyncDispose]();
});

describe('what is kept of one caller', () => {
  it('is no plan for another, by scope or by purpose', async () => {
    const query = '{ person { id pay budget } }';
    for (const [scopes, purpose, expected] of [
      [[], 'operations', { pay: null, budget: null }],
      [['budget'], 'payroll', { pay: 7, budget: 8 }],
      [['budget'], 'operations', { pay: null, budget: 8 }],
      [[], 'payroll', { pay: 7, budget: null }],
      [[], 'operations', { pay: null, budget: null }],
    ] as const)
      expect((await graph.ask(query, { scopes, purpose })).body.data.person).toEqual({ id: 'p', ...expected });
  });

  it('is no answer for another who asks the same at the same time', async () => {
    const query = '{ person { id budget pay } }';
    const ask = async (index: number) => {
      const isRich = index % 2 === 0;
      const { body } = await graph.ask(query, isRich ? { scopes: ['budget'], purpose: 'payroll' } : {});
      return [isRich, body.data.person];
    };
    for (const [isRich, person] of await Promise.all(Array.from({ length: 40 }, (_, index) => ask(index))))
      expect(person).toEqual(isRich === true ? { id: 'p', budget: 8, pay: 7 } : { id: 'p', budget: null, pay: null });
  });
});

describe('a rule that looks at arguments', () => {
  const query =
    'query($t: String!) { a: look(type: "Patient") b: look(type: "Employee") c: look(type: $t) d: look(type: "Nothing") }';

  it('is asked for each alias, and not once for all of them', async () => {
    const answer = await graph.ask(query, { scopes: ['hr:read'], variables: { t: 'Facility' } });
    expect(answer.body.data).toEqual({ a: null, b: 'seen', c: 'seen', d: null });
  });

  it('is asked again when the variable is another', async () => {
    for (const [t, c] of [
      ['Patient', 'seen'],
      ['Employee', null],
      ['Patient', 'seen'],
      ['constructor', null],
    ])
      expect((await graph.ask(query, { scopes: ['scheduling:read'], variables: { t } })).body.data).toEqual({
        a: 'seen',
        b: null,
        c,
        d: null,
      });
  });
});
