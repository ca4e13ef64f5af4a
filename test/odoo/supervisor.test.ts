import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { codeOf } from '../../platform/errors.ts';
import { silentLog } from '../../platform/log.ts';
import { ContractError } from '../../platform/odoo/contract.ts';
import { type OdooSupervisor, superviseOdoo } from '../../platform/odoo/supervisor.ts';
import { startFaultyProxy } from '../fakes/faulty-proxy.ts';
import { type ScriptedOdoo, settingsFor, startScriptedOdoo, within } from './scripted-odoo.ts';

const NEEDS = { partner: { model: 'res.partner', fields: { name: ['full_name', 'name'] } } } as const;

type Partners = OdooSupervisor<typeof NEEDS>;

/** Looks and tries again at once, so that nothing here waits for time. */
const supervise = (url: string): Partners & AsyncDisposable => {
  const deps = { random: () => 0, backoff: { first: 2, longest: 4 }, checkEvery: 0, connectWithin: 500 };
  const supervisor = superviseOdoo(settingsFor(url), NEEDS, silentLog(), deps);
  return Object.assign(supervisor, { [Symbol.asyncDispose]: () => supervisor.close() });
};

/** Waits until a state is reached, one turn of the event loop after the other. */
const reach = async (supervisor: Partners, status: string): Promise<void> => {
  while (supervisor.state().status !== status) await new Promise((resolve) => setImmediate(resolve));
};

const count = (supervisor: Partners) => {
  try {
    return supervisor.client().searchCount('res.partner', [], within(300)).catch(codeOf);
  } catch (error) {
    return Promise.resolve(codeOf(error));
  }
};

const startOdoo = (more = {}): Promise<ScriptedOdoo> => startScriptedOdoo({ reply: () => ({ result: 3 }), ...more });

