import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openEnvelope } from '../../platform/envelope.ts';
import { toClients } from '../../policies/clients.ts';
import { stock } from './hospital.ts';
import { codes, LINK, paths, SECRET, startGraph, type TestGraph } from './start-graph.ts';
import { envelopeKey, ENVELOPE_HEADER } from '../../platform/envelope.ts';

const client = (id: string, onDenied: object, audience = 'internal') => ({
  id,
  name: id,
  owner: 'tests',
  audience,
  purposes: ['operations'],
  scopes: '*',
  facilities: '*',
  ...(audience === 'supplier' ? { party: 'U3VwcGxpZXI6MQ' } : {}),
  onDenied,
});

const clients = toClients({
  clients: [
    client('filters', {}),
    client('rejects', { default: 'reject', operations: { Lenient: 'filter' } }),
    client('tries', { default: 'dryRun', until: '2999-01-01' }),
    client('tried', { default: 'dryRun', until: '2020-01-01' }),
    client('outside', {}, 'supplier'),
    client('strict-outside', { default: 'reject' }, 'supplier'),
  ],
});

let graph: TestGraph;
beforeAll(async () => {
  graph = await startGraph({ remote: { stock }, options: { clients } });
});
afterAll(async () => {
  await graph[Symbol.asyncDispose]();
});

const QUERY = '{ item(id: "i1") { id cost } supplier { rating name } }';
const requests = () => graph.remote('stock').requests;
const forget = () => {
  requests().length = 0;
};

describe('reject', () => {
  it('answers 403 with every denied path and no data, and asks nobody', async () => {
    for (const text of [QUERY, QUERY, `${QUERY} # by another way`]) {
      forget();
      const answer = await graph.ask(text, { client: 'rejects' });
      expect(answer.status).toBe(403);
      expect(answer.body).not.toHaveProperty('data');
      expect(paths(answer)).toEqual(['item.cost', 'supplier.rating']);
      expect(codes(answer)).toEqual(['UNAUTHORIZED_FIELD_OR_TYPE', 'UNAUTHORIZED_FIELD_OR_TYPE']);
      expect(requests()).toEqual([]);
    }
  });

  it('says which scopes would do, to who may know', async () => {
    const { headers } = await graph.ask(QUERY, { client: 'rejects' });
    expect(headers.get('www-authenticate')).toMatch(
      /^Bearer .*error="insufficient_scope", scope="audit supplier:rate"/,
    );
  });

  it('lets run what is allowed as a whole, and what a condition leaves out', async () => {
    const allowed = await graph.ask(QUERY, { client: 'rejects', scopes: ['audit', 'supplier:rate'] });
    expect([allowed.status, allowed.body.errors]).toEqual([200, undefined]);
    const query = 'query($all: Boolean!) { item(id: "i1") { id cost @include(if: $all) } }';
    for (const [all, status] of [
      [false, 200],
      [true, 403],
      [false, 200],
    ] as const)
      expect((await graph.ask(query, { client: 'rejects', variables: { all } })).status).toBe(status);
  });

  it('can be otherwise for an operation of some name', async () => {
    const answer = await graph.ask(`query Lenient ${QUERY}`, { client: 'rejects' });
    expect([answer.status, answer.body.data.item]).toEqual([200, { id: 'i1', cost: null }]);
  });
});

