import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { QueryPlan } from '@apollo/query-planner';
import { describe, expect, it } from '@jest/globals';
import { Kind, parse } from 'graphql';
import { Cancellation } from '../../gateway/executor/cancellation.ts';
import { executeSpliced } from '../../gateway/executor/spliced/execute.ts';
import { inProcessTransport } from '../../gateway/executor/transports/in-process.ts';
import type { Exchange } from '../../gateway/exchange.ts';
import { graphEndpoint } from '../../gateway/http/graph-endpoint.ts';
import { admitKnown } from '../../gateway/operations/admit-known.ts';
import { type KnownOperation, operationOf, type PermittedOperation } from '../../gateway/operations/known-document.ts';
import { createOperationCache, type OperationCache } from '../../gateway/operations/operation-cache.ts';
import { permit } from '../../gateway/operations/permit.ts';
import { knownPlan, planOnce } from '../../gateway/operations/plan-once.ts';
import { closeServing, createServing } from '../../gateway/serving.ts';
import { plan as planStep } from '../../gateway/steps/plan.ts';
import { compose } from '../../gateway/supergraph/compose.ts';
import { createGeneration, type Generation } from '../../gateway/supergraph/generation.ts';
import { loadConfig } from '../../platform/config.ts';
import { silentLog } from '../../platform/log.ts';
import { createMaskKeys } from '../../policies/mask-keys.ts';
import { type SubgraphDefinition, subgraphInProcess } from '../fakes/subgraph.ts';
import { LINK } from './start-graph.ts';
import { holding } from '../harness/identity.ts';

const LETTERS = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];

/** Seven fields, each for one scope, and one for everybody. */
const letters: SubgraphDefinition = {
  sdl: `${LINK}
    type Query { open(n: Int): Int ${LETTERS.map((name) => `${name}: Int @requiresScopes(scopes: [["${name}"]])`).join(' ')} }
    type Mutation { count: Int }
    type Subscription { ticks: Int }
  `,
  resolvers: { Query: { open: (_: never, { n }: { n?: number }) => n ?? 0 }, Mutation: { count: () => 1 } },
};

const SUPERGRAPH = compose([{ name: 'letters', url: 'http://letters.invalid', sdl: letters.sdl }]).supergraphSdl;

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

const addTo = (operations: OperationCache, text: string) => operations.add(text, hashOf(text), parse(text));

/** A planner that counts, and answers when it is told to. */
const countingPlanner = () => {
  const asked: Asked[] = [];
  return {
    asked,
    planner: {
      start: () => undefined,
      plan: (_document: unknown, name: string | null, _overrides?: unknown, caller?: string) =>
        new Promise<QueryPlan>((resolve, reject) => {
          asked.push({ name, caller, done: (plan) => (plan instanceof Error ? reject(plan) : resolve(plan)) });
        }),
      close: () => Promise.resolve(),
    },
  };
};

interface Asked {
  readonly name: string | null;
  readonly caller: string | undefined;
  readonly done: (plan: QueryPlan | Error) => void;
}

const PLAN: QueryPlan = { kind: 'QueryPlan' };
const NO_OVERRIDES: ReadonlyMap<string, boolean> = new Map();

/** An operation of a document that is known to the generation. */
const known = (generation: Generation, text: string, name?: string): KnownOperation => {
  const operation = operationOf(addTo(generation.operations, text), name);
  if (operation === undefined) throw new Error('the document has no such operation');
  return operation;
};

const scoped = (...scopes: readonly string[]) => holding(scopes);

