import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { codeOf } from '../../platform/errors.ts';
import { createLog } from '../../platform/log.ts';
import type { OdooDeps } from '../../platform/odoo/client.ts';
import { systemClock } from '../../platform/outbound/clock.ts';
import { faultOf, toError, transportFault } from '../../platform/odoo/faults.ts';
import { openTransport, TransportFailure, type TransportFailureKind } from '../../platform/outbound/transport.ts';
import type { CallContext, OdooClient, OdooSettings } from '../../platform/odoo/types.ts';
import { type FaultyProxy, type SeenRequest, startFaultyProxy } from '../fakes/faulty-proxy.ts';
import { connect, KEY, type ScriptedOdoo, startScriptedOdoo, within } from './scripted-odoo.ts';

const partners = (client: OdooClient, ctx: CallContext = within()) =>
  client.searchRead('res.partner', { domain: [], fields: ['name'], order: 'id', limit: 10 }, ctx);

const rename = (client: OdooClient, ctx: CallContext = within()) =>
  client.write('res.partner', [4], { name: 'Renamed' }, ctx);

const codeFrom = (call: Promise<unknown>) => call.then(() => 'ok', codeOf);

const isRead = ({ call }: SeenRequest) => call === 'res.partner/search_read';

/** An Odoo behind a proxy that can break it, and a client that knows the model already. */
const behindProxy = async (settings: Partial<OdooSettings> = {}, deps: OdooDeps = {}) => {
  const odoo = await startScriptedOdoo({
    reply: ({ method }) => ({ result: method === 'write' ? true : [{ id: 4, name: 'Acme' }] }),
  });
  const proxy = await startFaultyProxy(odoo.url);
  const connection = await connect(proxy.url, settings, deps);
  await connection.client.describe(['res.partner']);
  const before = proxy.requests.length;
  return {
    ...connection,
    odoo,
    proxy,
    /** Requests since the start. */
    sent: () => proxy.requests.length - before,
    [Symbol.asyncDispose]: async () => {
      await proxy.stop();
      await odoo.stop();
      await connection.client.close();
    },
  };
};

type Break = (proxy: FaultyProxy) => void;

