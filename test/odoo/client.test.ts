import { createServer } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { codeOf } from '../../platform/errors.ts';
import { faultOf } from '../../platform/odoo/faults.ts';
import type { CallContext, OdooClient } from '../../platform/odoo/types.ts';
import { startFaultyProxy } from '../fakes/faulty-proxy.ts';
import { connect, GENERATIONS, KEY, type Reply, settingsFor, startScriptedOdoo, within } from './scripted-odoo.ts';

const partners = (client: OdooClient, ctx: CallContext = within(), more: object = {}) =>
  client.searchRead('res.partner', { domain: [], fields: ['name'], order: 'id', limit: 10, ...more }, ctx);

const rename = (client: OdooClient, ctx: CallContext = within()) =>
  client.write('res.partner', [4], { name: 'Renamed' }, ctx);

const codeFrom = (call: Promise<unknown>) => call.then(() => 'ok', codeOf);

describe.each(GENERATIONS)('a client of Odoo $major over $protocol', ({ major, protocol }) => {
  const start = (reply: (method: string) => Reply) =>
    startScriptedOdoo({ major, reply: ({ method }) => reply(method) });

  it('finds the protocol by asking the version, and its user', async () => {
    await using odoo = await startScriptedOdoo({ major });
    await using odooClient = await connect(odoo.url);
    expect(odooClient.client.server).toEqual({ version: `${major}.0`, major, protocol, uid: 7 });
  });

  it('sends companies, archive test, order, limit and only the asked fields', async () => {
    await using odoo = await start(() => ({ result: [{ id: 4, name: false }] }));
    await using connection = await connect(odoo.url);
    const rows = await partners(connection.client, within(9000, { companies: [3, 1], lang: 'fr_FR' }), {
      activeTest: false,
    });
    expect(rows).toEqual([{ id: 4, name: null }]);
    const [call] = odoo.calls;
    expect(call?.context).toEqual({ allowed_company_ids: [3, 1], lang: 'fr_FR', active_test: false });
    const { positional, ...named } = call?.args ?? {};
    const args =
      positional === undefined
        ? named
        : { ...named, domain: (positional as unknown[])[0], fields: (positional as unknown[])[1] };
    expect(args).toEqual({ domain: [], fields: ['name'], order: 'id', limit: 10, offset: 0 });
  });

  it('refuses a call without companies before anything is sent, since Odoo would read every company', async () => {
    await using odoo = await start(() => ({ result: [] }));
    await using connection = await connect(odoo.url);
    const { client } = connection;
    const before = odoo.hits.length;
    const nobody = within(9000, { companies: [] });
    for (const call of [
      partners(client, nobody),
      client.read('res.partner', [1], ['name'], nobody),
      client.read('res.partner', [], ['name'], nobody),
      client.searchCount('res.partner', [], nobody),
      client.readGroup('res.partner', { domain: [], groupBy: [], aggregates: ['__count'] }, nobody),
      client.query('res.partner', 'name_search', {}, nobody),
      client.execute('res.partner', 'action', { ids: [1] }, nobody),
      client.create('res.partner', [{ name: 'x' }], nobody),
      client.write('res.partner', [1], { name: 'x' }, nobody),
      client.load('res.partner', ['id'], [['a.b']], nobody),
    ]) {
      expect(await codeFrom(call)).toBe('INTERNAL_SERVER_ERROR');
    }
    expect(odoo.hits.length).toBe(before);
  });

  it('keeps companies and language even if a context names others', async () => {
    await using odoo = await start(() => ({ nothing: true }));
    await using connection = await connect(odoo.url);
    const context = { allowed_company_ids: [99], skip_backorder: true };
    await connection.client.execute('stock.picking', 'button_validate', { ids: [5], context }, within());
    expect(odoo.calls[0]?.context).toEqual({ skip_backorder: true, allowed_company_ids: [1] });
  });

  it('refuses empty or odd ids of a record method, to which Odoo would answer true', async () => {
    await using odoo = await start(() => ({ result: true }));
    await using connection = await connect(odoo.url);
    const { client } = connection;
    for (const ids of [[], [0], [-1], [1.5], ['1'], [2 ** 31]] as number[][]) {
      expect(await codeFrom(client.execute('purchase.order', 'button_confirm', { ids }, within()))).toBe(
        'INTERNAL_SERVER_ERROR',
      );
      expect(await codeFrom(client.write('res.partner', ids, { name: 'x' }, within()))).toBe('INTERNAL_SERVER_ERROR');
    }
    expect(odoo.calls).toEqual([]);
  });

  it('refuses arguments that are not named, which Odoo would ignore and so read everything', async () => {
    await using odoo = await start(() => ({ result: [] }));
    await using connection = await connect(odoo.url);
    for (const args of [[[]], { ids: [1] }, { context: {} }] as never[]) {
      const call = connection.client.query('res.partner', 'search_read', { args }, within());
      expect(await codeFrom(call)).toBe('INTERNAL_SERVER_ERROR');
    }
    expect(odoo.calls).toEqual([]);
  });

  it('asks for all rows only when told so', async () => {
    await using odoo = await start(() => ({ result: [] }));
    await using connection = await connect(odoo.url);
    await partners(connection.client, within(), { limit: 'all' });
    expect(odoo.calls[0]?.args).toMatchObject({ limit: false });
    for (const limit of [0, -1, 1.5, Number.NaN, undefined]) {
      expect(await codeFrom(partners(connection.client, within(), { limit }))).toBe('INTERNAL_SERVER_ERROR');
    }
    expect(odoo.calls.length).toBe(1);
  });

  it('answers an empty list of ids without a call', async () => {
    await using odoo = await start(() => ({ result: [] }));
    await using connection = await connect(odoo.url);
    await expect(connection.client.read('res.partner', [], ['name'], within())).resolves.toEqual([]);
    expect(odoo.calls).toEqual([]);
  });

  it('refuses a field the model does not have without sending it', async () => {
    await using odoo = await start(() => ({ result: [] }));
    await using connection = await connect(odoo.url);
    expect(await codeFrom(connection.client.read('res.partner', [1], ['nick_name'], within()))).toBe(
      'SOR_CONTRACT_BROKEN',
    );
    expect(await codeFrom(connection.client.read('no.model', [1], ['name'], within()))).toBe('SOR_CONTRACT_BROKEN');
    expect(odoo.calls).toEqual([]);
  });

  it('takes an answer without a result as done', async () => {
    await using odoo = await start(() => ({ nothing: true }));
    await using connection = await connect(odoo.url);
    await expect(
      connection.client.execute('purchase.order', 'button_cancel', { ids: [1] }, within()),
    ).resolves.toBeNull();
  });

  it('describes each model once, however many ask', async () => {
    await using odoo = await start(() => ({ result: [] }));
    await using connection = await connect(odoo.url);
    await Promise.all([
      partners(connection.client),
      partners(connection.client),
      connection.client.describe(['res.partner', 'no.model']),
    ]);
    await partners(connection.client);
    expect(connection.events.filter(({ method }) => method === 'fields_get').map(({ model }) => model)).toEqual([
      'res.partner',
      'no.model',
    ]);
  });

  it('asks again for a description that failed', async () => {
    await using odoo = await start(() => ({ result: [] }));
    await using proxy = await startFaultyProxy(odoo.url);
    await using connection = await connect(proxy.url);
    proxy.status(500, 'Internal Server Error', { times: 1 });
    expect(await codeFrom(partners(connection.client))).toBe('SOR_UNAVAILABLE');
    expect(await codeFrom(partners(connection.client))).toBe('ok');
  });

  it('creates, and gives back the ids in order', async () => {
    await using odoo = await start(() => ({ result: [8, 9] }));
    await using connection = await connect(odoo.url);
    await expect(
      connection.client.create('res.partner', [{ name: 'A' }, { name: 'B', country_id: null }], within()),
    ).resolves.toEqual([8, 9]);
    const args = odoo.calls[0]?.args ?? {};
    expect(args['vals_list'] ?? (args['positional'] as unknown[])[0]).toEqual([
      { name: 'A' },
      { name: 'B', country_id: false },
    ]);
  });

  it('sends a many2one as a plain id and refuses what was read', async () => {
    await using odoo = await start(() => ({ result: true }));
    await using connection = await connect(odoo.url);
    const put = (value: unknown) => connection.client.write('res.partner', [4], { country_id: value }, within());
    for (const value of [[75, 'France'], '75', 'France'])
      expect(await codeFrom(put(value))).toBe('INTERNAL_SERVER_ERROR');
    expect(odoo.calls).toEqual([]);
    await put(75);
    expect(odoo.calls[0]?.ids ?? null).toEqual([4]);
  });

  describe('tells errors apart by name', () => {
    it.each([
      ['odoo.exceptions.AccessDenied', 'SOR_ACCESS'],
      ['odoo.exceptions.AccessError', 'SOR_ACCESS'],
      ['odoo.exceptions.MissingError', 'NOT_FOUND'],
      ['odoo.exceptions.UserError', 'SOR_REJECTED'],
      ['odoo.exceptions.ValidationError', 'SOR_REJECTED'],
      ['odoo.exceptions.RedirectWarning', 'SOR_REJECTED'],
      ['odoo.exceptions.LockError', 'CONFLICT'],
      ['builtins.ValueError', 'SOR_CONTRACT_BROKEN'],
      ['builtins.KeyError', 'SOR_CONTRACT_BROKEN'],
      ['builtins.TypeError', 'SOR_CONTRACT_BROKEN'],
      ['builtins.AttributeError', 'SOR_CONTRACT_BROKEN'],
      ['werkzeug.exceptions.NotFound', 'SOR_CONTRACT_BROKEN'],
      ['odoo.addons.some_module.Surprise', 'SOR_UNAVAILABLE'],
    ])('%s is %s, for a write too, and is not sent again', async (exception, code) => {
      // Always 500: the status must not matter.
      await using odoo = await start(() => ({ exception, status: 500 }));
      await using connection = await connect(odoo.url);
      expect(await codeFrom(partners(connection.client))).toBe(code);
      expect(await codeFrom(rename(connection.client))).toBe(code);
      expect(odoo.calls.length).toBe(2);
    });

    it('so a serialization failure is sent again, for a read and for a write, since it was rolled back', async () => {
      for (const exception of [
        'psycopg2.errors.SerializationFailure',
        'psycopg2.errors.LockNotAvailable',
        'psycopg2.errors.DeadlockDetected',
      ]) {
        let left = 2;
        await using odoo = await start(() => {
          left -= 1;
          return left >= 0 ? { exception, status: 500 } : { result: true };
        });
        await using connection = await connect(odoo.url);
        await rename(connection.client);
        expect(odoo.calls.length).toBe(3);
        expect(
          connection.events.filter(({ lane }) => lane === 'write').map(({ outcome, attempt }) => [outcome, attempt]),
        ).toEqual([
          ['CONFLICT', 1],
          ['CONFLICT', 2],
          ['ok', 3],
        ]);
      }
    });

    it('and a serialization failure that stays is a conflict', async () => {
      await using odoo = await start(() => ({ exception: 'psycopg2.errors.SerializationFailure', status: 500 }));
      await using connection = await connect(odoo.url);
      expect(await codeFrom(rename(connection.client))).toBe('CONFLICT');
      expect(odoo.calls.length).toBe(3);
    });

    it('and a lost database leaves the outcome of a write unknown', async () => {
      await using odoo = await start(() => ({
        exception: 'psycopg2.OperationalError',
        message: 'server closed the connection',
        status: 500,
      }));
      await using connection = await connect(odoo.url);
      expect(await codeFrom(partners(connection.client))).toBe('SOR_UNAVAILABLE');
      expect(await codeFrom(rename(connection.client))).toBe('SOR_OUTCOME_UNKNOWN');
      expect(odoo.calls.length).toBe(2);
    });
  });

  it('lets nothing of an exception out but its name and status', async () => {
    const canary = 'canary-5150';
    await using odoo = await start(() => ({
      exception: 'odoo.exceptions.UserError',
      message: canary,
      debug: canary,
      status: 422,
    }));
    await using connection = await connect(odoo.url);
    const error: unknown = await partners(connection.client).catch((caught: unknown) => caught);
    expect(JSON.stringify(error)).not.toContain(canary);
    expect((error as Error).message).not.toContain(canary);
    expect(JSON.stringify(faultOf(error)?.facts)).not.toContain(canary);
    expect(faultOf(error)?.facts).toEqual({
      odooName: 'odoo.exceptions.UserError',
      status: protocol === 'json-2' ? 422 : 200,
      model: 'res.partner',
      method: 'search_read',
    });
    // Odoo wrote it for its users; whoever shows it asks for it by name.
    expect(faultOf(error)?.presentable()).toBe(canary);
    odoo.become({ reply: () => ({ exception: 'odoo.exceptions.AccessError', message: canary }) });
    const refused: unknown = await partners(connection.client).catch((caught: unknown) => caught);
    expect(faultOf(refused)?.presentable()).toBeNull();
  });

  it('repeats a load that met another transaction, and reports any other failure of a load', async () => {
    const messages = [
      'could not serialize access due to concurrent update',
      'could not serialize access',
      'No matching record',
    ];
    await using odoo = await start(() => ({
      result: { ids: false, messages: [{ type: 'error', message: messages.shift() }] },
    }));
    await using connection = await connect(odoo.url);
    expect(
      await codeFrom(connection.client.load('res.partner', ['id', 'name'], [['gateway.p_1', 'P']], within())),
    ).toBe('SOR_REJECTED');
    expect(odoo.calls.length).toBe(3);
    odoo.become({ reply: () => ({ result: { ids: [14], messages: [] } }) });
    await expect(
      connection.client.load('res.partner', ['id', 'name'], [['gateway.p_1', 'P']], within()),
    ).resolves.toEqual({ ids: [14] });
  });

  it.each([
    ['a number', 5],
    ['an object', {}],
    ['rows without ids', [{ name: 'x' }]],
    ['rows without a field', [{ id: 1 }]],
    ['a value of another type', [{ id: 1, name: 7 }]],
  ])('does not believe %s as the answer of a read', async (_, result) => {
    await using odoo = await start(() => ({ result }));
    await using connection = await connect(odoo.url);
    expect(await codeFrom(partners(connection.client))).toBe('SOR_CONTRACT_BROKEN');
    expect(odoo.calls.length).toBe(1);
  });

  it('does not believe an odd answer to a write either, and calls its outcome unknown', async () => {
    await using odoo = await start(() => ({ result: 'maybe' }));
    await using connection = await connect(odoo.url);
    expect(await codeFrom(rename(connection.client))).toBe('SOR_OUTCOME_UNKNOWN');
    expect(await codeFrom(connection.client.create('res.partner', [{ name: 'x' }], within()))).toBe(
      'SOR_OUTCOME_UNKNOWN',
    );
    expect(odoo.calls.length).toBe(2);
  });

  it('calls the outcome of a load unknown when its answer does not fit the rows', async () => {
    await using odoo = await start(() => ({ result: { ids: [1, 2], messages: [] } }));
    await using connection = await connect(odoo.url);
    const load = connection.client.load('res.partner', ['id', 'name'], [['gateway.p_1', 'P']], within());
    expect(await codeFrom(load)).toBe('SOR_OUTCOME_UNKNOWN');
    expect(odoo.calls.length).toBe(1);
  });

  it('groups with the same result on every version', async () => {
    const old = {
      __count: 2,
      a1: 30.5,
      a2: 20,
      country_id: [75, 'France'],
      'write_date:month': 'March 2026',
      __domain: [
        '&',
        ['country_id', '=', 75],
        '&',
        ['write_date', '>=', '2026-03-01 00:00:00'],
        ['write_date', '<', '2026-04-01 00:00:00'],
      ],
    };
    const now = {
      __count: 2,
      'credit:sum': 30.5,
      'credit:max': 20,
      country_id: [75, 'France'],
      'write_date:month': ['2026-03-01 00:00:00', 'March 2026'],
      __extra_domain: [],
    };
    await using odoo = await start((method) => ({ result: [method === 'read_group' ? old : now] }));
    await using connection = await connect(odoo.url);
    const options = {
      domain: [],
      groupBy: ['country_id', 'write_date:month'],
      aggregates: ['__count', 'credit:sum', 'credit:max'],
    };
    await expect(connection.client.readGroup('res.partner', options, within())).resolves.toEqual([
      {
        country_id: { id: 75, name: 'France' },
        'write_date:month': '2026-03-01T00:00:00Z',
        __count: 2,
        'credit:sum': 30.5,
        'credit:max': 20,
      },
    ]);
  });

  it('refuses to connect with a key that Odoo refuses, by exception or by answering false', async () => {
    await using odoo = await startScriptedOdoo({ major, uid: false });
    expect(await codeFrom(connect(odoo.url))).toBe('SOR_ACCESS');
  });

  it('refuses calls after it was closed', async () => {
    await using odoo = await start(() => ({ result: [] }));
    const { client } = await connect(odoo.url);
    await partners(client);
    await client.close();
    await client.close();
    expect(await codeFrom(partners(client))).toBe('SOR_UNAVAILABLE');
  });
});