describe('the operation cache', () => {
  const text = (number: number) => `{ open(n: ${number}) }`.padEnd(20);
  const SIZE = 20 * 40;

  it('finds a document by its text and by its hash, and keeps the first of a text', () => {
    const operations = createOperationCache(10 * SIZE);
    const first = addTo(operations, text(1));
    expect(addTo(operations, text(1))).toBe(first);
    expect(operations.get(text(1))).toBe(first);
    expect(operations.getByHash(hashOf(text(1)))).toBe(first);
    expect([operations.get(text(2)), operations.getByHash(hashOf(text(2)))]).toEqual([undefined, undefined]);
    expect([first.hash, operations.size]).toEqual([hashOf(text(1)), SIZE]);
  });

  it('never takes more bytes than it may, and forgets first what was not used for longest', () => {
    const operations = createOperationCache(3 * SIZE);
    for (const number of [1, 2, 3]) addTo(operations, text(number));
    operations.get(text(1));
    addTo(operations, text(4));
    expect(operations.all().map((one) => one.text)).toEqual([text(4), text(1), text(3)]);
    expect([operations.get(text(2)), operations.getByHash(hashOf(text(2)))]).toEqual([undefined, undefined]);
    for (let number = 5; number < 50; number++) {
      addTo(operations, text(number));
      expect(operations.size).toBeLessThanOrEqual(3 * SIZE);
    }
    const hashed = Array.from({ length: 50 }, (_, number) => operations.getByHash(hashOf(text(number))));
    expect(hashed.filter((one) => one !== undefined)).toEqual(operations.all().toReversed());
  });

  it('counts what is made of a document, and forgets others for it', () => {
    const operations = createOperationCache(3 * SIZE);
    const [one] = [1, 2, 3].map((number) => addTo(operations, text(number)));
    if (one === undefined) throw new Error('three were added');
    operations.grow(one, SIZE);
    expect(operations.size).toBe(3 * SIZE);
    expect(operations.all().map((kept) => kept.text)).toEqual([text(1), text(3)]);
    expect(operations.get(text(1))).toBe(one);
    expect(operations.getByHash(one.hash)).toBe(one);
    expect(operations.getByHash(hashOf(text(2)))).toBeUndefined();
  });

  it('does not keep a document that grows beyond all bounds', () => {
    const operations = createOperationCache(3 * SIZE);
    const one = addTo(operations, text(1));
    operations.grow(one, 3 * SIZE);
    expect([operations.get(text(1)), operations.getByHash(one.hash), operations.size]).toEqual([
      undefined,
      undefined,
      0,
    ]);
    operations.grow(one, 1);
    expect(operations.size).toBe(0);
    expect(addTo(operations, text(1))).not.toBe(one);
  });

  it('does not keep a document that is too large from the beginning, and hands it out all the same', () => {
    const operations = createOperationCache(SIZE);
    const large = `{ open } #${'x'.repeat(100)}`;
    expect(addTo(operations, large).text).toBe(large);
    expect([operations.get(large), operations.getByHash(hashOf(large)), operations.size]).toEqual([
      undefined,
      undefined,
      0,
    ]);
  });

  it('does not count for a document what was made of one it replaces', () => {
    const operations = createOperationCache(2 * SIZE);
    const old = addTo(operations, text(1));
    addTo(operations, text(2));
    addTo(operations, text(3));
    const again = addTo(operations, text(1));
    expect(again).not.toBe(old);
    operations.grow(old, SIZE);
    expect(operations.size).toBe(2 * SIZE);
    expect(operations.getByHash(old.hash)).toBe(again);
  });
});

describe('an operation of a known document', () => {
  const document = addTo(createOperationCache(1e6), 'query A { open } query B { a } mutation constructor { count }');
  const lone = addTo(createOperationCache(1e6), '{ open }');

  it('is the one of that name, the same each time', () => {
    for (const name of ['A', 'B', 'constructor']) {
      expect(operationOf(document, name)?.operation.name?.value).toBe(name);
      expect(operationOf(document, name)).toBe(operationOf(document, name));
    }
    expect(operationOf(lone, undefined)).toBe(operationOf(lone, undefined));
  });

  it.each([undefined, '', 'C', 'toString', '__proto__', 'a'])('is none where none is meant: %s', (name) => {
    for (let time = 0; time < 2; time++) expect(operationOf(document, name)).toBeUndefined();
  });

  it.each(['', 'A', '__proto__'])('is none of another name, although there is but one: %s', (name) => {
    expect(operationOf(lone, undefined)).toBeDefined();
    for (let time = 0; time < 2; time++) expect(operationOf(lone, name)).toBeUndefined();
  });
});