describe('a supervised connection', () => {
  it('says that it connects, then that it is ready, and resolves names', async () => {
    await using odoo = await startOdoo();
    await using supervisor = supervise(odoo.url);
    expect(supervisor.state().status).toBe('connecting');
    expect(await count(supervisor)).toBe('SOR_UNAVAILABLE');
    const { contract } = await supervisor.ready;
    expect(contract.partner.fields.name).toBe('name');
    expect(supervisor.state()).toMatchObject({ status: 'ready', version: '19.0', protocol: 'json-2', problems: [] });
    expect(await count(supervisor)).toBe(3);
  });

  it('waits for an Odoo that is not there yet', async () => {
    const reserved = createServer().listen(0, '127.0.0.1');
    await once(reserved, 'listening');
    const { port } = reserved.address() as { port: number };
    reserved.close();
    await once(reserved, 'close');
    await using supervisor = supervise(`http://127.0.0.1:${port}`);
    await reach(supervisor, 'unavailable');
    expect(await count(supervisor)).toBe('SOR_UNAVAILABLE');
  });

  it.each(['drop', 'hang', 'html', 'status'] as const)(
    'recovers without a restart when Odoo was broken by %s',
    async (fault) => {
      await using odoo = await startOdoo();
      await using proxy = await startFaultyProxy(odoo.url);
      await using supervisor = supervise(proxy.url);
      await supervisor.ready;
      if (fault === 'status') proxy.status(500, 'Internal Server Error');
      else proxy[fault]();
      expect(['SOR_UNAVAILABLE', 'SOR_TIMEOUT', 'SOR_CONTRACT_BROKEN']).toContain(await count(supervisor));
      await reach(supervisor, fault === 'html' ? 'contract-broken' : 'unavailable');
      const sent = proxy.requests.filter(({ call }) => call === 'res.partner/search_count').length;
      expect(await count(supervisor)).toBe('SOR_UNAVAILABLE');
      expect(proxy.requests.filter(({ call }) => call === 'res.partner/search_count').length).toBe(sent);
      proxy.heal();
      await reach(supervisor, 'ready');
      expect(await count(supervisor)).toBe(3);
    },
  );

  it('keeps its client when one call failed and the server is well', async () => {
    await using odoo = await startOdoo();
    await using proxy = await startFaultyProxy(odoo.url);
    await using supervisor = supervise(proxy.url);
    await supervisor.ready;
    const client = supervisor.client();
    proxy.status(500, '', { times: 1, when: ({ call }) => call === 'res.partner/search_count' });
    expect(await count(supervisor)).toBe('SOR_UNAVAILABLE');
    await proxy.until(() => proxy.requests.filter(({ call }) => call === 'res.users/context_get').length === 2);
    expect(await count(supervisor)).toBe(3);
    expect(supervisor.client()).toBe(client);
  });

  it('connects anew, over the other protocol, when Odoo was replaced by another version', async () => {
    await using odoo = await startOdoo({ major: 14 });
    await using supervisor = supervise(odoo.url);
    await supervisor.ready;
    expect(supervisor.state()).toMatchObject({ version: '14.0', protocol: 'json-rpc' });
    odoo.become({ major: 19, reply: () => ({ exception: 'builtins.KeyError' }) });
    await count(supervisor);
    while (supervisor.state().version !== '19.0') await new Promise((resolve) => setImmediate(resolve));
    odoo.become({ reply: () => ({ result: 5 }) });
    await reach(supervisor, 'ready');
    expect(supervisor.state()).toMatchObject({ version: '19.0', protocol: 'json-2' });
    expect(await count(supervisor)).toBe(5);
  });

  it('gives no call to a server that was replaced before its contract has been checked', async () => {
    await using odoo = await startOdoo({ major: 14 });
    await using proxy = await startFaultyProxy(odoo.url);
    await using supervisor = supervise(proxy.url);
    await supervisor.ready;
    proxy.hang({ when: ({ call }) => call === 'res.partner/fields_get' });
    const before = proxy.requests.length;
    odoo.become({ major: 19, reply: () => ({ exception: 'builtins.KeyError' }) });
    await count(supervisor);
    await proxy.until(() => proxy.requests.slice(before).some(({ call }) => call === 'res.partner/fields_get'));
    expect(supervisor.state().status).toBe('connecting');
    expect(await count(supervisor)).toBe('SOR_UNAVAILABLE');
  });

  it('notices that the key was withdrawn, and that it is good again', async () => {
    await using odoo = await startOdoo({ major: 14 });
    await using supervisor = supervise(odoo.url);
    await supervisor.ready;
    odoo.become({ uid: false, reply: () => ({ exception: 'odoo.exceptions.AccessDenied' }) });
    expect(await count(supervisor)).toBe('SOR_ACCESS');
    await reach(supervisor, 'access-refused');
    odoo.become({ uid: 7, reply: () => ({ result: 3 }) });
    await reach(supervisor, 'ready');
    expect(await count(supervisor)).toBe(3);
  });

  it('is fatal at the first connection when the server lacks what is needed, and names it', async () => {
    await using odoo = await startOdoo({ models: { 'res.partner': { id: { type: 'integer' } } } });
    await using supervisor = supervise(odoo.url);
    const error: unknown = await supervisor.ready.catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ContractError);
    expect(supervisor.state()).toMatchObject({
      status: 'contract-broken',
      problems: ['res.partner.full_name or name: no such field, or not readable for the user'],
    });
    expect(await count(supervisor)).toBe('SOR_UNAVAILABLE');
  });

  it('stops serving when a field went away underneath, and serves again when it is back under its new name', async () => {
    await using odoo = await startOdoo();
    await using supervisor = supervise(odoo.url);
    await supervisor.ready;
    odoo.become({
      models: { 'res.partner': { id: { type: 'integer' } } },
      reply: () => ({ exception: 'builtins.ValueError' }),
    });
    while (supervisor.state().status === 'ready') await count(supervisor);
    await reach(supervisor, 'contract-broken');
    odoo.become({
      models: { 'res.partner': { id: { type: 'integer' }, full_name: { type: 'char' } } },
      reply: () => ({ result: 3 }),
    });
    await reach(supervisor, 'ready');
    expect(supervisor.connection().contract.partner.fields.name).toBe('full_name');
    expect(await count(supervisor)).toBe(3);
  });

  it('passes on the calls of every client it has had', async () => {
    await using odoo = await startOdoo();
    await using supervisor = supervise(odoo.url);
    const methods: string[] = [];
    supervisor.onCall(({ method }) => methods.push(method));
    await supervisor.ready;
    await count(supervisor);
    expect(methods).toEqual(['search_count']);
  });

  it('ends at once when closed, whatever it was doing', async () => {
    await using odoo = await startOdoo();
    await using proxy = await startFaultyProxy(odoo.url);
    proxy.hang();
    const supervisor = supervise(proxy.url);
    await proxy.until(() => proxy.requests.length === 1);
    await supervisor.close();
    expect(codeOf(await supervisor.ready.catch((error: unknown) => error))).toBe('SHUTTING_DOWN');
    expect(await count(supervisor)).toBe('SOR_UNAVAILABLE');
  });
});
