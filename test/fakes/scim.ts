import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Secret } from '../../platform/secret.ts';
import { parsePath, valueAt } from '../../platform/scim/paths.ts';
import type { ScimSettings } from '../../platform/scim/types.ts';
import { type Expression, matches, operatorsOf, parseFilter } from './scim-filter.ts';

type Resource = Readonly<Record<string, unknown>>;

/** What a server can do; all of it unless said otherwise. */
export interface FakeScimOptions {
  readonly users?: readonly Resource[];
  readonly groups?: readonly Resource[];
  /** Whether it sorts. */
  readonly sort?: boolean;
  readonly filter?: boolean;
  /** Whether it compares by greater and less. */
  readonly compare?: boolean;
  readonly bulk?: boolean;
  /** Most resources of a page. */
  readonly maxResults?: number;
  /** Attributes that the schemas do not have, as paths. */
  readonly without?: readonly string[];
}

export interface FakeScim extends AsyncDisposable {
  readonly settings: ScimSettings;
  /** Method and path of each request, discovery left out. */
  readonly requests: readonly { readonly method: string; readonly path: string; readonly query: Query }[];
  /** Resources as they are now. */
  readonly users: readonly Resource[];
  /** Answers the next request with this instead. */
  answerNext(status: number, body: unknown, type?: string): void;
}

type Query = Readonly<Record<string, unknown>>;

const CORE = 'urn:ietf:params:scim:schemas:core:2.0';
const LIST = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';
const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error';
const PARAMETERS = new Set(['schemas', 'filter', 'attributes', 'sortBy', 'sortOrder', 'startIndex', 'count']);

class Refusal extends Error {
  readonly status: number;
  readonly scimType: string | undefined;

  constructor(status: number, scimType?: string) {
    super('refused');
    this.status = status;
    this.scimType = scimType;
  }
}

/**
 * A second SCIM server, that shares no code with the sandbox: strict about the grammar of filters, about media types and
 * parameters, and it answers nothing that was not asked for.
 */
export const startFakeScim = async (options: FakeScimOptions = {}): Promise<FakeScim> => {
  const tables: Record<string, Resource[]> = { Users: [...(options.users ?? [])], Groups: [...(options.groups ?? [])] };
  const requests: { method: string; path: string; query: Query }[] = [];
  let planned: { readonly status: number; readonly body: unknown; readonly type: string } | undefined;

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://fake');
    const body = await bodyOf(request);
    if (planned !== undefined) {
      const { status, body: said, type } = planned;
      planned = undefined;
      response.writeHead(status, { 'content-type': type }).end(typeof said === 'string' ? said : JSON.stringify(said));
      return;
    }
    if (request.headers.authorization !== 'Bearer fake-token') throw new Refusal(401);
    if (request.headers.accept?.includes('application/scim+json') !== true) throw new Refusal(400, 'invalidSyntax');
    const described = DISCOVERY[pathname]?.(options);
    if (described !== undefined) return send(response, 200, described);
    const isSearch = pathname.endsWith('/.search');
    const query: Query = isSearch ? ((body ?? {}) as Query) : Object.fromEntries(searchParams);
    const method = request.method ?? 'GET';
    requests.push({ method, path: pathname, query });
    const [, endpoint = '', id] = pathname.replace('/.search', '').split('/');
    const table = tables[endpoint];
    if (table === undefined) throw new Refusal(404);
    if (id === undefined && (method === 'GET' || isSearch)) return send(response, 200, list(table, query, options));
    if (id === undefined) return create(table, body as Resource, response);
    change(table, decodeURIComponent(id), method, body, request, response);
  };

  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      const { status, scimType } = error instanceof Refusal ? error : new Refusal(500);
      send(response, status, { schemas: [ERROR], status: String(status), scimType, detail: 'SECRET of the server' });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    settings: { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, token: new Secret('fake-token') },
    requests,
    get users() {
      return tables['Users'] ?? [];
    },
    answerNext: (status, body, type = 'application/scim+json') => {
      planned = { status, body, type };
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};

const bodyOf = async (request: IncomingMessage): Promise<unknown> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  if (text === '') return undefined;
  if (request.headers['content-type'] !== 'application/scim+json') throw new Refusal(400, 'invalidSyntax');
  return JSON.parse(text) as unknown;
};

const send = (response: ServerResponse, status: number, body?: unknown): void => {
  const version = (body as { meta?: { version?: string } } | undefined)?.meta?.version;
  response.writeHead(status, {
    'content-type': 'application/scim+json',
    ...(version !== undefined && { etag: version }),
  });
  response.end(body === undefined ? '' : JSON.stringify(body));
};

const list = (table: readonly Resource[], query: Query, options: FakeScimOptions) => {
  for (const name of Object.keys(query)) if (!PARAMETERS.has(name)) throw new Refusal(400, 'invalidSyntax');
  const {
    filter,
    attributes = [],
    sortBy,
    sortOrder,
    startIndex = 1,
    count = 20,
  } = query as Partial<Record<string, string>>;
  if (filter !== undefined && options.filter === false) throw new Refusal(403);
  if (sortBy !== undefined && options.sort === false) throw new Refusal(501);
  const found = filter === undefined ? table : table.filter((each) => matches(parsed(filter, options), each));
  const by = (one: Resource) => String(valueAt(one, sortBy ?? ''));
  const sorted = sortBy === undefined ? found : found.toSorted((a, b) => (by(a) < by(b) ? -1 : 1));
  const ordered = sortOrder === 'descending' ? sorted.toReversed() : sorted;
  const from = Number(startIndex) - 1;
  const page = ordered.slice(from, from + Math.min(Number(count), options.maxResults ?? 200));
  const paths = String(attributes).split(',');
  return {
    schemas: [LIST],
    totalResults: found.length,
    // Left out when there are none, as some servers do.
    ...(page.length > 0 && {
      startIndex: from + 1,
      itemsPerPage: page.length,
      Resources: page.map((one) => only(one, paths)),
    }),
  };
};

