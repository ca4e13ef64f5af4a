import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { operationFromDocument } from '@apollo/federation-internals';
import { type QueryPlan, QueryPlanner } from '@apollo/query-planner';
import { type DocumentNode, type GraphQLSchema, parse, print, validate } from 'graphql';
import { compose } from '../../../gateway/supergraph/compose.ts';
import { createPlanner, type Planner } from '../../../gateway/planning/planner.ts';
import { queryPlannerOf } from '../../../gateway/planning/query-planner.ts';
import { readSupergraph } from '../../../policies/access/read-supergraph.ts';
import { withoutIntrospection } from '../../../gateway/planning/without-introspection.ts';
import { codeOf } from '../../../platform/errors.ts';
import { ROOT } from '../../../platform/root.ts';
import { EXAMPLES } from '../../../sandbox/examples.ts';
import { createChoices, hashOf } from '../executor/choices.ts';
import { randomOperation } from '../executor/random-operation.ts';
import { linked, WORLDS } from '../executor/worlds.ts';
import { chained, ENDLESS, shared, trays } from './graphs.ts';

const planners: Planner[] = [];
const plannerOf = (...given: Parameters<typeof createPlanner>): Planner => {
  const planner = createPlanner(...given);
  planners.push(planner);
  return planner;
};
afterEach(async () => {
  await Promise.all(planners.splice(0).map((planner) => planner.close()));
});

const code = async (planned: Promise<unknown>): Promise<string> =>
  planned.then(
    () => 'planned',
    (error: unknown) => codeOf(error),
  );

const times = (count: number, make: (n: number) => string): string =>
  Array.from({ length: count }, (_, n) => make(n)).join(' ');

const fetches = (plan: QueryPlan | undefined): string[] =>
  [...JSON.stringify(plan ?? null).matchAll(/"serviceName":"(\w+)"/g)].map(([, name = '']) => name);

/** What plans here, in this thread. */
const here = (supergraphSdl: string): { readonly schema: GraphQLSchema; plan: (text: string) => QueryPlan } => {
  const supergraph = readSupergraph(supergraphSdl);
  const planner = queryPlannerOf(supergraph);
  const apiSchema = supergraph.apiSchema();
  return {
    schema: apiSchema.toGraphQLJSSchema(),
    plan: (text) => planner.buildQueryPlan(operationFromDocument(apiSchema, parse(text))),
  };
};

/** Random operations declare variables they may not use. */
const isValid = (schema: GraphQLSchema, document: DocumentNode): boolean =>
  validate(schema, document).every(({ message }) => / is never used/.test(message));

describe('a plan from the thread', () => {
  const compare = async (supergraphSdl: string, texts: (schema: GraphQLSchema) => readonly string[]) => {
    const planner = plannerOf(supergraphSdl);
    const { schema, plan } = here(supergraphSdl);
    let compared = 0;
    for (const text of texts(schema)) {
      const document = parse(text);
      const left = isValid(schema, document) ? withoutIntrospection(document, null) : undefined;
      if (left === undefined) continue;
      expect(await planner.plan(document, null)).toEqual(plan(print(left)));
      compared++;
    }
    return compared;
  };

  it('is the plan Apollo makes, for the examples of our own graph', async () => {
    const own = await readFile(join(ROOT, 'gateway', 'supergraph', 'supergraph.graphql'), 'utf8');
    expect(await compare(own, () => EXAMPLES.map(({ query }) => query))).toBe(EXAMPLES.length);
  });

  it.each(Object.entries(WORLDS))(
    'is the plan Apollo makes: nothing is lost on the way, with %s',
    async (name, sdls) => {
      const sources = Object.entries(linked(sdls)).map(([subgraph, sdl]) => ({ name: subgraph, url: 'http://x', sdl }));
      const compared = await compare(compose(sources).supergraphSdl, (schema) =>
        Array.from({ length: 60 }, (_, number) => {
          const tape = Array.from({ length: 200 }, (_unused, at) => hashOf(`${name} ${number} ${at}`) % 1000);
          return randomOperation(schema, createChoices(tape), 14).text;
        }),
      );
      expect(compared).toBeGreaterThan(10);
    },
  );

  it('is for the operation that was named', async () => {
    const planner = plannerOf(trays);
    const document = parse('query A { tray { label } } query B { tray { grams } }');
    expect(fetches(await planner.plan(document, 'A'))).toEqual(['store']);
    expect(fetches(await planner.plan(document, 'B'))).toEqual(['store', 'scale']);
  });

  it('is none where nothing has to be fetched', async () => {
    expect(await plannerOf(trays).plan(parse('{ __typename }'), null)).toBeUndefined();
  });
});