describe('what a caller may run of an operation', () => {
  it('is shared by callers who meet the same requirements', () => {
    const generation = createGeneration(SUPERGRAPH);
    const operation = known(generation, '{ open a b }');
    const permitted = (...scopes: readonly string[]) => permit(generation, operation, {}, scoped(...scopes));
    expect(permitted('a')).toBe(permitted('a', 'g', 'unrelated'));
    expect(permitted('a')).not.toBe(permitted('b'));
    expect(permitted()).not.toBe(permitted('a', 'b'));
    expect(permitted('a', 'b').prepared.denied).toBeUndefined();
    expect(permitted('a').prepared.deniedPaths.map(({ path }) => path)).toEqual([['b']]);
  });

  it('is shared by requests whose conditions are decided alike', () => {
    const generation = createGeneration(SUPERGRAPH);
    const operation = known(
      generation,
      'query($x: Boolean!, $y: Boolean! = false, $n: Int) { open(n: $n) @include(if: $x) a @skip(if: $y) b @include(if: $x) }',
    );
    const permitted = (variables: object) => permit(generation, operation, { ...variables }, scoped('a', 'b'));
    expect(operation.conditionVariables.toSorted()).toEqual(['x', 'y']);
    expect(permitted({ x: true, y: false, n: 1 })).toBe(permitted({ n: 2, y: false, x: true }));
    const all = [true, false].flatMap((x) => [true, false].map((y) => permitted({ x, y })));
    expect(new Set(all).size).toBe(4);
    const textOf = ({ prepared }: (typeof all)[number]) =>
      prepared.document?.definitions.flatMap((one) =>
        one.kind === Kind.OPERATION_DEFINITION
          ? one.selectionSet.selections.map((field) => (field.kind === Kind.FIELD ? field.name.value : ''))
          : [],
      );
    expect(all.map(textOf)).toEqual([['open', 'b'], ['open', 'a', 'b'], expect.anything(), ['a']]);
  });

  it('is made again when it comes again, and never kept for more than some conditions', () => {
    const generation = createGeneration(SUPERGRAPH);
    const variables = LETTERS.map((name) => `$${name}: Boolean!`).join(' ');
    const fields = LETTERS.map((name) => `${name}: open @include(if: $${name})`).join(' ');
    const operation = known(generation, `query(${variables}) { open ${fields} }`);
    const chosen = (number: number) =>
      Object.fromEntries(LETTERS.map((name, bit) => [name, ((number >> bit) & 1) === 1]));
    const first = permit(generation, operation, chosen(0), scoped());
    for (let number = 0; number < 128; number++) {
      permit(generation, operation, chosen(number), scoped());
      expect(operation.variations.size).toBeLessThanOrEqual(64);
    }
    expect(operation.variations.size).toBe(64);
    const again = permit(generation, operation, chosen(0), scoped());
    expect(again).not.toBe(first);
    expect(again.prepared.document).toEqual(first.prepared.document);
    expect(permit(generation, operation, chosen(0), scoped())).toBe(again);
  });

  it('is never kept for more than some callers', () => {
    const generation = createGeneration(SUPERGRAPH);
    const operation = known(generation, `{ open ${LETTERS.join(' ')} }`);
    const holder = (number: number) => scoped(...LETTERS.filter((_name, bit) => ((number >> bit) & 1) === 1));
    for (let number = 0; number < 128; number++) permit(generation, operation, {}, holder(number));
    const [variation] = operation.variations.values();
    expect([operation.variations.size, variation?.permitted.size]).toEqual([1, 64]);
    const denied = permit(generation, operation, {}, holder(3)).prepared.deniedPaths;
    expect(denied.map(({ path }) => path[0])).toEqual(['c', 'd', 'e', 'f', 'g']);
  });

  it('counts against the bytes of the cache', () => {
    const generation = createGeneration(SUPERGRAPH);
    const operation = known(generation, '{ open a }');
    const before = generation.operations.size;
    permit(generation, operation, {}, scoped());
    const after = generation.operations.size;
    expect(after).toBeGreaterThan(before);
    permit(generation, operation, {}, scoped());
    expect(generation.operations.size).toBe(after);
  });
});