describe('reads', () => {
  it.each<[string, Break]>([
    ['a dropped connection', (proxy) => proxy.drop({ times: 2 })],
    ['an answer lost on the way', (proxy) => proxy.dropAfterSend({ times: 2 })],
    ['half an answer', (proxy) => proxy.halfBody({ times: 2 })],
    ['502', (proxy) => proxy.status(502, 'bad gateway', { times: 2 })],
    ['503', (proxy) => proxy.status(503, '', { times: 1 })],
    ['504', (proxy) => proxy.status(504, '<html>', { times: 1 })],
  ])('survive %s by being sent again', async (_, breakIt) => {
    await using stage = await behindProxy();
    breakIt(stage.proxy);
    await expect(partners(stage.client)).resolves.toEqual([{ id: 4, name: 'Acme' }]);
  });

  it.each<[string, Break, string, number]>([
    ['connections that keep dropping', (proxy) => proxy.drop(), 'SOR_UNAVAILABLE', 3],
    ['503 for ever', (proxy) => proxy.status(503), 'SOR_UNAVAILABLE', 3],
    ['429', (proxy) => proxy.status(429), 'SOR_UNAVAILABLE', 1],
    ['a 500 that Odoo did not name', (proxy) => proxy.status(500, 'Internal Server Error'), 'SOR_UNAVAILABLE', 1],
    ['HTML with 200', (proxy) => proxy.html(200), 'SOR_CONTRACT_BROKEN', 1],
    ['HTML with 404', (proxy) => proxy.html(404), 'SOR_CONTRACT_BROKEN', 1],
    ['invalid JSON', (proxy) => proxy.status(200, '[{"id": 4, "na'), 'SOR_CONTRACT_BROKEN', 1],
    ['an empty answer', (proxy) => proxy.status(200, ''), 'SOR_CONTRACT_BROKEN', 1],
  ])('meet %s', async (_, breakIt, code, requests) => {
    await using stage = await behindProxy();
    breakIt(stage.proxy);
    expect(await codeFrom(partners(stage.client))).toBe(code);
    expect(stage.sent()).toBe(requests);
    stage.proxy.heal();
    expect(await codeFrom(partners(stage.client))).toBe('ok');
  });

  it('end at their deadline when Odoo hangs, and take their socket with them', async () => {
    await using stage = await behindProxy();
    stage.proxy.hang();
    expect(await codeFrom(partners(stage.client, within(60)))).toBe('SOR_TIMEOUT');
    await stage.proxy.until(() => stage.proxy.abandoned === 1);
    expect(stage.sent()).toBe(1);
  });

  it('free their place when the caller goes, and take their socket with them', async () => {
    await using stage = await behindProxy({ reads: 1 });
    stage.proxy.hang({ times: 1 });
    const caller = new AbortController();
    const gone = codeFrom(partners(stage.client, within(20_000, { signal: caller.signal })));
    await stage.proxy.until(() => stage.sent() === 1);
    const next = codeFrom(partners(stage.client));
    caller.abort();
    expect(await gone).toBe('SOR_TIMEOUT');
    expect(await next).toBe('ok');
    await stage.proxy.until(() => stage.proxy.abandoned === 1);
  });

  it('are not sent again when the pause before would outlast their deadline', async () => {
    await using stage = await behindProxy({}, { random: () => 0.999 });
    stage.proxy.status(503);
    expect(await codeFrom(partners(stage.client, within(150)))).toBe('SOR_UNAVAILABLE');
    expect(stage.sent()).toBe(1);
  });

  it('are not sent at all if their deadline passes while they wait', async () => {
    await using stage = await behindProxy({ reads: 1 });
    stage.proxy.hang();
    const caller = new AbortController();
    const first = codeFrom(partners(stage.client, within(20_000, { signal: caller.signal })));
    await stage.proxy.until(() => stage.sent() === 1);
    expect(await codeFrom(partners(stage.client, within(30)))).toBe('SOR_TIMEOUT');
    expect(stage.events.at(-1)).toMatchObject({ outcome: 'SOR_TIMEOUT', attempt: 0 });
    caller.abort();
    await first;
    expect(stage.sent()).toBe(1);
  });

  it('are refused when too many wait', async () => {
    await using stage = await behindProxy({ reads: 1, queue: 1 });
    stage.proxy.hang();
    const caller = new AbortController();
    const ctx = within(20_000, { signal: caller.signal });
    const held = [codeFrom(partners(stage.client, ctx)), codeFrom(partners(stage.client, ctx))];
    await stage.proxy.until(() => stage.sent() === 1);
    expect(await codeFrom(partners(stage.client))).toBe('SOR_UNAVAILABLE');
    caller.abort();
    await Promise.all(held);
  });

  it('stop at the size limit, announced or not, without taking the rest in', async () => {
    const limit = 1024 * 1024;
    const total = 200 * limit;
    for (const announced of [true, false]) {
      let written = 0;
      await using odoo = await startScriptedOdoo({
        reply: () => ({
          raw: (response) => {
            response.writeHead(200, announced ? { 'content-length': String(total) } : {});
            const chunk = Buffer.alloc(64 * 1024, 0x20);
            const pump = () => {
              while (written < total && !response.destroyed) {
                written += chunk.byteLength;
                if (response.write(chunk)) continue;
                response.once('drain', pump);
                return;
              }
            };
            pump();
          },
        }),
      });
      await using connection = await connect(odoo.url, { responseLimit: limit });
      expect(await codeFrom(partners(connection.client))).toBe('SOR_CONTRACT_BROKEN');
      expect(written).toBeLessThan(total / 4);
      expect(odoo.calls.length).toBe(1);
    }
  });

  it('do not suffer when a connection that was kept open is gone', async () => {
    await using stage = await behindProxy();
    for (let round = 0; round < 5; round += 1) {
      await partners(stage.client);
      // The next request may meet the reset on the connection it was given.
      stage.proxy.drop({ times: 1 });
      await expect(partners(stage.client)).resolves.toHaveLength(1);
    }
  });
});

