import { SECOND } from '../../platform/time.ts';
import { Secret } from '../../platform/secret.ts';
import type { OwnerName } from '../../subgraphs/owners.ts';
import type { FhirDomain } from '../../sandbox/fhir/domains.ts';
import type { FhirSeed } from '../../sandbox/fhir/seed.ts';
import type { Seed } from '../../sandbox/odoo/seed.ts';
import type { ScimSeed } from '../../sandbox/scim/seed.ts';
import { type FaultyProxy, type SeenRequest, startFaultyProxy } from '../fakes/faulty-proxy.ts';
import { startFaultySocket } from '../fakes/faulty-socket.ts';
import type { GraphOptions } from './graph.ts';
import { startPostgres } from './postgres.ts';

/** What can be wrong with an owner. `empty` is nothing wrong: it answers, and has no rows. */
export const FAULTS = ['refused', 'hung', 'failing', 'page', 'half', 'misshapen', 'empty'] as const;
export type FaultName = (typeof FAULTS)[number];

/** An owner with its sandbox, and something in front of it that counts and breaks. */
export interface Door extends AsyncDisposable {
  /** How the product gets there. */
  readonly options: Partial<GraphOptions>;
  /** What has been asked since the last `forget`, each call by its kind. */
  calls(): readonly string[];
  /** The same requests as they were made; none of an owner that is asked in SQL. */
  requests(): readonly SeenRequest[];
  forget(): void;
  break(fault: FaultName): Promise<void>;
  heal(): Promise<void>;
}

/** What the sandboxes begin with. */
export interface World {
  odoo(): Seed;
  hr(): ScimSeed;
  fhir(domain: FhirDomain): FhirSeed;
}

/** How to stand in front of each owner that has a wire. Whatever subgraphs read has to be here, or in `WIRELESS`. */
export const DOORS: Readonly<Partial<Record<OwnerName, (world: World) => Promise<Door>>>> = {
  odoo: async (world) => {
    const { startOdooSandbox } = await import('../../sandbox/odoo/server.ts');
    const seed = world.odoo();
    const sandbox = await startOdooSandbox({ seed });
    const proxy = await startFaultyProxy(sandbox.url);
    const { login, apiKey } = seed.users.find((user) => user.login === 'svc.gateway') ?? { login: '', apiKey: '' };
    const odoo = { url: proxy.url, db: sandbox.db, login, apiKey: new Secret(apiKey), protocol: 'json-2' } as const;
    return doorOf(proxy, sandbox, { options: { odoo }, kindOf: ({ call }) => call ?? 'version', empty: emptyOdoo });
  },
  hr: async (world) => {
    const { startScimSandbox } = await import('../../sandbox/scim/server.ts');
    const sandbox = await startScimSandbox({ seed: world.hr(), token: 'test-token' });
    const proxy = await startFaultyProxy(sandbox.origin, { keepsHost: true });
    const hr = { url: sandbox.url.replace(sandbox.origin, proxy.url), token: new Secret('test-token') };
    return doorOf(proxy, sandbox, { options: { hr }, kindOf: kindOfPath, empty: () => NO_RESOURCES });
  },
  scheduling: (world) => fhirDoor('scheduling', world),
  billing: (world) => fhirDoor('billing', world),
  store: async () => {
    const postgres = await startPostgres();
    const address = new URL(await postgres.database());
    const socket = await startFaultySocket(Number(address.port));
    const direct = new URL(address);
    address.port = String(socket.port);
    const { emptied, misshapen } = await import('./store-surgery.ts');
    let since = 0;
    let undo: () => Promise<void> = () => Promise.resolve();
    return {
      options: {
        store: { url: new Secret(address.href), dir: '/nowhere', connections: 4, within: 3 * SECOND },
      },
      calls: () => Array.from({ length: socket.queries - since }, () => 'query'),
      requests: () => [],
      forget: () => {
        since = socket.queries;
      },
      break: async (fault) => {
        if (fault === 'refused') await socket.refuse();
        if (fault === 'hung') socket.hang();
        if (fault === 'failing') socket.say(STARTING_UP);
        if (fault === 'page') socket.say(Buffer.from(PAGE));
        if (fault === 'half') socket.half();
        if (fault === 'misshapen') undo = await misshapen(direct.href);
        if (fault === 'empty') undo = await emptied(direct.href);
      },
      heal: async () => {
        await undo();
        undo = () => Promise.resolve();
        await socket.heal();
      },
      [Symbol.asyncDispose]: async () => {
        await socket.stop();
        await postgres[Symbol.asyncDispose]();
      },
    };
  },
};

