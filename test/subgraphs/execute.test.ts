import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { encodeId } from '../../platform/ids.ts';
import { createIdentity } from '../../platform/identity.ts';
import { silentLog } from '../../platform/log.ts';
import { type OdooOwner, openOdoo } from '../../platform/odoo/owner.ts';
import type { ExecutableSubgraph } from '../../platform/subgraph.ts';
import { deadlineIn, SECOND } from '../../platform/time.ts';
import { SCOPES } from '../../policies/scopes.ts';
import { executable } from '../../subgraphs/execute.ts';
import { procurement } from '../../subgraphs/procurement/index.ts';
import { type FaultyProxy, startFaultyProxy } from '../fakes/faulty-proxy.ts';
import { type OdooServer, startSandboxOdoo } from '../harness/odoo-servers.ts';

/** What whatever executes a subgraph's documents must get right; ADR 16 tells of one that did not. */
describe('a subgraph of this process', () => {
  let server: OdooServer;
  let proxy: FaultyProxy;
  let odoo: OdooOwner;
  let part: ExecutableSubgraph;
  let facility: string;

  beforeAll(async () => {
    server = await startSandboxOdoo();
    proxy = await startFaultyProxy(server.settings.url);
    odoo = openOdoo({
      settings: { ...server.settings, url: proxy.url },
      entities: procurement.connector.odoo ?? [],
      callWithin: 5 * SECOND,
      log: silentLog(),
    });
    facility = (await odoo.ready).facilities[0]?.code ?? '';
    part = executable(procurement, { owners: { odoo }, log: silentLog() });
  });
  afterAll(async () => {
    await odoo.close();
    await proxy.stop();
    await server[Symbol.asyncDispose]();
  });
  beforeEach(() => proxy.heal());

  const ask = (query: string, variables = {}) =>
    part.execute(
      { query, variables },
      {
        identity: createIdentity({
          audience: 'internal',
          purpose: 'operations',
          subject: 'test',
          client: 'test',
          scopes: Object.keys(SCOPES),
          facilities: [facility],
        }),
        requestId: 'test',
        deadline: deadlineIn(10 * SECOND),
      },
    );

  it('answers each reference in its place when the owner of one fails after another is known', async () => {
    proxy.status(500, {}, { when: ({ call }) => call?.startsWith('res.partner') === true });
    const representations = [
      { __typename: 'Supplier', id: encodeId('Supplier', 1) },
      { __typename: 'Facility', id: encodeId('Facility', facility) },
    ];
    const { data, errors } = await ask(
      'query ($representations: [_Any!]!) { _entities(representations: $representations) { __typename ... on Supplier { name } } }',
      { representations },
    );
    expect(data).toEqual({ _entities: [null, { __typename: 'Facility' }] });
    expect(errors?.map(({ path }) => path)).toEqual([['_entities', 0]]);
  });

  it('reads what is selected where aliases, joined, spell one path in two ways', async () => {
    const { data } = await ask(`{
      b_c_s: suppliers(first: 1) { nodes { code } }
      s: purchaseOrders(first: 1) { b_c: nodes { number } }
      c_s: suppliers(first: 1) { b: nodes { name } }
    }`);
    expect(data).toEqual({
      b_c_s: { nodes: [{ code: expect.any(String) }] },
      s: { b_c: [{ number: expect.any(String) }] },
      c_s: { b: [{ name: expect.any(String) }] },
    });
  });

  it('answers a field by the name of __proto__', async () => {
    const { data } = await ask('{ suppliers(first: 1) { nodes { __proto__: name } } }');
    expect(JSON.stringify(data)).toMatch(/\{"__proto__":"[^"]+"\}/);
  });

  it('takes the conditions of a known document from each request', async () => {
    const asked = async (yes: boolean) => {
      const { data } = await ask(
        'query ($yes: Boolean!) { suppliers(first: 1) { nodes { code name @include(if: $yes) } } }',
        { yes },
      );
      return data;
    };
    const without = { suppliers: { nodes: [{ code: expect.any(String) }] } };
    expect(await asked(false)).toEqual(without);
    expect(await asked(true)).toEqual({
      suppliers: { nodes: [{ code: expect.any(String), name: expect.any(String) }] },
    });
    expect(await asked(false)).toEqual(without);
  });
});