describe('a document that takes too long to plan', () => {
  const quick = parse('{ e0 { f0 f1 } }');

  it('is refused, and those that wait are planned', async () => {
    const planner = plannerOf(chained, { limit: 2000 });
    const [slow, after, other] = [
      planner.plan(parse(ENDLESS), null),
      planner.plan(quick, null),
      planner.plan(quick, null),
    ];
    expect(await code(slow)).toBe('OPERATION_TOO_LARGE');
    expect(fetches(await after)).toEqual(['s0', 's1']);
    expect(await other).toEqual(await after);
  });

  it('says so with a status for the whole request', async () => {
    const refused = plannerOf(chained, { limit: 50 }).plan(parse(ENDLESS), null);
    await expect(refused).rejects.toMatchObject({ extensions: { retryable: false, http: { status: 400 } } });
  });

  it('is not tried again when it comes again', async () => {
    const planner = plannerOf(chained, { limit: 500, queue: 1 });
    expect(await code(planner.plan(parse(ENDLESS), null))).toBe('OPERATION_TOO_LARGE');
    // Asked, all but two of them would not find room to wait.
    const again = await Promise.all(Array.from({ length: 10 }, () => code(planner.plan(parse(ENDLESS), null))));
    expect(new Set(again)).toEqual(new Set(['OPERATION_TOO_LARGE']));
  });

  it('is refused for its memory too, and the thread replaced', async () => {
    const planner = plannerOf(shared, { limit: 60_000, memory: 64 });
    expect(await code(planner.plan(parse('{ i { i { i { i { id } } } } }'), null))).toBe('OPERATION_TOO_LARGE');
    expect(fetches(await planner.plan(parse('{ e { id } }'), null))).toHaveLength(1);
  });
});

describe('a document the planner itself refuses', () => {
  it.each([
    ['has too many ways', `{ ${'i { '.repeat(20)} id ${'} '.repeat(20)} }`],
    ['has too many selections in several subgraphs', `{ e { ${times(12_000, (n) => `n${n}: n { own${n % 5}_0 }`)} } }`],
    [
      'stands for too many selections',
      `{ e { ...F0 } } ${times(9, (n) => `fragment F${n} on E0 { ${times(10, (k) => `k${k}: n { ...F${n + 1} }`)} }`)}
       fragment F9 on E0 { id }`,
    ],
  ])('is too large, and the thread goes on: it %s', async (_name, text) => {
    const planner = plannerOf(shared, { limit: 60_000 });
    expect(await code(planner.plan(parse(text), null))).toBe('OPERATION_TOO_LARGE');
    expect(fetches(await planner.plan(parse('{ e { own1_0 } }'), null))).toEqual(['s1']);
  });
});

describe('a planner with much to do', () => {
  it('lets a bounded number wait', async () => {
    const planner = plannerOf(trays, { queue: 2 });
    const document = parse('{ tray { grams } }');
    // The thread is not there yet, so all of them wait.
    const codes = await Promise.all(Array.from({ length: 4 }, () => code(planner.plan(document, null))));
    expect(codes).toEqual(['planned', 'planned', 'GATEWAY_TIMEOUT', 'GATEWAY_TIMEOUT']);
  });
});

