import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { FetchNode, PlanNode, QueryPlan } from '@apollo/query-planner';
import { parse } from 'graphql';
import { createPlanner, type Planner } from '../../../gateway/planning/planner.ts';
import { specialize } from '../../../policies/access/specialize.ts';
import { trays } from './graphs.ts';

let planner: Planner;
beforeAll(() => {
  planner = createPlanner(trays, { isFixed: false });
});
afterAll(async () => planner.close());

/** What the plan asks of whom, in order. */
const asked = (plan: QueryPlan | undefined): string[] => {
  const fetches: FetchNode[] = [];
  const visit = (node: PlanNode | undefined): void => {
    if (node?.kind === 'Fetch') fetches.push(node);
    if (node?.kind === 'Flatten') visit(node.node);
    if (node?.kind === 'Sequence' || node?.kind === 'Parallel') node.nodes.forEach(visit);
    if (node?.kind === 'Condition') [node.ifClause, node.elseClause].forEach(visit);
  };
  visit(plan?.node as PlanNode | undefined);
  return fetches.map(({ serviceName, operation }) => `${serviceName}: ${operation}`);
};

/** The type of the root may be asked for; where that is conditional, so it is here. */
const CONDITIONAL_TYPE = /\(\$a:Boolean!\)|\.\.\.@skip\(if:\$a\)\{__typename\}/g;

describe('introspection', () => {
  it.each([
    ['in a conditional fragment', 'tray { label } ... @include(if: $a) { __type(name: $n) { name } }'],
    ['beside its own type', 'tray { label } ... @skip(if: $a) { __typename __schema { queryType { name } } }'],
    ['under an alias', 'tray { label } ... @include(if: $a) { s: __schema { queryType { name } } }'],
    ['in a named fragment', 'tray { label } ...F @include(if: $a)'],
    ['nested in fragments', 'tray { label } ... @include(if: $a) { ... on Query { ...F @skip(if: $a) } }'],
    ['and nothing else in one of two fragments', '... @include(if: $a) { ...F } ... { tray { label } }'],
  ])('is left out: %s', async (_name, selections) => {
    const isSpread = selections.includes('...F');
    const document = parse(
      `query Q($a: Boolean!, $n: String!) { ${selections} }
       ${isSpread ? 'fragment F on Query { __type(name: $n) { name } }' : ''}`,
    );
    const fetched = asked(await planner.plan(document, 'Q')).map((text) => text.replace(CONDITIONAL_TYPE, ''));
    expect(fetched).toEqual(['store: query Q__store__0{tray{label}}']);
  });

  it.each([
    '{ __schema { queryType { name } } }',
    '{ __typename s: __schema { queryType { name } } }',
    'query Q($a: Boolean!) { ... @include(if: $a) { __typename ...F } ...F } fragment F on Query { __type(name: "A") { name } __typename }',
    'query Q($a: Boolean!) { ...F } fragment F on Query { ... @skip(if: $a) { ... { __schema { queryType { name } } } } }',
  ])('and nothing else leaves nothing to fetch: %s', async (text) => {
    expect(await planner.plan(parse(text), null)).toBeUndefined();
  });

  it('of a query inside of a query is left out as well, and the object asked for', async () => {
    expect(asked(await planner.plan(parse('{ store { __schema { queryType { name } } } }'), null))).toEqual([
      'store: {store{__typename}}',
    ]);
    expect(asked(await planner.plan(parse('{ store { tray { label } __type(name: "A") { name } } }'), null))).toEqual([
      'store: {store{tray{label}}}',
    ]);
  });
});

describe('a conditional field that requires others', () => {
  const document = parse('query Q($a: Boolean!) { tray { grams load @include(if: $a) } }');

  it('lets the fetch of what stands beside it depend on them, as long as its condition is there', async () => {
    const plan = JSON.stringify(await planner.plan(document, 'Q'));
    // The representation asks for what is only there when the condition holds: without it, no grams.
    expect(plan).toContain('...on Tray@include(if:$a){material}');
    expect(plan.match(/"name":"material"/g)).toHaveLength(1);
    expect(plan.match(/_entities/g)).toHaveLength(1);
  });

  it.each([
    [true, ['store: query Q__store__0{tray{__typename id material}}', 'grams load']],
    [false, ['store: query Q__store__0{tray{__typename id}}', 'grams']],
  ])('is planned as if it stood there or not, once specialized for %s', async (a, [first, entity]) => {
    const [store, scale, ...others] = asked(await planner.plan(specialize(document, 'Q', { a }, 'hidden'), 'Q'));
    expect(others).toEqual([]);
    expect(store).toBe(first);
    expect(scale).toContain(`...on Tray{${entity}}`);
  });
});
