import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createInFlight } from '../../gateway/executor/transports/in-flight.ts';
import { httpTransport } from '../../gateway/executor/transports/http.ts';
import { startGateway, type RunningGateway, type Supply } from '../../gateway/server.ts';
import { compose } from '../../gateway/supergraph/compose.ts';
import { loadConfig } from '../../platform/config.ts';
import { silentLog } from '../../platform/log.ts';
import { type FakeSubgraph, startSubgraph } from '../fakes/subgraph.ts';
import { LINK } from './start-graph.ts';

const definition = (name: string) => ({
  sdl: `${LINK} type Query { ${name}: String both: String }`,
  resolvers: { Query: { [name]: () => name, both: () => `both of ${name}` } },
});

let [spring, autumn]: FakeSubgraph[] = [];
let gateway: RunningGateway;
const closed: string[] = [];

const supplyOf = (name: string, { url, sdl }: FakeSubgraph): Supply => {
  const common = { key: undefined, connections: 2, responseLimit: 100_000, compression: false };
  const transport = httpTransport({ name, url, ...common, inFlight: createInFlight() });
  return {
    supergraphSdl: compose([{ name, url, sdl }]).supergraphSdl,
    transports: [
      {
        ...transport,
        close: async () => {
          closed.push(name);
          await transport.close?.();
        },
      },
    ],
    health: [{ name, check: () => ({ status: 'ok' }) }],
  };
};

const ask = async (query: string): Promise<unknown> => {
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  return response.json();
};

beforeEach(async () => {
  [spring, autumn] = [await startSubgraph(definition('spring')), await startSubgraph(definition('autumn'))];
  closed.length = 0;
  const config = loadConfig({ PORT: '0', REQUEST_DEADLINE: '10000' });
  gateway = await startGateway({ config, log: silentLog(), issuer: 'open', ...supplyOf('spring', spring) });
});
afterEach(async () => {
  await gateway.close();
  await Promise.all([spring?.stop(), autumn?.stop()]);
});

const must = <T>(value: T | undefined): T => {
  if (value === undefined) throw new Error('nothing there');
  return value;
};

describe('replacing the graph of a running gateway', () => {
  it('serves the new one from then on, and says so in /readyz', async () => {
    expect(await ask('{ spring }')).toEqual({ data: { spring: 'spring' } });
    await gateway.replace(supplyOf('autumn', must(autumn)));
    expect(await ask('{ autumn }')).toEqual({ data: { autumn: 'autumn' } });
    expect(await ask('{ spring }')).toMatchObject({ errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] });
    const ready = await fetch(`${gateway.url}/readyz`);
    expect(await ready.json()).toMatchObject({ dependencies: [{ name: 'autumn' }] });
  });

  it('lets a request end on the graph it began with', async () => {
    const asked = new EventTarget();
    let answer = () => undefined as unknown;
    spring?.answerWith((_request, response) => {
      answer = () => response.writeHead(200, { 'content-type': 'application/json' }).end('{"data":{"both":"old"}}');
      asked.dispatchEvent(new Event('asked'));
    });
    const begun = once(asked, 'asked');
    const request = ask('{ both }');
    await begun;
    await gateway.replace(supplyOf('autumn', must(autumn)));
    expect(await ask('{ both }')).toEqual({ data: { both: 'both of autumn' } });
    answer();
    expect(await request).toEqual({ data: { both: 'old' } });
    expect(closed).toEqual([]);
  });

  it('stays with the old one when the new one cannot be served, and closes what it was given', async () => {
    const supply = supplyOf('autumn', must(autumn));
    await expect(gateway.replace({ ...supply, supergraphSdl: 'type Query { no: Supergraph }' })).rejects.toThrow();
    await expect(gateway.replace({ ...supply, transports: [] })).rejects.toThrow('no transport for autumn');
    expect(closed).toEqual(['autumn']);
    expect(await ask('{ spring }')).toEqual({ data: { spring: 'spring' } });
  });

  it('closes all there is with the gateway', async () => {
    await gateway.replace(supplyOf('autumn', must(autumn)));
    await gateway.close();
    expect(closed.toSorted()).toEqual(['autumn', 'spring']);
  });
});