describe('a planner with callers that send slow documents', () => {
  const slow = (n: number) => parse(`{ e0 { f0 a${n}: ${ENDLESS.slice('{ e0 { '.length)}`);
  const planFor = (planner: Planner, caller: string, document: DocumentNode) =>
    planner.plan(document, null, undefined, caller);

  it('has room for the documents of others, and plans them first', async () => {
    const planner = plannerOf(chained, { limit: 300, queue: 2 });
    const done: string[] = [];
    const ask = async (caller: string, document: DocumentNode) => {
      const outcome = await code(planFor(planner, caller, document));
      done.push(`${caller} ${outcome}`);
    };
    await planFor(planner, 'c', parse('{ e0 { f0 } }'));
    // One is planned and two wait.
    const slowOnes = [1, 2, 3, 4].map((n) => ask('a', slow(n)));
    const quick = ask('b', parse('{ e0 { f0 f1 } }'));
    await Promise.all([...slowOnes, quick]);
    expect(done.toSorted()).toEqual([
      'a GATEWAY_TIMEOUT',
      'a GATEWAY_TIMEOUT',
      'a OPERATION_TOO_LARGE',
      'a OPERATION_TOO_LARGE',
      'b planned',
    ]);
    expect(done.slice(2, 4)).toEqual(['a OPERATION_TOO_LARGE', 'b planned']);
  });

  it('refuses what was given up for everybody', async () => {
    const planner = plannerOf(chained, { limit: 300 });
    expect(await code(planFor(planner, 'a', slow(1)))).toBe('OPERATION_TOO_LARGE');
    // Planned, it would be in a thread that does not have the time any more.
    const started = performance.now();
    expect(await code(planFor(planner, 'b', slow(1)))).toBe('OPERATION_TOO_LARGE');
    expect(performance.now() - started).toBeLessThan(250);
  });
});

describe('a planner that is closed', () => {
  it('ends what it works on, what waits and what comes', async () => {
    const planner = plannerOf(chained);
    await planner.plan(parse('{ e0 { f0 } }'), null);
    const open = [planner.plan(parse(ENDLESS), null), planner.plan(parse('{ e0 { f1 } }'), null)].map(code);
    await new Promise((resolve) => setImmediate(resolve));
    await planner.close();
    expect(await Promise.all(open)).toEqual(['SHUTTING_DOWN', 'SHUTTING_DOWN']);
    expect(await code(planner.plan(parse('{ e0 { f1 } }'), null))).toBe('SHUTTING_DOWN');
    planner.start();
    await planner.close();
  });

  it('may be closed before it ran, and while it starts', async () => {
    await plannerOf(trays).close();
    const planner = plannerOf(trays);
    planner.start();
    await planner.close();
  });
});

describe('the name of a facility, which four subgraphs have', () => {
  const NAMES = `{
    purchaseOrders { nodes { facility { name } bills { nodes { facility { name } } } } }
    appointments { nodes { facility { name } room { facility { name } } claim { facility { name } } } }
    employees { nodes { facility { name } manager { facility { name } } } }
  }`;

  it('may be asked for in many places: few of the ways are weighed, and the plan is as good as the best', async () => {
    const sdl = await readFile(join(ROOT, 'gateway', 'supergraph', 'supergraph.graphql'), 'utf8');
    const supergraph = readSupergraph(sdl, { isKnownValid: true });
    const operation = operationFromDocument(supergraph.apiSchema(), parse(NAMES));
    const [bounded, unbounded] = [queryPlannerOf(supergraph), new QueryPlanner(supergraph)];
    const [plan, best] = [bounded.buildQueryPlan(operation), unbounded.buildQueryPlan(operation)];
    expect(bounded.lastGeneratedPlanStatistics()?.evaluatedPlanCount).toBeLessThanOrEqual(200);
    expect(unbounded.lastGeneratedPlanStatistics()?.evaluatedPlanCount).toBeGreaterThan(1000);
    expect(fetches(plan)).toHaveLength(fetches(best).length);
  });
});
