import type { FhirSandbox } from '../../../sandbox/fhir/server.ts';

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Json;
}

/** JSON as a test reads it. */
export interface Json {
  readonly [name: string]: Json;
}

export interface Sent {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export type Call = (method: string, path: string, sent?: Sent) => Promise<Reply>;

/** Calls a FHIR server with its token; `path` is below its base, or an address. */
export const clientOf =
  ({ url, token }: Pick<FhirSandbox, 'url' | 'token'>): Call =>
  async (method, path, { body, headers = {} } = {}) => {
    const type = method === 'PATCH' ? 'application/json-patch+json' : 'application/fhir+json';
    const response = await fetch(path.startsWith('http') ? path : `${url}/${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body !== undefined && { 'content-type': type }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') === true;
    return {
      status: response.status,
      headers: response.headers,
      body: (isJson && text !== '' ? JSON.parse(text) : text) as Json,
    };
  };

/** Ids of the matches of a searchset, in order. */
export const idsOf = ({ body }: Reply, mode = 'match'): readonly string[] =>
  ((body['entry'] ?? []) as unknown as readonly { resource: { id: string }; search: { mode: string } }[])
    .filter(({ search }) => search.mode === mode)
    .map(({ resource }) => resource.id);

/** Id of a resource that has been answered. */
export const idOf = ({ body }: Reply): string => body['id'] as unknown as string;