describe('the plan of an operation', () => {
  const prepare = (text = '{ open a }') => {
    const { asked, planner } = countingPlanner();
    const generation: Generation = { ...createGeneration(SUPERGRAPH), planner };
    const operation = known(generation, text);
    const permitted = permit(generation, operation, {}, scoped('a'));
    const make = (overrides = NO_OVERRIDES) => planOnce(generation, operation, permitted, overrides);
    return { asked, generation, operation, permitted, make };
  };

  it('is made once, however many wait for it', async () => {
    const { asked, generation, permitted, make } = prepare();
    const waiting = Array.from({ length: 20 }, () => make());
    expect([asked.length, knownPlan(permitted, NO_OVERRIDES)]).toEqual([1, undefined]);
    const before = generation.operations.size;
    asked[0]?.done(PLAN);
    const planned = await Promise.all(waiting);
    expect(new Set(planned).size).toBe(1);
    expect(planned[0]?.plan).toBe(PLAN);
    expect(knownPlan(permitted, NO_OVERRIDES)).toBe(planned[0]);
    // Counted once as well: as much as for one who waits.
    const alone = prepare();
    const making = alone.make();
    const beforeAlone = alone.generation.operations.size;
    alone.asked[0]?.done(PLAN);
    await making;
    expect(alone.generation.operations.size).toBeGreaterThan(beforeAlone);
    expect(generation.operations.size - before).toBe(alone.generation.operations.size - beforeAlone);
    expect(asked).toHaveLength(1);
  });

  it('is not kept when there is none, and made again for who comes next', async () => {
    const { asked, permitted, make } = prepare();
    const waiting = Array.from({ length: 20 }, () => make());
    asked[0]?.done(new Error('no plan'));
    for (const outcome of await Promise.allSettled(waiting)) expect(outcome.status).toBe('rejected');
    expect([asked.length, permitted.planned.size]).toEqual([1, 0]);
    const again = make();
    expect(asked).toHaveLength(2);
    asked[1]?.done(PLAN);
    await expect(again).resolves.toEqual({ plan: PLAN });
  });

  it('is another for other overrides', async () => {
    const { asked, permitted, make } = prepare();
    const [moved, stays] = [new Map([['x', true]]), new Map([['x', false]])];
    const waiting = [make(moved), make(stays), make(moved)];
    expect(asked).toHaveLength(2);
    const other: QueryPlan = { ...PLAN };
    asked[0]?.done(PLAN);
    asked[1]?.done(other);
    expect((await Promise.all(waiting)).map(({ plan }) => plan === PLAN)).toEqual([true, false, true]);
    expect([knownPlan(permitted, stays)?.plan === other, permitted.planned.size]).toEqual([true, 2]);
  });

  it('is not asked for where nothing is left to fetch', async () => {
    const { asked, generation, operation } = prepare('{ a b }');
    const nothing = permit(generation, operation, {}, scoped());
    await expect(planOnce(generation, operation, nothing, NO_OVERRIDES)).resolves.toEqual({ plan: undefined });
    expect(asked).toEqual([]);
    expect(knownPlan(nothing, NO_OVERRIDES)).toEqual({ plan: undefined });
  });

  const exchangeOf = (
    generation: Generation,
    operation: KnownOperation,
    permitted: PermittedOperation,
    cancellation = new Cancellation(),
    client = 'ward-app',
  ): Exchange => {
    const surroundings = { overrides: NO_OVERRIDES };
    const identity = { client };
    const common = { serving: { generation }, operation: { known: operation }, permitted, cancellation };
    return { ...common, surroundings, identity } as unknown as Exchange;
  };

  it('takes the time of the application that asks for it first', async () => {
    const { asked, generation, operation, permitted } = prepare();
    const ask = (client: string) =>
      planStep(exchangeOf(generation, operation, permitted, undefined, client), () => Promise.resolve());
    const waiting = [ask('ward-app'), ask('billing-app')];
    asked[0]?.done(PLAN);
    await Promise.all(waiting);
    expect(asked.map(({ caller }) => caller)).toEqual(['ward-app']);
  });

  it('is still made for others when one does not wait for it any longer', async () => {
    const { asked, generation, operation, permitted, make } = prepare();
    const cancellation = new Cancellation();
    const cut = planStep(exchangeOf(generation, operation, permitted, cancellation), () => Promise.resolve());
    const patient = make();
    cancellation.cancel();
    await expect(cut).rejects.toMatchObject({ extensions: { code: 'GATEWAY_TIMEOUT' } });
    asked[0]?.done(PLAN);
    await expect(patient).resolves.toEqual({ plan: PLAN });
    expect(asked).toHaveLength(1);
  });

  it('that cannot be made fails nobody who does not wait for it', async () => {
    const { asked, generation, operation, permitted } = prepare();
    const cancellation = new Cancellation();
    cancellation.cancel();
    const cut = planStep(exchangeOf(generation, operation, permitted, cancellation), () => Promise.resolve());
    await expect(cut).rejects.toMatchObject({ extensions: { code: 'GATEWAY_TIMEOUT' } });
    // A rejection nobody handles would fail this test, and end a process.
    asked[0]?.done(new Error('no plan'));
    await new Promise(setImmediate);
    expect(permitted.planned.size).toBe(0);
  });
});