describe('choosing a protocol', () => {
  it('speaks JSON-RPC to 19 when told to', async () => {
    await using odoo = await startScriptedOdoo({ reply: () => ({ result: [] }) });
    await using connection = await connect(odoo.url, { protocol: 'json-rpc' });
    await partners(connection.client);
    expect(connection.client.server).toMatchObject({ major: 19, protocol: 'json-rpc' });
    expect(odoo.hits).not.toContainEqual(expect.stringContaining('/json/2/'));
  });

  it('needs a login for JSON-RPC', async () => {
    await using odoo = await startScriptedOdoo({ major: 14 });
    expect(await codeFrom(connect(odoo.url, { login: undefined }))).toBe('SOR_CONTRACT_BROKEN');
  });

  it('refuses an Odoo that is too old, and what is no Odoo', async () => {
    await using old = await startScriptedOdoo({ major: 13 });
    expect(await codeFrom(connect(old.url))).toBe('SOR_CONTRACT_BROKEN');
    await using odoo = await startScriptedOdoo();
    await using proxy = await startFaultyProxy(odoo.url);
    proxy.html(200);
    expect(await codeFrom(connect(proxy.url))).toBe('SOR_CONTRACT_BROKEN');
  });

  it('reports an unknown database, which JSON-2 answers with an HTML 404 and JSON-RPC with an exception', async () => {
    await using odoo = await startScriptedOdoo();
    await using proxy = await startFaultyProxy(odoo.url);
    proxy.html(404, { when: ({ path }) => path.startsWith('/json/2/') });
    expect(await codeFrom(connect(proxy.url))).toBe('SOR_CONTRACT_BROKEN');
    const data = { name: 'psycopg2.OperationalError', message: 'FATAL:  database "invented" does not exist\n' };
    proxy.status(
      200,
      { jsonrpc: '2.0', id: 1, error: { code: 200, data } },
      { when: ({ call }) => call === 'common/authenticate' },
    );
    expect(await codeFrom(connect(proxy.url, { protocol: 'json-rpc' }))).toBe('SOR_CONTRACT_BROKEN');
  });

  it('works below a path', async () => {
    await using odoo = await startScriptedOdoo({ reply: () => ({ result: [] }) });
    await using proxy = await startFaultyProxy(odoo.url);
    // The proxy's target has no such path: reaching it shows that the prefix was sent.
    expect(await codeFrom(connect(`${proxy.url}/erp/`))).toBe('SOR_CONTRACT_BROKEN');
    expect(proxy.requests[0]?.path).toBe('/erp/web/version');
  });

  it('refuses an address that holds credentials', async () => {
    await expect(connect('http://someone:secret@127.0.0.1:9/')).rejects.toThrow('must not hold credentials');
  });
});