describe('writes', () => {
  it.each<[string, Break, string]>([
    ['an answer that got lost', (proxy) => proxy.dropAfterSend(), 'SOR_OUTCOME_UNKNOWN'],
    ['half an answer', (proxy) => proxy.halfBody(), 'SOR_OUTCOME_UNKNOWN'],
    ['a connection that dropped after sending', (proxy) => proxy.drop(), 'SOR_OUTCOME_UNKNOWN'],
    ['502', (proxy) => proxy.status(502), 'SOR_OUTCOME_UNKNOWN'],
    ['503', (proxy) => proxy.status(503), 'SOR_OUTCOME_UNKNOWN'],
    ['a 500 that Odoo did not name', (proxy) => proxy.status(500), 'SOR_OUTCOME_UNKNOWN'],
    ['HTML with 200', (proxy) => proxy.html(200), 'SOR_OUTCOME_UNKNOWN'],
    ['HTML with 404', (proxy) => proxy.html(404), 'SOR_CONTRACT_BROKEN'],
    ['429', (proxy) => proxy.status(429), 'SOR_UNAVAILABLE'],
  ])('meet %s and are never sent again', async (_, breakIt, code) => {
    await using stage = await behindProxy();
    breakIt(stage.proxy);
    expect(await codeFrom(rename(stage.client))).toBe(code);
    expect(stage.sent()).toBe(1);
  });

  it('have an unknown outcome when their deadline or their caller goes while Odoo works', async () => {
    await using stage = await behindProxy();
    stage.proxy.hang();
    expect(await codeFrom(rename(stage.client, within(60)))).toBe('SOR_OUTCOME_UNKNOWN');
    const caller = new AbortController();
    const gone = codeFrom(rename(stage.client, within(20_000, { signal: caller.signal })));
    await stage.proxy.until(() => stage.sent() === 2);
    caller.abort();
    expect(await gone).toBe('SOR_OUTCOME_UNKNOWN');
  });

  it('are known not to have happened when they never left', async () => {
    await using stage = await behindProxy({ writes: 1 });
    stage.proxy.hang({ times: 1 });
    const caller = new AbortController();
    const first = codeFrom(rename(stage.client, within(20_000, { signal: caller.signal })));
    await stage.proxy.until(() => stage.sent() === 1);
    expect(await codeFrom(rename(stage.client, within(30)))).toBe('SOR_UNAVAILABLE');
    caller.abort();
    await first;
    await stage.proxy.stop();
    expect(await codeFrom(rename(stage.client))).toBe('SOR_UNAVAILABLE');
    expect(stage.odoo.calls).toEqual([]);
  });

  it('never travel on a connection that was kept open, since it may be closed already', async () => {
    await using stage = await behindProxy();
    await partners(stage.client);
    await rename(stage.client);
    await rename(stage.client);
    const kept = stage.proxy.requests.slice(-3).map(({ headers }) => headers['connection']);
    expect(kept).toEqual(['keep-alive', 'close', 'close']);
  });
});

describe('a failure of the transport', () => {
  it.each<[TransportFailureKind, boolean, string, string]>([
    ['network', true, 'SOR_UNAVAILABLE', 'SOR_OUTCOME_UNKNOWN'],
    ['network', false, 'SOR_UNAVAILABLE', 'SOR_UNAVAILABLE'],
    ['deadline', true, 'SOR_TIMEOUT', 'SOR_OUTCOME_UNKNOWN'],
    ['deadline', false, 'SOR_TIMEOUT', 'SOR_UNAVAILABLE'],
    ['cancelled', true, 'SOR_TIMEOUT', 'SOR_OUTCOME_UNKNOWN'],
    ['cancelled', false, 'SOR_TIMEOUT', 'SOR_UNAVAILABLE'],
    ['too-large', true, 'SOR_CONTRACT_BROKEN', 'SOR_OUTCOME_UNKNOWN'],
  ])('%s, sent: %j, is %s for a read and %s for a write', (kind, sent, read, write) => {
    const fault = transportFault(new TransportFailure(kind, sent), { model: 'res.partner', method: 'write' });
    expect([codeOf(toError(fault, 'read')), codeOf(toError(fault, 'write'))]).toEqual([read, write]);
  });
});

/** Fills one lane, and looks whether the other still works. */
const flood = async (kind: 'read' | 'write'): Promise<void> => {
  await using stage = await behindProxy({ reads: 2, writes: 2 });
  stage.proxy.hang({ when: kind === 'read' ? isRead : (request) => !isRead(request) });
  const callers = new AbortController();
  const ctx = within(20_000, { signal: callers.signal });
  const [mine, others] = kind === 'read' ? [partners, rename] : [rename, partners];
  const flooding = Array.from({ length: 20 }, () => codeFrom(mine(stage.client, ctx)));
  await stage.proxy.until(() => stage.sent() === 2);
  expect(await codeFrom(others(stage.client))).toBe('ok');
  expect(stage.sent()).toBe(3);
  callers.abort();
  await Promise.all(flooding);
};

