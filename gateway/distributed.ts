import { Agent } from 'undici';
import { configuredFeed } from '../platform/access/open-feed.ts';
import { openAudit } from '../platform/audit/open-audit.ts';
import { type Config, ConfigError } from '../platform/config.ts';
import { envelopeKey } from '../platform/envelope.ts';
import type { Log } from '../platform/log.ts';
import { openStore, storeSettings } from '../platform/store/owner.ts';
import { SECOND } from '../platform/time.ts';
import { httpTransport } from './executor/transports/http.ts';
import { createInFlight, type InFlight } from './executor/transports/in-flight.ts';
import { httpHealth } from './http/subgraph-health.ts';
import { configuredIssuers } from './identity/issuers.ts';
import { type RunningGateway, startGateway, type Supply } from './server.ts';
import { supergraphUrls } from './supergraph/urls.ts';

/** A gateway whose subgraphs are found at the addresses its supergraph names. */
export interface DistributedGateway extends Omit<RunningGateway, 'replace'> {
  /** As `RunningGateway.replace` does. */
  replace(supergraphSdl: string): Promise<void>;
}

/**
 * Starts the gateway in front of subgraphs that are processes of their own, each asked with an envelope signed for it.
 *
 * @throws ConfigError when a setting such a gateway needs is missing
 */
export const startDistributedGateway = async (
  config: Config,
  log: Log,
  supergraphSdl: string,
): Promise<DistributedGateway> => {
  const { secret, urls } = config.subgraphs;
  const issuer = configuredIssuers(config);
  if (issuer.length === 0)
    throw new ConfigError(['identity.issuer (OIDC_ISSUER): needed; the development issuer is a part of `npm start`']);
  if (secret === undefined) throw new ConfigError(['subgraphs.secret (SUBGRAPH_SECRET): needed to sign for subgraphs']);
  const agent = new Agent({ connections: 1, keepAliveTimeout: 10 * SECOND });
  const inFlight = createInFlight();
  const supplyOf = (sdl: string): Supply => ({
    ...supply(config, inFlight, sdl, urls, (name) => envelopeKey(secret, name)),
    health: supergraphUrls(sdl, urls).map(({ name, url }) => httpHealth(name, url, agent)),
  });
  const access = configuredFeed(config, log);
  const audit = openAudit(config, log);
  // Without one, the journals stay where they are written.
  const store = config.database.url === undefined ? undefined : openStore(storeSettings(config), log);
  if (store === undefined) log.warn({}, 'audit:kept-here');
  else audit.ship(store);
  const release = async () => {
    await audit.close();
    await Promise.all([agent.destroy(), access?.close(), store?.close()]);
  };
  const start = async () =>
    startGateway({ config, log, issuer, access, journal: audit.journal, ...supplyOf(supergraphSdl) });
  const gateway = await start().catch(async (error: unknown) => {
    await release();
    throw error;
  });
  return {
    url: gateway.url,
    register: (clients) => gateway.register(clients),
    renewCertificate: () => gateway.renewCertificate(),
    replace: async (sdl) => gateway.replace(supplyOf(sdl)),
    close: async () => {
      await gateway.close();
      await release();
    },
  };
};

/**
 * Starts a gateway that serves any Federation 2 supergraph without authentication: nobody is asked who they are, nothing
 * is enforced or signed, and errors of subgraphs are passed on. For audits and for looking around, not for production.
 */
export const startOpenGateway = async (
  config: Config,
  log: Log,
  supergraphSdl: string,
): Promise<DistributedGateway> => {
  const inFlight = createInFlight();
  const supplyOf = (sdl: string): Supply => supply(config, inFlight, sdl, {}, () => undefined);
  const gateway = await startGateway({ config, log, issuer: 'open', ...supplyOf(supergraphSdl) });
  return { ...gateway, replace: async (sdl) => gateway.replace(supplyOf(sdl)) };
};

const supply = (
  { subgraphs: { connections, responseLimit, compression } }: Config,
  inFlight: InFlight,
  supergraphSdl: string,
  urls: Readonly<Record<string, string>>,
  keyOf: (name: string) => Buffer | undefined,
): Supply => {
  const transports = supergraphUrls(supergraphSdl, urls).map(({ name, url }) =>
    httpTransport({ name, url, key: keyOf(name), connections, responseLimit, compression, inFlight }),
  );
  return { supergraphSdl, transports };
};