describe('a redirect', () => {
  it('is not followed, so the key stays with the host it is for', async () => {
    let visits = 0;
    const elsewhere = createServer((_, response) => {
      visits += 1;
      response.end('[]');
    });
    await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
    const { port } = elsewhere.address() as { port: number };
    await using odoo = await startScriptedOdoo({
      reply: () => ({
        raw: (response) => response.writeHead(307, { location: `http://127.0.0.1:${port}/steal` }).end(),
      }),
    });
    await using connection = await connect(odoo.url);
    expect(await codeFrom(partners(connection.client))).toBe('SOR_CONTRACT_BROKEN');
    expect(await codeFrom(rename(connection.client))).toBe('SOR_CONTRACT_BROKEN');
    expect([visits, odoo.calls.length]).toEqual([0, 2]);
    await new Promise((resolve) => elsewhere.close(resolve));
  });
});

describe('the key', () => {
  it('is never in an error', async () => {
    await using odoo = await startScriptedOdoo({
      reply: ({ headers }) => ({ exception: 'builtins.ValueError', message: String(headers.authorization) }),
    });
    await using connection = await connect(odoo.url);
    const error: unknown = await partners(connection.client).catch((caught: unknown) => caught);
    expect(JSON.stringify([error, faultOf(error), faultOf(error)?.stack])).not.toContain(KEY);
    expect(JSON.stringify(settingsFor(odoo.url))).not.toContain(KEY);
  });
});
