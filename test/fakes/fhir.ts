import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Kept, matcherOf, type Param, PARAMS, sortKey } from './fhir-search.ts';

/** One request that reached the server. */
export interface SeenFhir {
  readonly method: string;
  /** Below the base, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface FakeFhirOptions {
  /** What the base path is. Default `/fhir/R4`. */
  readonly path?: string;
  /** Most rows of one page, whatever is asked for. Default 1000. */
  readonly pageLimit?: number;
  /** Interactions on the system. Default batch and transaction. */
  readonly system?: readonly string[];
  /** Search parameters it does not have, as `Appointment.location`. */
  readonly without?: readonly string[];
  /** Leaves out conditions that are chains, as servers do that have none, or refuses them. Default: it has chains. */
  readonly chains?: 'ignored' | 'refused';
  /** Types it does not PATCH are those not named here. Default all. */
  readonly patches?: readonly string[];
  readonly fhirVersion?: string;
  /** Where it takes itself to be, when something stands before it. */
  readonly publicUrl?: () => string;
  /** Tokens that are let in. Default: everybody. */
  readonly tokens?: () => readonly string[];
}

/** Whatever a test wants to answer instead. */
export type Intercept = (
  request: SeenFhir,
) => { readonly status?: number; readonly body: unknown; readonly headers?: Record<string, string> } | undefined;

/**
 * A small FHIR R4 server in memory, strict where servers may be: it refuses what it does not know, leaves rows that sort
 * alike in any order, and cuts pages as it likes.
 */
export interface FakeFhir extends AsyncDisposable {
  /** With the base path, no slash at its end. */
  readonly url: string;
  readonly requests: readonly SeenFhir[];
  forget(): void;
  /** Puts a resource there, behind everybody's back. */
  put(resource: { readonly resourceType: string; readonly id?: string; readonly [element: string]: unknown }): Kept;
  get(type: string, id: string): Kept | undefined;
  all(type: string): readonly Kept[];
  remove(type: string, id: string): void;
  /** Until called again, answers what the function returns; what it leaves undefined is answered as usual. */
  intercept(how: Intercept | undefined): void;
  stop(): Promise<void>;
}

interface Reply {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Record<string, string>;
}

