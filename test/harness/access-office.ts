import { inProcessTransport } from '../../gateway/executor/transports/in-process.ts';
import { startGateway } from '../../gateway/server.ts';
import { compose } from '../../gateway/supergraph/compose.ts';
import type { AccessFeed } from '../../platform/access/feed.ts';
import { loadConfig } from '../../platform/config.ts';
import { silentLog } from '../../platform/log.ts';
import { Secret } from '../../platform/secret.ts';
import type { StoreOwner } from '../../platform/store/owner.ts';
import { executable } from '../../subgraphs/execute.ts';
import { subgraphs } from '../../subgraphs/index.ts';
import { closeOwners, openOwners } from '../../subgraphs/owners.ts';
import { type FakeIssuer, type MintOptions, startIssuer } from '../fakes/issuer.ts';
import { storeDirectory } from './store-directory.ts';

export interface OfficeReply {
  readonly status: number;
  // biome-ignore format: one shape
  readonly data?: any; // oxlint-disable-line typescript/no-explicit-any -- whatever the test asked for
  readonly errors?: readonly { readonly message: string; readonly extensions: { readonly code: string } }[];
}

/** Where access is taken away: the governance subgraph on a store of its own, behind one gateway for each feed. */
export interface AccessOffice extends AsyncDisposable {
  readonly issuer: FakeIssuer;
  readonly store: StoreOwner;
  /** Addresses, in the order of the feeds. */
  readonly gateways: readonly string[];
  ask(gateway: number, token: string, query: string, variables?: object): Promise<OfficeReply>;
  mint(options?: MintOptions): Promise<string>;
}

/** Odoo, from which it would learn of facilities, is nowhere. */
const ODOO = {
  url: 'http://127.0.0.1:9',
  db: 'none',
  login: undefined,
  apiKey: new Secret('none'),
  reads: 1,
  writes: 1,
  responseLimit: 1024,
  protocol: 'json-2',
} as const;

export const startAccessOffice = async (
  told: AccessFeed | undefined,
  heard: readonly (AccessFeed | undefined)[],
  env: Readonly<Record<string, string>> = {},
): Promise<AccessOffice> => {
  const governance = subgraphs.filter(({ name }) => name === 'governance');
  const { supergraphSdl } = compose(
    governance.map(({ name, sdl }) => ({ name, sdl, url: 'http://governance.invalid' })),
  );
  const config = loadConfig({ PORT: '0', ...env });
  const log = silentLog();
  const directory = await storeDirectory();
  const issuer = await startIssuer();
  const where = { odoo: ODOO, store: directory.settings, supergraphSdl, access: told };
  const owners = openOwners(governance, where, config, log);
  const { store } = owners;
  if (store === undefined) throw new Error('governance reads the store');
  const parts = governance.map((subgraph) => executable(subgraph, { owners, log }));
  const gateways = await Promise.all(
    heard.map((access) =>
      startGateway({
        config,
        log,
        supergraphSdl,
        transports: parts.map(inProcessTransport),
        issuer: { issuer: issuer.issuer, jwksUri: issuer.jwksUri },
        access,
      }),
    ),
  );
  return {
    issuer,
    store,
    gateways: gateways.map(({ url }) => url),
    mint: (options = {}) => issuer.mint({ scopes: ['access:revoke', 'governance:read'], ...options }),
    ask: async (gateway, token, query, variables) => {
      const response = await fetch(`${gateways[gateway]?.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({ query, variables }),
      });
      return { status: response.status, ...((await response.json()) as Omit<OfficeReply, 'status'>) };
    },
    [Symbol.asyncDispose]: async () => {
      for (const gateway of gateways) await gateway.close();
      await closeOwners(owners);
      await directory.remove();
      await issuer.stop();
    },
  };
};
