import { codeOf, fail } from '../errors.ts';
import { type Clock, systemClock } from '../outbound/clock.ts';
import { Lane } from '../outbound/lane.ts';
import { openTransport } from '../outbound/transport.ts';
import { type Answered, type Asking, type Caller, createCaller } from './calls.ts';
import { discover, type ScimServer } from './discovery.ts';
import { contractFault, shapeFault, statusFault, toError } from './faults.ts';
import { nothing } from './filter.ts';
import type {
  BulkOperation,
  BulkResult,
  CallEvent,
  CallName,
  Operation,
  ScimClient,
  ScimPage,
  ScimQuery,
  ScimResource,
  ScimSettings,
  Spending,
  Written,
} from './types.ts';

export interface ScimDeps {
  readonly clock?: Clock;
  /** 0 ≤ x < 1, for jitter. */
  readonly random?: () => number;
}

/** A client that is not yet known to have a server at its other end. */
export interface ScimDoor {
  /** Asks the server what it is, and gives the client for it. Throws like any call. */
  connect(spending: Spending): Promise<{ readonly server: ScimServer; readonly client: ScimClient }>;
  /** Hears of every attempt. Returns the way to stop. */
  onCall(listener: (event: CallEvent) => void): () => void;
  /** Lets running calls end, then closes the connections. Later calls fail with SOR_UNAVAILABLE. */
  close(): Promise<void>;
}

/** Opens the pool to one server. Nothing is sent yet. */
export const openScim = (settings: ScimSettings, deps: ScimDeps = {}): ScimDoor => {
  const clock = deps.clock ?? systemClock;
  const { reads = 8, writes = 4, queue = 256, connectTimeout = 3000, responseLimit = 10 * 1024 * 1024 } = settings;
  const transport = openTransport({
    url: settings.url,
    connections: { read: reads, write: writes },
    connectTimeout,
    responseLimit,
    clock,
  });
  const lanes = {
    read: new Lane({ ceiling: reads, adaptive: true, queue, clock }),
    write: new Lane({ ceiling: writes, adaptive: false, queue, clock }),
  };
  const listeners = new Set<(event: CallEvent) => void>();
  const caller = createCaller({
    transport,
    lanes,
    token: settings.token,
    clock,
    random: deps.random ?? Math.random,
    report: (event) => {
      for (const listener of listeners) listener(event);
    },
  });
  let closing: Promise<void> | undefined;
  return {
    connect: async (spending) => {
      const server = await discover(caller, spending);
      return { server, client: clientOf(caller, server) };
    },
    onCall: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => {
      lanes.read.close();
      lanes.write.close();
      return (closing ??= transport.close());
    },
  };
};

const MESSAGES = 'urn:ietf:params:scim:api:messages:2.0';
/** Longer addresses are cut off by some proxies; the query goes into a body then (RFC 7644, section 3.4.3). */
const MAX_QUERY = 2000;

const clientOf = (caller: Caller, server: ScimServer): ScimClient => {
  const endpoint = (resource: string, operation: Operation): string => {
    const type = server.resources.get(resource);
    if (type === undefined) throw toError(contractFault('no such resource type', { resource, operation }), 'read');
    return type.endpoint;
  };
  const at = (resource: string, id: string, operation: Operation): string =>
    `${endpoint(resource, operation)}/${encodeURIComponent(id)}`;
  const write = (asking: Asking, spending: Spending): Promise<Written> =>
    caller.call('write', asking, spending, (answer) => toWritten(answer, asking));

  return {
    get: async (resource, id, attributes, spending, { version } = {}) => {
      const path = withQuery(at(resource, id, 'get'), parameters({ attributes }));
      const asking: Asking = { resource, operation: 'get', method: 'GET', path, ifNoneMatch: version };
      return caller.call('read', asking, spending, ({ body, status }) =>
        status === 304 ? null : withId(body, asking),
      );
    },
    list: async (resource, query, spending) => {
      if (query.filter?.kind === 'none') return { total: 0, resources: [] };
      const call = { resource, operation: 'list' } as const;
      return caller.call('read', toListing(endpoint(resource, 'list'), query, call), spending, ({ body }) =>
        toPage(body, query, call),
      );
    },
    create: async (resource, values, spending) =>
      write(
        { resource, operation: 'create', method: 'POST', path: endpoint(resource, 'create'), body: values },
        spending,
      ),
    replace: async (resource, id, values, { version }, spending) =>
      write(
        {
          resource,
          operation: 'replace',
          method: 'PUT',
          path: at(resource, id, 'replace'),
          body: values,
          ifMatch: version,
        },
        spending,
      ),
    patch: async (resource, id, operations, { version }, spending) => {
      const call = { resource, operation: 'patch' } as const;
      needed(server.canPatch, call);
      const body = { schemas: [`${MESSAGES}:PatchOp`], Operations: operations };
      return write({ ...call, method: 'PATCH', path: at(resource, id, 'patch'), body, ifMatch: version }, spending);
    },
    remove: async (resource, id, { version }, spending) => {
      await write(
        { resource, operation: 'remove', method: 'DELETE', path: at(resource, id, 'remove'), ifMatch: version },
        spending,
      );
    },
    bulk: async (operations, spending) => {
      const call = { resource: 'Bulk', operation: 'bulk' } as const;
      if (operations.length === 0) return [];
      needed(server.bulk !== null, call);
      if (operations.length > (server.bulk?.maxOperations ?? 0)) throw fail('SOR_REJECTED');
      const body = {
        schemas: [`${MESSAGES}:BulkRequest`],
        failOnErrors: 1,
        Operations: operations.map((each) => toBulk(each, endpoint)),
      };
      return caller.call('write', { ...call, method: 'POST', path: '/Bulk', body }, spending, (answer) =>
        toBulkResults(answer, operations.length, call),
      );
    },
  };
};