describe('dryRun', () => {
  it('runs all of it, and lists what would be denied', async () => {
    const answer = await graph.ask(QUERY, { client: 'tries' });
    expect(answer.body.data).toEqual({
      item: { id: 'i1', cost: 4 },
      supplier: { rating: 'A', name: 'Plainly Invented Ltd' },
    });
    expect(answer.body.errors).toBeUndefined();
    expect(answer.body.extensions).toEqual({
      authorization: {
        mode: 'dryRun',
        denied: [
          {
            path: ['item', 'cost'],
            code: 'UNAUTHORIZED_FIELD_OR_TYPE',
            decisionId: expect.any(String),
            needs: [{ kind: 'scopes', oneOf: [['stock:read', 'finance:read'], ['audit']] }],
          },
          expect.objectContaining({ path: ['supplier', 'rating'] }),
        ],
      },
    });
  });

  it('is told to subgraphs by a signed claim, and by nothing else', async () => {
    const isDryRun = async (asking: Parameters<TestGraph['ask']>[1]) => {
      forget();
      await graph.ask('{ supplier { name rating } }', asking);
      const [seen] = requests();
      const jws = seen?.headers[ENVELOPE_HEADER];
      return openEnvelope(jws, 'stock', envelopeKey(SECRET, 'stock'), seen?.text ?? '').isDryRun;
    };
    expect(await isDryRun({ client: 'tries' })).toBe(true);
    expect(await isDryRun({ client: 'tries', scopes: ['supplier:rate'] })).toBeUndefined();
    expect(await isDryRun({ client: 'filters' })).toBeUndefined();
    expect(await isDryRun({ client: 'tried' })).toBeUndefined();
  });

  it('does not share what is under way with those who may not', async () => {
    const ask = (name: string) => graph.ask('{ item(id: "i1") { cost } }', { client: name });
    const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => ask(index % 2 ? 'tries' : 'filters')));
    expect(answers.map(({ body }) => body.data.item?.cost ?? null)).toEqual(
      answers.map((_, index) => (index % 2 ? 4 : null)),
    );
  });

  it('ends on its day', async () => {
    const answer = await graph.ask(QUERY, { client: 'tried' });
    expect(answer.body.data.item).toEqual({ id: 'i1', cost: null });
    expect(answer.body.extensions).toBeUndefined();
  });

  it('is none for a mutation: what is written stays written', async () => {
    forget();
    const answer = await graph.ask('mutation { discard(item: "i1") { id } }', { client: 'tries' });
    expect([answer.body.data, codes(answer)]).toEqual([null, ['UNAUTHORIZED_FIELD_OR_TYPE']]);
    expect(requests()).toEqual([]);
  });
});

describe('a refusal', () => {
  it('has the same id whoever gets it, and another one elsewhere', async () => {
    const idsOf = async (query: string, name: string, scopes: string[] = []) =>
      (await graph.ask(query, { client: name, scopes })).body.errors?.map(({ extensions }) => extensions.decisionId);
    const ids = await idsOf(QUERY, 'filters');
    expect(new Set(ids).size).toBe(2);
    expect(await idsOf(QUERY, 'rejects')).toEqual(ids);
    expect(await idsOf(QUERY, 'filters', ['supplier:rate'])).toEqual(ids?.slice(0, 1));
    expect(await idsOf(QUERY.replace('cost', 'label cost'), 'filters')).toEqual(ids);
    expect(await idsOf(QUERY.replace('cost', 'c: cost'), 'filters')).not.toEqual(ids);
  });

  it('tells a stranger its id, and not what it would take', async () => {
    await using catalogue = await startGraph({ local: { tagged }, options: { clients } });
    for (const name of ['outside', 'strict-outside']) {
      const answer = await catalogue.ask('{ open shut }', { client: name });
      const [error] = answer.body.errors ?? [];
      expect([error?.path, Object.keys(error?.extensions ?? {}).toSorted()]).toEqual([
        ['shut'],
        ['code', 'decisionId', 'requestId', 'retryable'],
      ]);
      expect(answer.text).not.toContain('inner-scope');
      expect(answer.headers.get('www-authenticate') ?? '').not.toContain('scope="');
    }
  });
});

const tagged = {
  sdl: `${LINK.replace('"@key"', '"@key", "@tag"')} type Query @tag(name: "supplier") {
    open: String @tag(name: "supplier")
    shut: String @tag(name: "supplier") @requiresScopes(scopes: [["inner-scope"]])
  }`,
  resolvers: { Query: { open: () => 'open', shut: () => 'shut' } },
};