export const startFhir = async (options: FakeFhirOptions = {}): Promise<FakeFhir> => {
  const { path: base = '/fhir/R4', pageLimit = 1000 } = options;
  const store = new Map<string, Map<string, Kept>>();
  const gone = new Set<string>();
  const pages = new Map<
    string,
    { type: string; rows: readonly Kept[]; from: number; count: number; query: URLSearchParams }
  >();
  const requests: SeenFhir[] = [];
  let intercept: Intercept | undefined;
  let counter = 0;
  let clock = Date.parse('2026-11-01T00:00:00Z');

  const known = () => options.publicUrl?.() ?? url;
  const typed = (type: string) => {
    const kept = store.get(type) ?? new Map<string, Kept>();
    store.set(type, kept);
    return kept;
  };
  const keep = (resource: Record<string, unknown>, id?: string): Kept => {
    const type = String(resource['resourceType']);
    const local = id ?? (typeof resource['id'] === 'string' ? resource['id'] : `x${(counter += 1)}`);
    const version = Number(typed(type).get(local)?.meta.versionId ?? 0) + 1;
    const meta = { versionId: String(version), lastUpdated: new Date((clock += 1000)).toISOString() };
    const kept = { ...resource, resourceType: type, id: local, meta } as Kept;
    typed(type).set(local, kept);
    gone.delete(`${type}/${local}`);
    return kept;
  };

  const has = (type: string, param: string) =>
    PARAMS[type]?.[param] !== undefined && !(options.without ?? []).includes(`${type}.${param}`);

  const rowsOf = (type: string, query: URLSearchParams): readonly Kept[] | string => {
    const tests: ((row: Kept) => boolean)[] = [];
    for (const [name, value] of query) {
      const [param = '', modifier] = name.split(':');
      if (['_elements', '_include', '_sort', '_count', '_summary', '_total'].includes(param)) continue;
      if (!has(type, param)) return param;
      const [target, chain] = modifier?.split('.') ?? [];
      if (chain !== undefined && options.chains === 'ignored') continue;
      if (chain !== undefined && options.chains === 'refused') return name;
      const test =
        target === undefined || chain === undefined
          ? matcherOf(PARAMS[type]?.[param], modifier, value)
          : chained(PARAMS[type]?.[param], target, new URLSearchParams([[chain, value]]));
      if (test === undefined) return name;
      tests.push(test);
    }
    return [...typed(type).values()].filter((row) => tests.every((test) => test(row)));
  };

  /** What refers to something that passes the rest. */
  const chained = (param: Param | undefined, target: string, rest: URLSearchParams) => {
    const found = rowsOf(target, rest);
    if (typeof found === 'string' || param?.kind !== 'reference') return undefined;
    const among = new Set(found.map(({ id }) => `${target}/${id}`));
    return (row: Kept) => param.values(row).some((each) => among.has(each));
  };

  const search = (type: string, query: URLSearchParams): Reply => {
    if (PARAMS[type] === undefined) return refusal(404, 'not-supported');
    const rows = rowsOf(type, query);
    if (typeof rows === 'string') return refusal(400, 'invalid');
    if (query.get('_summary') === 'count')
      return { status: 200, body: { resourceType: 'Bundle', type: 'searchset', total: rows.length } };
    // Equals come in another order each time: nothing may rely on it.
    counter += 1;
    const shuffled = rows.toSorted((a, b) => hash(`${a.id}${counter}`) - hash(`${b.id}${counter}`));
    const sort = query.get('_sort');
    const [param, sign] = sort?.startsWith('-') === true ? [sort.slice(1), -1] : [sort, 1];
    if (param !== null && param !== undefined) {
      if (!has(type, param)) return refusal(400, 'invalid');
      shuffled.sort((a, b) => compare(sortKey(PARAMS[type]?.[param], a), sortKey(PARAMS[type]?.[param], b)) * sign);
    }
    const count = Math.min(Number(query.get('_count') ?? 50), pageLimit);
    return pageReply({ type, rows: shuffled, from: 0, count, query });
  };

  const pageReply = (page: {
    type: string;
    rows: readonly Kept[];
    from: number;
    count: number;
    query: URLSearchParams;
  }): Reply => {
    const { rows, from, count, query } = page;
    const shown = rows.slice(from, from + count);
    const elements = query.get('_elements')?.split(',');
    const included = query.getAll('_include').flatMap((each) => includedBy(each, shown));
    const entry = [
      ...shown.map((row) => ({ resource: only(row, elements), search: { mode: 'match' } })),
      ...included.map((row) => ({ resource: row, search: { mode: 'include' } })),
    ];
    const link = [{ relation: 'self', url: `${known()}/${page.type}?${query.toString()}` }];
    if (from + count < rows.length) {
      const id = `p${(counter += 1)}`;
      pages.set(id, { ...page, from: from + count });
      link.push({ relation: 'next', url: `${known()}?_page=${id}` });
    }
    return { status: 200, body: { resourceType: 'Bundle', type: 'searchset', link, entry } };
  };

  const includedBy = (include: string, rows: readonly Kept[]): readonly Kept[] => {
    const [type = '', param = ''] = include.split(':');
    const found = rows.flatMap((row) => PARAMS[type]?.[param]?.values(row) ?? []);
    return [...new Set(found.map(String))].flatMap((each) => {
      const [to = '', id = ''] = each.split('/');
      return typed(to).get(id) ?? [];
    });
  };

  const write = (
    method: string,
    path: string,
    headers: Record<string, string | undefined>,
    resource: Record<string, unknown>,
  ): Reply => {
    const [, type = '', id] = path.split('/');
    const current = id === undefined ? undefined : typed(type).get(id);
    const tag = headers['if-match'];
    if (tag !== undefined && tag !== `W/"${current?.meta.versionId}"`) return refusal(412, 'conflict');
    if (method === 'DELETE') {
      typed(type).delete(id ?? '');
      gone.add(`${type}/${id}`);
      return { status: 204, body: null };
    }
    if (method === 'PATCH') {
      if (current === undefined) return refusal(404, 'not-found');
      return versioned(200, keep(patched(current, resource as never), id));
    }
    if (resource['resourceType'] !== type) return refusal(400, 'invalid');
    if (resource['status'] === 'refused') return refusal(422, 'business-rule');
    if (method === 'PUT') return versioned(current === undefined ? 201 : 200, keep(resource, id));
    const condition = headers['if-none-exist'];
    if (condition !== undefined) {
      const matches = rowsOf(type, new URLSearchParams(condition));
      if (typeof matches === 'string') return refusal(400, 'invalid');
      if (matches.length > 1) return refusal(412, 'multiple-matches');
      if (matches[0] !== undefined) return versioned(200, matches[0]);
    }
    return versioned(201, keep(resource));
  };

  const versioned = (status: number, kept: Kept): Reply => ({
    status,
    body: kept,
    headers: {
      etag: `W/"${kept.meta.versionId}"`,
      location: `${url}/${kept.resourceType}/${kept.id}/_history/${kept.meta.versionId}`,
    },
  });

  const bundle = (sent: { type?: string; entry?: BundleEntry[] }): Reply => {
    const kind = sent.type ?? '';
    if (!(options.system ?? ['batch', 'transaction']).includes(kind)) return refusal(400, 'not-supported');
    const before = new Map([...store].map(([type, kept]) => [type, new Map(kept)]));
    const replies = (sent.entry ?? []).map(({ request, resource }) => {
      const { pathname, searchParams } = new URL(request.url, 'http://x/');
      const [, type = '', id] = pathname.split('/');
      if (request.method === 'GET') return id === undefined ? search(type, searchParams) : read(type, id);
      return write(
        request.method,
        pathname,
        { 'if-none-exist': request.ifNoneExist, 'if-match': request.ifMatch },
        resource ?? {},
      );
    });
    const failed = replies.find(({ status }) => status >= 400);
    if (kind === 'transaction' && failed !== undefined) {
      store.clear();
      for (const [type, kept] of before) store.set(type, kept);
      return failed;
    }
    const entry = replies.map(({ status, body, headers }) => ({
      ...(status < 400 ? { resource: body } : {}),
      response: {
        status: `${status} .`,
        ...(headers?.['etag'] === undefined ? {} : { etag: headers['etag'] }),
        ...(status < 400 ? {} : { outcome: body }),
      },
    }));
    return { status: 200, body: { resourceType: 'Bundle', type: `${kind}-response`, entry } };
  };

  const read = (type: string, id: string): Reply => {
    if (gone.has(`${type}/${id}`)) return refusal(410, 'deleted');
    const kept = typed(type).get(id);
    return kept === undefined ? refusal(404, 'not-found') : versioned(200, kept);
  };

  const answer = ({ method, path, query, headers, body }: SeenFhir): Reply => {
    const tokens = options.tokens?.();
    if (tokens !== undefined && !tokens.some((each) => headers.authorization === `Bearer ${each}`))
      return refusal(401, 'login');
    if (path === '/metadata') return { status: 200, body: statement(options) };
    if (path === '' || path === '/') {
      const page = pages.get(query.get('_page') ?? '');
      if (method === 'GET') return page === undefined ? refusal(410, 'not-found') : pageReply(page);
      return bundle(JSON.parse(body) as never);
    }
    const [, type = '', id] = path.split('/');
    if (id === '_search') return search(type, new URLSearchParams(body));
    if (method !== 'GET') return write(method, path, headers as never, JSON.parse(body === '' ? '{}' : body) as never);
    return id === undefined ? search(type, query) : read(type, id);
  };

  const serve = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const { pathname, searchParams } = new URL(incoming.url ?? '', 'http://x');
    const seen: SeenFhir = {
      method: incoming.method ?? '',
      path: pathname.startsWith(base) ? pathname.slice(base.length) : '/nowhere',
      query: searchParams,
      headers: incoming.headers,
      body: Buffer.concat(chunks).toString('utf8'),
    };
    requests.push(seen);
    const { status = 200, body, headers = {} } = intercept?.(seen) ?? answer(seen);
    outgoing.writeHead(status, { 'content-type': 'application/fhir+json', ...headers });
    outgoing.end(body === null ? '' : typeof body === 'string' ? body : JSON.stringify(body));
  };

  const server = createServer((incoming, outgoing) => void serve(incoming, outgoing).catch(() => outgoing.destroy()));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${base}`;
  const stop = async () => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close').catch(() => undefined);
  };
  return {
    url,
    requests,
    forget: () => {
      requests.length = 0;
    },
    put: (resource) => keep(resource),
    get: (type, id) => typed(type).get(id),
    all: (type) => [...typed(type).values()],
    remove: (type, id) => {
      typed(type).delete(id);
    },
    intercept: (how) => {
      intercept = how;
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
};

interface BundleEntry {
  readonly request: {
    readonly method: string;
    readonly url: string;
    readonly ifNoneExist?: string;
    readonly ifMatch?: string;
  };
  readonly resource?: Record<string, unknown>;
}

const refusal = (status: number, code: string): Reply => ({
  status,
  body: { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code, diagnostics: 'SECRET of Jane Doe' }] },
});

/** What `_elements` asks for, and what a server adds anyway. */
const only = (row: Kept, elements: readonly string[] | undefined) =>
  elements === undefined
    ? row
    : Object.fromEntries(
        Object.entries(row).filter(([name]) => ['resourceType', 'id', 'meta', ...elements].includes(name)),
      );

const statement = ({
  fhirVersion = '4.0.1',
  system = ['batch', 'transaction'],
  without = [],
  patches,
}: FakeFhirOptions) => ({
  resourceType: 'CapabilityStatement',
  fhirVersion,
  rest: [
    {
      mode: 'server',
      interaction: system.map((code) => ({ code })),
      resource: Object.entries(PARAMS).map(([type, params]) => ({
        type,
        interaction: [
          'read',
          'search-type',
          'create',
          'update',
          ...(patches?.includes(type) === false ? [] : ['patch']),
        ].map((code) => ({ code })),
        searchParam: Object.keys(params)
          .filter((name) => !name.startsWith('_') && !without.includes(`${type}.${name}`))
          .map((name) => ({ name, type: params[name]?.kind })),
      })),
    },
  ],
});

/** RFC 6902 as far as tests go: add, replace and remove of top-level elements. */
const patched = (current: Kept, operations: readonly { op: string; path: string; value?: unknown }[]) => {
  const copy: Record<string, unknown> = { ...current };
  for (const { op, path, value } of operations) {
    const name = path.slice(1);
    if (op === 'remove') delete copy[name];
    else copy[name] = value;
  }
  return copy;
};

const compare = (a: string | number | null, b: string | number | null): number => {
  if (a === b) return 0;
  if (a === null || b === null) return a === null ? 1 : -1;
  return a < b ? -1 : 1;
};

const hash = (text: string): number => {
  let value = 7;
  for (const character of text) value = (value * 31 + character.charCodeAt(0)) % 1_000_003;
  return value;
};
