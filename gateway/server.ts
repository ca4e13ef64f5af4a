import './apollo-environment.ts';
import type { Config } from '../platform/config.ts';
import type { Log } from '../platform/log.ts';
import { refuseUnsafeEnvironment } from './apollo-environment.ts';
import type { Surroundings } from './exchange.ts';
import type { ExecutePlan } from './executor/execute-plan.ts';
import { executeByReference } from './executor/reference.ts';
import { executeSpliced } from './executor/spliced/execute.ts';
import { type Transport, transportsOf } from './executor/transports/transport.ts';
import { graphEndpoint } from './http/graph-endpoint.ts';
import { type HealthSource, livez, readyz } from '../platform/http/health.ts';
import { listen } from '../platform/http/listen.ts';
import type { ExtraRoute } from '../platform/http/route.ts';
import { type Handler, pathOf, router } from '../platform/http/router.ts';
import { createAuthenticator } from './identity/authenticator.ts';
import { createIssuerKeys, type IssuerOptions } from './identity/issuer-keys.ts';
import { createServing } from './serving.ts';
import { createGeneration } from './supergraph/generation.ts';

export interface GatewayOptions {
  readonly config: Config;
  readonly log: Log;
  readonly supergraphSdl: string;
  /** One for each subgraph of the supergraph. Closed with the gateway. */
  readonly transports: readonly Transport[];
  /** `'open'`: nobody is asked who they are, and nothing is enforced. */
  readonly issuer: IssuerOptions | 'open';
  /** What `/readyz` asks besides the issuer. */
  readonly health?: readonly HealthSource[];
  readonly routes?: readonly ExtraRoute[];
  readonly executePlan?: ExecutePlan;
}

export interface RunningGateway {
  /** Without a path; the graph is at `/graphql`. */
  readonly url: string;
  /**
   * Takes nothing new, lets what runs finish within `server.drain`, and frees everything. Calling it again waits for the
   * same end.
   */
  close(): Promise<void>;
}

const EXECUTORS: Readonly<Record<Config['executor'], ExecutePlan>> = {
  compiled: executeSpliced,
  reference: executeByReference,
};

/**
 * Starts the gateway and resolves when it takes requests.
 *
 * @throws when the supergraph cannot be used, a subgraph has no transport, or the address is taken
 */
export const startGateway = async (options: GatewayOptions): Promise<RunningGateway> => {
  refuseUnsafeEnvironment();
  const { config, log, issuer } = options;
  const isOpen = issuer === 'open';
  const generation = createGeneration(options.supergraphSdl, { open: isOpen });
  const transports = transportsOf(options.transports);
  const unreachable = generation.subgraphs.filter(({ name }) => !transports.has(name)).map(({ name }) => name);
  if (unreachable.length > 0) throw new Error(`no transport for ${unreachable.join(', ')}`);
  const serving = await createServing(generation, log);
  const issuerKeys = isOpen ? undefined : createIssuerKeys(issuer, log);
  const surroundings: Surroundings = {
    config,
    log,
    authenticator: issuerKeys === undefined ? undefined : createAuthenticator(issuerKeys, config.identity),
    transports,
    executePlan: options.executePlan ?? EXECUTORS[config.executor],
  };
  const graph = graphEndpoint(surroundings, () => serving);
  const keysHealth = issuerKeys === undefined ? [] : [{ name: 'issuer', check: () => issuerKeys.health() }];
  let closing: Promise<void> | undefined;
  const isDraining = () => closing !== undefined;
  const handlers = new Map<string, Handler>([
    ['/livez', livez(isDraining)],
    ['/readyz', readyz(isDraining, [...keysHealth, ...(options.health ?? [])])],
  ]);
  const release = async (): Promise<void> => {
    await serving.apollo.stop();
    await Promise.all([issuerKeys?.close(), ...options.transports.map((transport) => transport.close?.())]);
  };
  const otherwise = router({ handlers, routes: options.routes ?? [], isDraining, log });
  const graphPaths = new Set(['/graphql', ...(isOpen ? ['/'] : [])]);
  const listener = await listen(config.server, (request, response) => {
    if (graphPaths.has(pathOf(request))) void graph.answer(request, response);
    else otherwise(request, response);
  }).catch(async (error: unknown) => {
    await release();
    throw error;
  });
  log.info({ supergraph: generation.id.slice(0, 12), subgraphs: generation.subgraphs.length }, 'gateway:started');

  const close = async (): Promise<void> => {
    listener.refuseNew();
    await graph.drain(config.server.drain);
    await listener.close();
    await release();
    log.info({}, 'gateway:stopped');
  };
  return {
    url: listener.url,
    close: () => {
      closing ??= close();
      return closing;
    },
  };
};
