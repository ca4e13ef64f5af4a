import { once } from 'node:events';
import { Agent, createServer, request } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { Agent as UndiciAgent } from 'undici';
import { refuseUnsafeEnvironment } from '../../gateway/apollo-environment.ts';
import type { HealthSource } from '../../platform/http/health.ts';
import { httpHealth } from '../../gateway/http/subgraph-health.ts';
import type { DependencyHealth } from '../../platform/subgraph.ts';
import type { SubgraphDefinition } from '../fakes/subgraph.ts';
import { stock } from './hospital.ts';
import { codes, LINK, startGraph } from './start-graph.ts';

/** A subgraph whose field answers when it is told to. */
const waiting = () => {
  const events = new EventTarget();
  let go: (value: string) => void = () => undefined;
  const definition: SubgraphDefinition = {
    sdl: `${LINK} type Query { wait: String }`,
    resolvers: {
      Query: {
        wait: () => {
          const value = new Promise<string>((resolve) => {
            go = resolve;
          });
          events.dispatchEvent(new Event('asked'));
          return value;
        },
      },
    },
  };
  return { definition, asked: () => once(events, 'asked'), answer: (value: string) => go(value) };
};

describe('health', () => {
  const source = (name: string, state: readonly DependencyHealth[]): HealthSource => ({ name, check: () => state });

  it('is ok when every dependency is, and names each', async () => {
    const health = [source('finance', [{ name: 'odoo', status: 'ok' }]), source('hr', [])];
    await using graph = await startGraph({ local: { stock }, options: { health } });
    await graph.ask('{ __typename }');
    const ready = await fetch(`${graph.url}/readyz`);
    expect([ready.status, await ready.json()]).toEqual([
      200,
      {
        status: 'ok',
        dependencies: [
          { name: 'issuer', status: 'ok' },
          { name: 'finance', status: 'ok', dependencies: [{ name: 'odoo', status: 'ok' }] },
          { name: 'hr', status: 'ok' },
        ],
      },
    ]);
    expect((await fetch(`${graph.url}/readyz`, { method: 'HEAD' })).status).toBe(200);
    expect((await fetch(`${graph.url}/readyz`, { method: 'POST' })).status).toBe(405);
  });

  it.each(['failing', 'starting'] as const)(
    'is 503 while a dependency is %s, and the process is alive',
    async (status) => {
      const health = [source('finance', [{ name: 'odoo', status, code: 'SOR_UNAVAILABLE' }])];
      await using graph = await startGraph({ local: { stock }, options: { health } });
      const ready = await fetch(`${graph.url}/readyz`);
      expect(ready.status).toBe(503);
      expect(await ready.json()).toMatchObject({ dependencies: [{}, { name: 'finance', status }] });
      expect((await fetch(`${graph.url}/livez`)).status).toBe(200);
    },
  );

  it('of a subgraph elsewhere is asked there, seldom, and passes on states only', async () => {
    const agent = new UndiciAgent();
    let time = 0;
    let asked = 0;
    const server = createServer((message, response) => {
      asked += 1;
      expect(message.url).toBe('/readyz');
      const dependencies = [
        { name: 'odoo', status: 'failing', code: 'SOR_TIMEOUT', url: 'http://10.0.0.1', reason: 'x' },
      ];
      response.writeHead(503).end(JSON.stringify({ dependencies }));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const health = httpHealth('finance', `http://127.0.0.1:${port}/graphql`, agent, () => time);
    const expected = [{ name: 'odoo', status: 'failing', code: 'SOR_TIMEOUT' }];
    expect(await Promise.all([health.check(), health.check()])).toEqual([expected, expected]);
    expect(asked).toBe(1);
    time += 2000;
    await health.check();
    expect(asked).toBe(2);
    server.closeAllConnections();
    server.close();
    time += 2000;
    expect(await health.check()).toEqual([{ name: 'process', status: 'failing', code: 'DOWNSTREAM_SERVICE_ERROR' }]);
    await agent.destroy();
  });
});

describe('closing', () => {
  it('lets a running request finish and refuses those that come after', async () => {
    const { definition, asked, answer } = waiting();
    await using graph = await startGraph({ local: { slow: definition } });
    // Two connections: the request on the one keeps the other from being needed, and both are kept open.
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const started = asked();
    const running = graph.ask('{ wait }');
    await started;
    const idle = await raw(agent, graph.url, '/livez');
    expect(idle.status).toBe(200);
    const closing = graph.gateway.close();
    await expect(raw(agent, graph.url, '/livez')).rejects.toThrow();
    answer('done');
    expect((await running).body).toEqual({ data: { wait: 'done' } });
    expect((await running).headers.get('connection')).toBe('close');
    await closing;
    await graph.gateway.close();
    agent.destroy();
  });

  it('answers SHUTTING_DOWN on a connection that is still there', async () => {
    const { definition, asked, answer } = waiting();
    await using graph = await startGraph({ local: { slow: definition } });
    const late = connect(Number(new URL(graph.url).port), '127.0.0.1');
    let received = '';
    late.setEncoding('utf8').on('data', (text: string) => {
      received += text;
    });
    const started = asked();
    // Half of a head, so that the connection is not an idle one when the drain begins.
    late.write('POST /graphql HTTP/1.1\r\nhost: a\r\n');
    const running = graph.ask('{ wait }');
    await started;
    const closing = graph.gateway.close();
    late.write('content-length: 2\r\n\r\n{}');
    await once(late, 'close');
    expect(received).toMatch(/^HTTP\/1.1 503 [^]*connection: close[^]*"SHUTTING_DOWN"/i);
    answer('done');
    expect((await running).body).toEqual({ data: { wait: 'done' } });
    await closing;
  });

  it('cuts short what takes longer than the drain, and says so', async () => {
    const { definition, asked } = waiting();
    await using graph = await startGraph({ local: { slow: definition }, server: { drain: 50 } });
    const started = asked();
    const running = graph.ask('{ wait }');
    await started;
    await graph.gateway.close();
    expect(codes(await running)).toEqual(['GATEWAY_TIMEOUT']);
  });
});

describe('starting', () => {
  it('is refused while a switch turns the planner’s protection off', () => {
    const name = 'APOLLO_DISABLE_SECURITY_NON_LOCAL_SELECTIONS_CHECK';
    expect(() => refuseUnsafeEnvironment({ [name]: 'true' })).toThrow(name);
    expect(() => refuseUnsafeEnvironment({ [name]: '' })).not.toThrow();
  });

  it('is refused for a subgraph that cannot be reached by any transport', async () => {
    const start = startGraph({ local: { stock }, options: { transports: [] } });
    await expect(start).rejects.toThrow('no transport for stock');
  });

  it('is refused on an address that is taken, and leaves nothing behind', async () => {
    await using graph = await startGraph({ local: { stock } });
    const port = Number(new URL(graph.url).port);
    await expect(startGraph({ local: { stock }, server: { port } })).rejects.toThrow('EADDRINUSE');
  });
});

const raw = (agent: Agent, url: string, path: string) =>
  new Promise<{ readonly status: number | undefined }>((resolve, reject) => {
    const message = request(`${url}${path}`, { agent }, (response) => {
      response.resume().once('end', () => resolve({ status: response.statusCode }));
    });
    message.once('error', reject).end();
  });
