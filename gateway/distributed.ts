import { Agent } from 'undici';
import { type Config, ConfigError } from '../platform/config.ts';
import { envelopeKey } from '../platform/envelope.ts';
import type { Log } from '../platform/log.ts';
import { SECOND } from '../platform/time.ts';
import { httpTransport } from './executor/transports/http.ts';
import { createInFlight, type InFlight } from './executor/transports/in-flight.ts';
import type { Transport } from './executor/transports/transport.ts';
import type { HealthSource } from '../platform/http/health.ts';
import { httpHealth } from './http/subgraph-health.ts';
import type { IssuerOptions } from './identity/issuer-keys.ts';
import { type RunningGateway, startGateway } from './server.ts';
import { supergraphUrls } from './supergraph/urls.ts';

/**
 * Starts the gateway in front of subgraphs that are processes of their own, each asked with an envelope signed for it.
 *
 * @throws ConfigError when a setting such a gateway needs is missing
 */
export const startDistributedGateway = async (
  config: Config,
  log: Log,
  supergraphSdl: string,
): Promise<RunningGateway> => {
  const { secret, urls } = config.subgraphs;
  const issuer = issuerOf(config);
  if (secret === undefined) throw new ConfigError(['subgraphs.secret (SUBGRAPH_SECRET): needed to sign for subgraphs']);
  const subgraphs = supergraphUrls(supergraphSdl, urls);
  const inFlight = createInFlight();
  const transports = subgraphs.map(({ name, url }) =>
    toSubgraph(config, inFlight, name, url, envelopeKey(secret, name)),
  );
  const agent = new Agent({ connections: 1, keepAliveTimeout: 10 * SECOND });
  const health: readonly HealthSource[] = subgraphs.map(({ name, url }) => httpHealth(name, url, agent));
  const gateway = await startGateway({ config, log, supergraphSdl, transports, issuer, health }).catch(
    async (error: unknown) => {
      await agent.destroy();
      throw error;
    },
  );
  return {
    url: gateway.url,
    close: async () => {
      await gateway.close();
      await agent.destroy();
    },
  };
};

/**
 * Starts a gateway that serves any Federation 2 supergraph without authentication: nobody is asked who they are, nothing
 * is enforced or signed, and errors of subgraphs are passed on. For audits and for looking around, not for production.
 */
export const startOpenGateway = (config: Config, log: Log, supergraphSdl: string): Promise<RunningGateway> => {
  const inFlight = createInFlight();
  const transports = supergraphUrls(supergraphSdl, {}).map(({ name, url }) =>
    toSubgraph(config, inFlight, name, url, undefined),
  );
  return startGateway({ config, log, supergraphSdl, transports, issuer: 'open' });
};

const toSubgraph = (
  { subgraphs: { connections, responseLimit, compression } }: Config,
  inFlight: InFlight,
  name: string,
  url: string,
  key: Buffer | undefined,
): Transport => httpTransport({ name, url, key, connections, responseLimit, compression, inFlight });

const issuerOf = ({ identity }: Config): IssuerOptions => {
  const { issuer, jwksUri } = identity;
  if (issuer === undefined)
    throw new ConfigError(['identity.issuer (OIDC_ISSUER): needed; the development issuer is a part of `npm start`']);
  return jwksUri === undefined ? { issuer } : { issuer, jwksUri };
};