const needed = (isThere: boolean, call: CallName): void => {
  if (!isThere) throw toError(contractFault('the server does not support it', call), 'write');
};

const toListing = (endpoint: string, query: ScimQuery, call: CallName): Asking => {
  const text = parameters(query);
  if (text.length <= MAX_QUERY) return { ...call, method: 'GET', path: text === '' ? endpoint : `${endpoint}?${text}` };
  const body = { schemas: [`${MESSAGES}:SearchRequest`], ...wordsOf(query) };
  return { ...call, method: 'POST', path: `${endpoint}/.search`, body };
};

/** The query in SCIM's words; what is not asked for is left out. */
const wordsOf = (query: ScimQuery): Readonly<Record<string, string | number | readonly string[]>> => {
  const { filter = nothing, attributes = [], sortBy, descending, startIndex, count } = query;
  return {
    ...(filter.kind === 'term' && { filter: filter.text }),
    ...(attributes.length > 0 && { attributes }),
    ...(sortBy !== undefined && { sortBy, sortOrder: descending === true ? 'descending' : 'ascending' }),
    ...(startIndex !== undefined && { startIndex }),
    ...(count !== undefined && { count }),
  };
};

const withQuery = (path: string, text: string): string => (text === '' ? path : `${path}?${text}`);

const parameters = (query: ScimQuery): string =>
  Object.entries(wordsOf(query))
    .map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`)
    .join('&');

const toPage = (body: Answered['body'], { count }: ScimQuery, call: CallName): ScimPage => {
  // A server that has nothing to list may leave the list out (RFC 7644, section 3.4.2).
  const { totalResults: total, Resources: resources = [] } = body ?? {};
  if (typeof total !== 'number' || !Number.isInteger(total) || total < 0)
    throw shapeFault('the list has no total', call);
  if (!Array.isArray(resources)) throw shapeFault('the list has no resources', call);
  const rows = resources.map((each) => withId(each, call));
  if (count !== undefined && rows.length > count) throw shapeFault('the page is longer than it may be', call);
  return { total, resources: rows };
};

const withId = (value: unknown, call: CallName): ScimResource => {
  const resource = value as ScimResource | null;
  if (resource === null || typeof resource !== 'object' || typeof resource['id'] !== 'string')
    throw shapeFault('a resource has no id', call);
  return resource;
};

const toWritten = ({ body, etag }: Answered, call: CallName): Written => {
  const resource = body === null ? null : withId(body, call);
  const version = (resource?.['meta'] as { readonly version?: unknown } | undefined)?.version;
  return { resource, version: typeof version === 'string' ? version : etag };
};

const toBulk = (operation: BulkOperation, endpoint: (resource: string, operation: Operation) => string) => {
  const base = endpoint(operation.resource, 'bulk');
  if (operation.method === 'POST')
    return { method: 'POST', path: base, bulkId: operation.bulkId, data: operation.data };
  const path = `${base}/${encodeURIComponent(operation.id)}`;
  const { method, version } = operation;
  const data =
    operation.method === 'PATCH'
      ? { schemas: [`${MESSAGES}:PatchOp`], Operations: operation.operations }
      : operation.method === 'PUT'
        ? operation.data
        : undefined;
  return { method, path, ...(version !== undefined && { version }), ...(data !== undefined && { data }) };
};

/** Operations after the first failure are not in the answer: they were not done. */
const toBulkResults = ({ body }: Answered, asked: number, call: CallName): readonly BulkResult[] => {
  const operations = body?.['Operations'];
  if (!Array.isArray(operations) || operations.length > asked) throw shapeFault('not a list of outcomes', call);
  return operations.map((each: unknown) => toBulkResult(each as Readonly<Record<string, unknown>> | null, call));
};

const toBulkResult = (each: Readonly<Record<string, unknown>> | null, call: CallName): BulkResult => {
  // 1.1 answered an object with a code where 2.0 answers the status; some servers still do.
  const told = (each?.['status'] as { readonly code?: unknown } | undefined)?.code ?? each?.['status'];
  const status = Number(told);
  if (!Number.isInteger(status)) throw shapeFault('an outcome has no status', call);
  const location = each?.['location'];
  const id = typeof location === 'string' ? (location.split('/').pop() ?? null) : null;
  if (status < 300) return { ok: true, status, id, code: null };
  const keyword = (each?.['response'] as { readonly scimType?: unknown } | undefined)?.scimType;
  const fault = statusFault(status, typeof keyword === 'string' ? keyword : null, true, call);
  return { ok: false, status, id, code: codeOf(toError(fault, 'write')) };
};