/** Owners that nothing can be wrong with, and why. */
export const WIRELESS: Readonly<Partial<Record<OwnerName, string>>> = {
  access: 'what gateways hear; how it fails is tested where it is (test/gateway/identity)',
  audit: 'a journal of the process; how it fails is tested where it is (test/audit)',
  catalogue: 'read from the text of the supergraph, which is part of the product',
  mappings: 'tables of the product itself',
  rulebook: 'the rules of the product, and its supergraph',
};

const PAGE = 'HTTP/1.1 400 Bad Request\r\n\r\n<!doctype html><title>Not what you want</title>';

/** An ErrorResponse (PostgreSQL, Message Formats), SQLSTATE 57P03: cannot connect now. */
const STARTING_UP = (() => {
  const fields = Buffer.from('SFATAL\0VFATAL\0C57P03\0MSECRET\0\0');
  const head = Buffer.alloc(5);
  head.write('E');
  head.writeUInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
})();

const fhirDoor = async (domain: FhirDomain, world: World): Promise<Door> => {
  const { startFhirSandbox } = await import('../../sandbox/fhir/server.ts');
  const sandbox = await startFhirSandbox({ domain, seed: world.fhir(domain), token: 'test-token' });
  const { origin, pathname } = new URL(sandbox.url);
  const proxy = await startFaultyProxy(origin, { keepsHost: true });
  const name = domain.toUpperCase();
  const env = { [`FHIR_${name}_URL`]: proxy.url + pathname, [`FHIR_${name}_TOKEN`]: 'test-token' };
  const options = { [domain]: proxy.url + pathname, env };
  return doorOf(proxy, sandbox, { options, kindOf: kindOfFhir, empty: emptyFhir });
};

interface Protocol {
  readonly options: Partial<GraphOptions>;
  kindOf(request: SeenRequest): string;
  /** What a server without a row answers. */
  empty(request: SeenRequest): unknown;
}

const doorOf = (proxy: FaultyProxy, sandbox: AsyncDisposable, { options, kindOf, empty }: Protocol): Door => {
  let since = 0;
  return {
    options,
    calls: () => proxy.requests.slice(since).map(kindOf),
    requests: () => proxy.requests.slice(since),
    forget: () => {
      since = proxy.requests.length;
    },
    break: async (fault) => {
      if (fault === 'refused') await proxy.refuse();
      if (fault === 'hung') proxy.hang();
      if (fault === 'failing') proxy.status(500, { message: 'SECRET', debug: 'Traceback SECRET' });
      if (fault === 'page') proxy.html(200);
      if (fault === 'half') proxy.halfBody();
      if (fault === 'misshapen') proxy.answerWith(() => ({ surprise: 'SECRET' }));
      if (fault === 'empty') proxy.answerWith(empty);
    },
    heal: async () => {
      proxy.heal();
      // Whoever waits for an answer that will not come learns of it.
      await proxy.refuse();
      await proxy.admit();
    },
    [Symbol.asyncDispose]: async () => {
      await proxy.stop();
      await sandbox[Symbol.asyncDispose]();
    },
  };
};

/** One call for many searches is another kind than one for one of them. */
const kindOfFhir = (request: SeenRequest): string => {
  const { entry } = (request.body ?? {}) as { readonly entry?: readonly { readonly request?: { url?: string } }[] };
  if (entry === undefined) return kindOfPath(request);
  const types = entry.map(({ request: asked }) => asked?.url?.split('?', 1)[0] ?? '');
  return `batch of ${[...new Set(types)].toSorted().join(' ')}`;
};

/** What is asked of a type is one kind of call, whether the query stands in the address or, being long, in the body. */
const kindOfPath = ({ path }: SeenRequest): string =>
  new URL(path, 'http://x').pathname.replace(/^\/(?:fhir\/R4|scim\/v2)\/?/, '').replace(/\/[._]search$/, '');

const emptyOdoo = ({ call }: SeenRequest): unknown => (call?.endsWith('/search_count') === true ? 0 : []);

const NO_RESOURCES = {
  schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
  totalResults: 0,
  startIndex: 1,
  itemsPerPage: 0,
  Resources: [],
};

const NO_ROWS = { resourceType: 'Bundle', type: 'searchset', total: 0 };

const emptyFhir = ({ body }: SeenRequest): unknown => {
  const { type, entry } = (body ?? {}) as { readonly type?: string; readonly entry?: readonly unknown[] };
  if (type !== 'batch') return NO_ROWS;
  return {
    resourceType: 'Bundle',
    type: 'batch-response',
    entry: entry?.map(() => ({ response: { status: '200' }, resource: NO_ROWS })),
  };
};