const parsed = (text: string, { compare = true }: FakeScimOptions): Expression => {
  try {
    const filter = parseFilter(text);
    const compares = operatorsOf(filter).some((op) => ['gt', 'ge', 'lt', 'le'].includes(op));
    if (compare || !compares) return filter;
  } catch {
    // One answer for everything that is not understood.
  }
  throw new Refusal(400, 'invalidFilter');
};

/** The attributes that were asked for, and the id. */
const only = (resource: Resource, paths: readonly string[]): Resource => {
  const kept: Record<string, unknown> = { id: resource['id'] };
  for (const path of paths.filter((each) => each !== '')) {
    const { schema, names } = parsePath(path);
    let at = kept;
    for (const name of [...(schema === null ? [] : [schema]), ...names.slice(0, -1)])
      at = (at[name] ??= {}) as Record<string, unknown>;
    const value = valueAt(resource, path);
    if (value !== null) at[names.at(-1) ?? ''] = value;
  }
  return kept;
};

const versionOf = (resource: Resource): string => (resource['meta'] as { readonly version: string }).version;

const nextOf = (resource: Resource): Resource => {
  const before = (resource['meta'] as { readonly version?: string } | undefined)?.version;
  return { ...resource, meta: { version: `"v${Number(before?.replaceAll(/\D/g, '') ?? 0) + 1}"` } };
};

const create = (table: Resource[], values: Resource, response: ServerResponse): void => {
  if (table.some((one) => one['userName'] === values['userName'])) throw new Refusal(409, 'uniqueness');
  if (values['userName'] === undefined) throw new Refusal(400, 'invalidValue');
  const made = nextOf({ ...values, id: `made-${table.length}` });
  table.push(made);
  send(response, 201, made);
};

const change = (
  table: Resource[],
  id: string,
  method: string,
  body: unknown,
  request: IncomingMessage,
  response: ServerResponse,
): void => {
  const at = table.findIndex((one) => one['id'] === id);
  const before = table[at];
  if (before === undefined) throw new Refusal(404);
  const condition = request.headers['if-match'];
  if (condition !== undefined && condition !== versionOf(before)) throw new Refusal(412);
  if (method === 'GET' && request.headers['if-none-match'] === versionOf(before)) return send(response, 304);
  if (method === 'GET') return send(response, 200, before);
  if (method === 'DELETE') {
    table.splice(at, 1);
    return send(response, 204);
  }
  const { Operations = [] } = body as { readonly Operations?: readonly { path: string; value: unknown }[] };
  const patched = Object.fromEntries(Operations.map(({ path, value }) => [path, value]));
  const after = nextOf(
    method === 'PUT' ? { ...(body as Resource), id, meta: before['meta'] } : { ...before, ...patched },
  );
  table[at] = after;
  // PATCH may answer without a body (RFC 7644, section 3.5.2).
  if (method === 'PATCH') response.writeHead(204, { etag: versionOf(after) }).end();
  else send(response, 200, after);
};

const attribute = (path: string) => {
  const [name = '', inner] = path.split('.');
  return {
    name,
    type: inner === undefined ? 'string' : 'complex',
    subAttributes: inner === undefined ? [] : [{ name: inner }],
  };
};

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const WORKFORCE = 'urn:caregraph:params:scim:schemas:workforce:2.0:User';
const GROUP = 'urn:caregraph:params:scim:schemas:workforce:2.0:Group';

const SCHEMAS: Readonly<Record<string, readonly string[]>> = {
  [`${CORE}:User`]: ['userName', 'displayName', 'name.formatted', 'name.givenName', 'name.familyName', 'title'],
  [`${CORE}:Group`]: ['displayName'],
  [ENTERPRISE]: ['employeeNumber', 'costCenter', 'department', 'manager.value'],
  [WORKFORCE]: [
    'hireDate',
    'employmentStatus',
    'fte',
    'position',
    'facilityCode',
    'practitionerNumber',
    'compensation.amount',
    'compensation.currency',
    'compensation.per',
  ],
  [GROUP]: ['code', 'costCenterCode', 'facilityCode', 'head.value'],
};

const listOf = (resources: readonly unknown[]) => ({
  schemas: [LIST],
  totalResults: resources.length,
  Resources: resources,
});

const DISCOVERY: Readonly<Record<string, (options: FakeScimOptions) => unknown>> = {
  '/ServiceProviderConfig': ({ sort = true, filter = true, bulk = false, maxResults = 200 }) => ({
    patch: { supported: true },
    bulk: { supported: bulk },
    filter: { supported: filter, maxResults },
    sort: { supported: sort },
    etag: { supported: true },
  }),
  '/ResourceTypes': () =>
    listOf([
      {
        name: 'User',
        endpoint: '/Users',
        schema: `${CORE}:User`,
        schemaExtensions: [{ schema: ENTERPRISE }, { schema: WORKFORCE }],
      },
      { name: 'Group', endpoint: '/Groups', schema: `${CORE}:Group`, schemaExtensions: [{ schema: GROUP }] },
    ]),
  '/Schemas': ({ without = [] }) =>
    listOf(
      Object.entries(SCHEMAS).map(([id, paths]) => ({
        id,
        attributes: paths.filter((path) => !without.includes(`${id}:${path}`)).map(attribute),
      })),
    ),
};
