import { httpTransport } from '../../gateway/executor/transports/http.ts';
import { createInFlight } from '../../gateway/executor/transports/in-flight.ts';
import { inProcessTransport } from '../../gateway/executor/transports/in-process.ts';
import { type GatewayOptions, type RunningGateway, startGateway } from '../../gateway/server.ts';
import { compose } from '../../gateway/supergraph/compose.ts';
import { type Config, loadConfig } from '../../platform/config.ts';
import { envelopeKey } from '../../platform/envelope.ts';
import { silentLog } from '../../platform/log.ts';
import { Secret } from '../../platform/secret.ts';
import { type FakeIssuer, startIssuer } from '../fakes/issuer.ts';
import {
  type FakeSubgraph,
  type InProcessSubgraph,
  type SubgraphDefinition,
  startSubgraph,
  subgraphInProcess,
} from '../fakes/subgraph.ts';

export const LINK = `extend schema @link(
  url: "https://specs.apollo.dev/federation/v2.9"
  import: ["@key", "@shareable", "@external", "@requires", "@provides", "@inaccessible", "@override", "@interfaceObject",
    "@authenticated", "@requiresScopes", "@policy", "@context", "@fromContext"]
)
`;

/** The secret the test gateway signs with. */
export const SECRET = new Secret('a test secret, nothing more');

export interface GraphOptions {
  /** Served over HTTP. */
  readonly remote?: Readonly<Record<string, SubgraphDefinition>>;
  /** In the gateway's process. */
  readonly local?: Readonly<Record<string, SubgraphDefinition>>;
  readonly open?: boolean;
  readonly server?: Partial<Config['server']>;
  readonly responseLimit?: number;
  readonly compression?: boolean;
  readonly options?: Partial<GatewayOptions>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: GraphQLBody;
}

export interface GraphQLBody {
  // biome-ignore format: one shape
  readonly data?: any; // oxlint-disable-line typescript/no-explicit-any -- whatever the test asked for
  readonly errors?: readonly {
    readonly message: string;
    readonly path?: readonly (string | number)[];
    readonly extensions: {
      readonly code: string;
      readonly retryable?: boolean;
      readonly requestId?: string;
      readonly decisionId?: string;
      readonly needs?: readonly unknown[];
    };
  }[];
  readonly extensions?: Readonly<Record<string, unknown>>;
}

export interface AskOptions {
  /** Of the token sent; `null` sends none. */
  readonly scopes?: readonly string[] | null;
  readonly facilities?: readonly string[];
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly operationName?: string;
  /** `client_id` of the token. */
  readonly client?: string;
  /** What the request is for; the first purpose of the client when left out. */
  readonly purpose?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** A gateway with subgraphs and an issuer, all real and all stopped at the end. */
export interface TestGraph extends AsyncDisposable {
  readonly gateway: RunningGateway;
  readonly url: string;
  readonly issuer: FakeIssuer;
  readonly supergraphSdl: string;
  remote(name: string): FakeSubgraph;
  local(name: string): InProcessSubgraph;
  ask(query: string, options?: AskOptions): Promise<Answer>;
  /** Any request to the graph; a token is added unless `scopes` is null. */
  request(init: RequestInit & { readonly path?: string; readonly scopes?: readonly string[] | null }): Promise<Answer>;
}

export const startGraph = async (options: GraphOptions): Promise<TestGraph> => {
  const issuer = await startIssuer();
  const remote = new Map<string, FakeSubgraph>();
  for (const [name, definition] of Object.entries(options.remote ?? {}))
    remote.set(name, await startSubgraph(definition));
  const local = new Map<string, InProcessSubgraph>();
  for (const [name, definition] of Object.entries(options.local ?? {}))
    local.set(name, subgraphInProcess(name, definition));
  const { supergraphSdl } = compose([
    ...[...remote].map(([name, { url, sdl }]) => ({ name, url, sdl })),
    ...[...local].map(([name, { sdl }]) => ({ name, url: `http://${name}.invalid`, sdl })),
  ]);
  const loaded = loadConfig({ PORT: '0', REQUEST_DEADLINE: '5000' });
  const stopOthers = async () => {
    await issuer.stop();
    for (const subgraph of remote.values()) await subgraph.stop();
  };
  const inFlight = createInFlight();
  const gateway = await startGateway({
    config: { ...loaded, server: { ...loaded.server, ...options.server } },
    log: silentLog(),
    supergraphSdl,
    issuer: options.open === true ? 'open' : { issuer: issuer.issuer },
    transports: [
      ...[...remote].map(([name, { url }]) =>
        httpTransport({
          name,
          url,
          key: options.open === true ? undefined : envelopeKey(SECRET, name),
          connections: 8,
          responseLimit: options.responseLimit ?? 1_000_000,
          compression: options.compression ?? false,
          inFlight,
        }),
      ),
      ...[...local.values()].map((subgraph) => inProcessTransport(subgraph)),
    ],
    ...options.options,
  }).catch(async (error: unknown) => {
    await stopOthers();
    throw error;
  });
  const request: TestGraph['request'] = async ({ path = '/graphql', scopes = [], ...init }) => {
    const headers = new Headers(init.headers);
    if (scopes !== null && options.open !== true && !headers.has('authorization'))
      headers.set('authorization', `Bearer ${await issuer.mint({ scopes })}`);
    const response = await fetch(`${gateway.url}${path}`, { ...init, headers });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: parsed(text) };
  };
  return {
    gateway,
    url: gateway.url,
    issuer,
    supergraphSdl,
    remote: (name) => must(remote.get(name)),
    local: (name) => must(local.get(name)),
    request,
    ask: async (query, { scopes = [], facilities = [], client, purpose, headers = {}, signal, ...rest } = {}) =>
      request({
        method: 'POST',
        scopes,
        headers: {
          'content-type': 'application/json',
          ...(scopes === null || options.open === true
            ? {}
            : { authorization: `Bearer ${await issuer.mint({ scopes, facilities, ...claimsOf(client) })}` }),
          ...(purpose === undefined ? {} : { 'caregraph-purpose': purpose }),
          ...headers,
        },
        body: JSON.stringify({ query, ...rest }),
        ...(signal === undefined ? {} : { signal }),
      }),
    [Symbol.asyncDispose]: async () => {
      await gateway.close();
      await stopOthers();
    },
  };
};

const claimsOf = (client: string | undefined) => (client === undefined ? {} : { claims: { client_id: client } });

export const codes = ({ body }: Answer): string[] => (body.errors ?? []).map(({ extensions }) => extensions.code);

export const paths = ({ body }: Answer): string[] => (body.errors ?? []).map(({ path }) => (path ?? []).join('.'));

const parsed = (text: string): GraphQLBody => {
  try {
    return JSON.parse(text) as GraphQLBody;
  } catch {
    return {};
  }
};

const must = <T>(value: T | undefined): T => {
  if (value === undefined) throw new Error('no such subgraph');
  return value;
};