describe('lanes', () => {
  it('keep a flood of reads away from writes', () => flood('read'));
  it('keep a flood of writes away from reads', () => flood('write'));

  it('never put more on the wire than they may', async () => {
    let active = 0;
    let most = 0;
    const odoo: ScriptedOdoo = await startScriptedOdoo({
      reply: () => ({
        raw: (response) => {
          active += 1;
          most = Math.max(most, active);
          setImmediate(() => {
            active -= 1;
            response.writeHead(200, { 'content-type': 'application/json' }).end('[]');
          });
        },
      }),
    });
    const { client } = await connect(odoo.url, { reads: 3 });
    await Promise.all(Array.from({ length: 40 }, () => partners(client)));
    expect(most).toBeLessThanOrEqual(3);
    expect(odoo.calls.length).toBe(40);
    await client.close();
    await odoo.stop();
  });
});

describe('what the log learns', () => {
  it('is names, statuses and codes; no address, key, message, traceback or body', async () => {
    const lines: string[] = [];
    const log = createLog('debug', { write: (line: string) => lines.push(line) });
    const canary = 'canary-7319';
    await using stage = await behindProxy();
    const { proxy, client } = stage;
    const { port } = new URL(proxy.url);
    const faults: Break[] = [
      () => proxy.drop(),
      () =>
        proxy.status(500, {
          name: 'builtins.ValueError',
          message: canary,
          debug: `Traceback ${canary}`,
          arguments: [canary],
        }),
      () => proxy.status(422, { name: 'odoo.exceptions.UserError', message: canary, debug: canary }),
      () => proxy.status(500, { name: `${canary} not a name`, message: canary }),
      () => proxy.status(200, canary),
      () => proxy.hang(),
    ];
    for (const breakIt of faults) {
      breakIt(proxy);
      const error: unknown = await partners(client, within(300)).catch((caught: unknown) => caught);
      expect(faultOf(error)).toBeDefined();
      log.warn({ error }, 'test:failed');
    }
    await proxy.stop();
    log.warn({ error: await rename(client).catch((caught: unknown) => caught) }, 'test:failed');
    const written = lines.join('');
    expect(lines.length).toBe(faults.length + 1);
    for (const secret of [canary, KEY, port, 'Traceback', 'Renamed', '127.0.0.1'])
      expect(written).not.toContain(secret);
    expect(written).toContain('odoo.exceptions.UserError');
    expect(written).toContain('res.partner');
  });
});

/** Accepts connections and never answers. */
const startMute = async () => {
  const sockets: Socket[] = [];
  const mute = createServer((socket) => sockets.push(socket));
  mute.listen(0, '127.0.0.1');
  await once(mute, 'listening');
  const { port } = mute.address() as AddressInfo;
  const stop = async () => {
    for (const socket of sockets) socket.destroy();
    mute.close();
    await once(mute, 'close');
  };
  return { port, [Symbol.asyncDispose]: stop };
};

describe('a server that accepts and says nothing', () => {
  it('costs no more than the deadline to connect to', async () => {
    await using mute = await startMute();
    expect(await codeFrom(connect(`http://127.0.0.1:${mute.port}`, {}, { connectWithin: 60 }))).toBe('SOR_TIMEOUT');
  });

  it('has been sent nothing while a connection is only in the making', async () => {
    await using mute = await startMute();
    const transport = openTransport({
      // TLS: without an answer to the greeting there is no connection.
      url: `https://127.0.0.1:${mute.port}`,
      connections: { read: 1, write: 1 },
      connectTimeout: 100,
      responseLimit: 1024,
      clock: systemClock,
    });
    const request = { method: 'POST', path: '/', headers: {}, body: '{}' } as const;
    const byDeadline = transport.send('write', request, Date.now() + 50).catch((error: unknown) => error);
    await expect(byDeadline).resolves.toMatchObject({ kind: 'deadline', sent: false });
    const byConnecting = transport.send('write', request, Date.now() + 20_000).catch((error: unknown) => error);
    await expect(byConnecting).resolves.toMatchObject({ kind: 'network', sent: false });
    await transport.close();
  });
});
