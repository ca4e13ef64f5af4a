import './apollo-environment.ts';
import type { AccessFeed } from '../platform/access/feed.ts';
import type { Journal } from '../platform/audit/journal.ts';
import type { Config } from '../platform/config.ts';
import type { Log } from '../platform/log.ts';
import { type Clients, registeredClients } from '../policies/clients.ts';
import { configuredMaskKeys } from '../policies/mask-keys.ts';
import { refuseUnsafeEnvironment } from './apollo-environment.ts';
import type { Surroundings } from './exchange.ts';
import type { ExecutePlan } from './executor/execute-plan.ts';
import { executeByReference } from './executor/reference.ts';
import { executeSpliced } from './executor/spliced/execute.ts';
import type { Transport } from './executor/transports/transport.ts';
import { graphEndpoint } from './http/graph-endpoint.ts';
import { type HealthSource, livez, readyz } from '../platform/http/health.ts';
import { listen } from '../platform/http/listen.ts';
import type { ExtraRoute } from '../platform/http/route.ts';
import { type Handler, pathOf, router } from '../platform/http/router.ts';
import { readTls } from '../platform/http/tls.ts';
import { followGrants } from './identity/grants.ts';
import { createAuthenticator } from './identity/authenticator.ts';
import { type IssuerOptions, openIssuers } from './identity/issuers.ts';
import { openPossession } from './identity/open-possession.ts';
import { protectedResource } from './identity/protected-resource.ts';
import { followRevocations } from './identity/revocations.ts';
import { openServings } from './servings.ts';

/** What a gateway serves: a graph, and the ways to its subgraphs. */
export interface Supply {
  readonly supergraphSdl: string;
  /** One for each subgraph of the supergraph. Closed when they are no longer needed. */
  readonly transports: readonly Transport[];
  /** What `/readyz` asks besides the issuer. */
  readonly health?: readonly HealthSource[];
}

export interface GatewayOptions extends Supply {
  readonly config: Config;
  readonly log: Log;
  /** Whose tokens are accepted. `'open'`: nobody is asked who they are, and nothing is enforced. */
  readonly issuer: IssuerOptions | readonly IssuerOptions[] | 'open';
  /** Who may call. Left out: whom the configuration names. */
  readonly clients?: Clients;
  /** Where it is heard what is revoked. Closed by whoever has made it. Left out: nothing is. */
  readonly access?: AccessFeed | undefined;
  /** Where it is written down who reads what. Closed by whoever has made it. Left out: nowhere. */
  readonly journal?: Journal | undefined;
  /** The time of day, by which keys and tokens grow old. */
  readonly clock?: () => number;
  readonly routes?: readonly ExtraRoute[];
  readonly executePlan?: ExecutePlan;
}

export interface RunningGateway {
  /** Without a path; the graph is at `/graphql`. */
  readonly url: string;
  /**
   * Serves another graph from now on. Operations known so far are planned on it before it takes the first request; what
   * runs by then ends on the graph it began with.
   *
   * @throws when the supergraph cannot be used or a subgraph has no transport; everything stays as it was, and the
   *   transports given are closed
   */
  replace(supply: Supply): Promise<void>;
  /** Has these clients, and no others, call from the next request on. What runs ends as it began. */
  register(clients: Clients): void;
  /** Reads the files of `server.tls` again, for connections from now on. @throws when they cannot be used; all stays as it was */
  renewCertificate(): void;
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
  const { config, log, issuer, access } = options;
  const isOpen = issuer === 'open';
  const tls = readTls(config.server);
  const current = await openServings(options, options);
  const issuers = isOpen ? undefined : openIssuers([issuer].flat(), config.identity, log, options.clock);
  const possession = isOpen ? undefined : openPossession(config, log);
  const revocations = isOpen || access === undefined ? undefined : followRevocations(access, config.identity);
  let clients = options.clients ?? registeredClients(config);
  const resource =
    issuers === undefined
      ? undefined
      : protectedResource(
          () => config.server.publicUrl ?? listener.url,
          issuers.names,
          config.server.clientCertHeader || tls?.clientCa !== undefined,
        );
  const surroundings: Surroundings = {
    config,
    log,
    authenticator: issuers === undefined ? undefined : createAuthenticator(issuers, () => clients, options.clock),
    resource,
    revocations,
    grants: isOpen || access === undefined ? undefined : followGrants(access),
    possession,
    journal: isOpen ? undefined : options.journal,
    maskKeys: configuredMaskKeys(config),
    executePlan: options.executePlan ?? EXECUTORS[config.executor],
    overrides: new Map(Object.entries(config.overrides)),
  };
  const feedHealth = revocations === undefined ? [] : [{ name: 'access-feed', check: () => revocations.health() }];
  const graph = graphEndpoint(surroundings, current.serving);
  let closing: Promise<void> | undefined;
  const isDraining = () => closing !== undefined;
  const handlers = new Map<string, Handler>([
    ['/livez', livez(isDraining)],
    ['/readyz', readyz(isDraining, () => [...(issuers?.health() ?? []), ...feedHealth, ...current.health()])],
  ]);
  const release = async (): Promise<void> => {
    await Promise.all([issuers?.close(), possession?.close(), current.close()]);
  };
  const routes = [...(resource === undefined ? [] : [resource.route]), ...(options.routes ?? [])];
  const otherwise = router({ handlers, routes, isDraining, log });
  const graphPaths = new Set(['/graphql', ...(isOpen ? ['/'] : [])]);
  const listener = await listen(
    config.server,
    (request, response) => {
      if (graphPaths.has(pathOf(request))) void graph.answer(request, response);
      else otherwise(request, response);
    },
    tls,
  ).catch(async (error: unknown) => {
    await release();
    throw error;
  });

  const close = async (): Promise<void> => {
    listener.refuseNew();
    await graph.drain(config.server.drain);
    await listener.close();
    await release();
    log.info({}, 'gateway:stopped');
  };
  return {
    url: listener.url,
    replace: (supply) => current.replace(supply),
    register: (others) => {
      clients = others;
      log.info({ clients: others.size }, 'clients:registered');
    },
    renewCertificate: () => {
      const files = readTls(config.server);
      if (files === undefined) return;
      listener.renew(files);
      log.info({}, 'certificate:renewed');
    },
    close: () => {
      closing ??= close();
      return closing;
    },
  };
};