describe('documents that come by', () => {
  /** A gateway whose generation can be looked at. */
  const serve = async (planner?: Generation['planner']) => {
    const subgraph = subgraphInProcess('letters', letters);
    const made = createGeneration(SUPERGRAPH, { open: true });
    const generation: Generation = planner === undefined ? made : { ...made, planner };
    const serving = await createServing(generation, [inProcessTransport(subgraph)], silentLog());
    const surroundings = {
      config: loadConfig({}),
      log: silentLog(),
      authenticator: undefined,
      executePlan: executeSpliced,
      maskKeys: createMaskKeys(),
      overrides: NO_OVERRIDES,
    };
    const endpoint = graphEndpoint(surroundings, () => serving);
    const server = createServer((request, response) => void endpoint.answer(request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const post = async (body: object, headers: Readonly<Record<string, string>> = {}) => {
      const init = { method: 'POST', headers: { 'content-type': 'application/json', ...headers } };
      const response = await fetch(url, { ...init, body: JSON.stringify(body) });
      return { status: response.status, body: (await response.json()) as { readonly data?: unknown } };
    };
    return {
      generation,
      post,
      /** Whether this would be admitted without a closer look. */
      isAdmitted: (body: object) => {
        // `fetch` sends this.
        const exchange = { request: { headers: { accept: '*/*' } }, body, serving };
        return admitKnown(exchange as unknown as Exchange) !== undefined;
      },
      [Symbol.asyncDispose]: async () => {
        server.closeAllConnections();
        server.close();
        await once(server, 'close');
        await closeServing(serving);
        if (planner !== undefined) await made.planner.close();
      },
    };
  };

  it('twenty at once for the first time are planned once', async () => {
    const { asked, planner } = countingPlanner();
    await using gateway = await serve(planner);
    const all = Array.from({ length: 20 }, (_, n) =>
      gateway.post({ query: 'query($n: Int) { open(n: $n) }', variables: { n } }),
    );
    while (asked.length === 0) await new Promise(setImmediate);
    // Some come before the plan is there, and some perhaps after it.
    asked[0]?.done(PLAN);
    for (const { status } of await Promise.all(all)) expect(status).toBe(200);
    expect(asked).toHaveLength(1);
    expect(gateway.generation.operations.all()).toHaveLength(1);
  });

  const REFUSED: Readonly<Record<string, object>> = {
    'no GraphQL': { query: '{ open' },
    'not valid': { query: '{ shut }' },
    'not valid in an operation that was not meant': { query: 'query A { open } query B { shut }', operationName: 'A' },
    'a variable nobody uses': { query: 'query($n: Int) { open }' },
    'too large': {
      query: `{ ...f0 } ${Array.from({ length: 20 }, (_, n) => `fragment f${n} on Query { ${n < 19 ? `...f${n + 1} ...f${n + 1}` : 'open'} }`).join(' ')}`,
    },
    'too many tokens': { query: `{ ${'open '.repeat(20_000)} }` },
    'a subscription': { query: 'subscription { ticks }' },
    'no name where there are several': { query: 'query A { open } query B { open }' },
    'variables that do not fit': { query: 'query($n: Int) { open(n: $n) }', variables: { n: 'x' } },
    'by a hash': {
      query: '{ open }',
      extensions: { persistedQuery: { version: 1, sha256Hash: hashOf('{ open }') } },
    },
  };

  it.each(Object.entries(REFUSED))('are not known when they were refused: %s', async (_name, body) => {
    await using gateway = await serve();
    // So that the type that is accepted is known.
    await gateway.post({ query: '{ __typename }' });
    for (let time = 0; time < 3; time++) {
      const { body: answer } = await gateway.post(body);
      expect(answer.data).toBeUndefined();
      expect(gateway.isAdmitted(body)).toBe(false);
    }
    const { query } = body as { query: string };
    expect(gateway.generation.operations.get(query)).toBeUndefined();
    expect(gateway.generation.operations.getByHash(hashOf(query))).toBeUndefined();
  });

  it('are known when they have run, and then only for what they are valid for', async () => {
    await using gateway = await serve();
    const query = 'query A($n: Int) { open(n: $n) } subscription B { ticks } mutation C { count }';
    expect(gateway.isAdmitted({ query, operationName: 'A' })).toBe(false);
    expect(await gateway.post({ query, operationName: 'A' })).toMatchObject({ status: 200 });
    const admitted = (more: object) => gateway.isAdmitted({ query, ...more });
    expect(admitted({ operationName: 'A' })).toBe(true);
    expect(admitted({ operationName: 'A', variables: { n: 3, stranger: 1 } })).toBe(true);
    expect(admitted({ operationName: 'C', variables: null, extensions: null })).toBe(true);
    for (const more of [
      {},
      { operationName: '' },
      { operationName: 'B' },
      { operationName: 'D' },
      { operationName: 1 },
      { operationName: 'A', variables: { n: 'x' } },
      { operationName: 'A', variables: [] },
      { operationName: 'A', variables: '{}' },
      { operationName: 'A', extensions: {} },
      { operationName: 'A', query: `${query} ` },
      { operationName: 'A', query: [query] },
      { operationName: 'A', query: new String(query) },
    ])
      expect({ more, isAdmitted: admitted(more) }).toEqual({ more, isAdmitted: false });
  });

  it('are no longer known when they have been forgotten', async () => {
    await using gateway = await serve();
    const body = { query: '{ open }' };
    await gateway.post(body);
    expect(gateway.isAdmitted(body)).toBe(true);
    const kept = gateway.generation.operations.get(body.query);
    if (kept === undefined) throw new Error('it is known');
    gateway.generation.operations.grow(kept, 1e9);
    expect(gateway.isAdmitted(body)).toBe(false);
    expect(await gateway.post(body)).toEqual({ status: 200, body: { data: { open: 0 } } });
    expect(gateway.isAdmitted(body)).toBe(true);
  });
});
