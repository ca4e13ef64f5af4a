import { readFileSync } from 'node:fs';
import type { OdooSettings } from '../../platform/odoo/types.ts';
import { Secret } from '../../platform/secret.ts';

export interface OdooServer extends AsyncDisposable {
  readonly settings: OdooSettings;
}

/** One Odoo that the contract suite runs against; `start` is undefined where this machine has none. */
export interface OdooServerKind {
  readonly title: string;
  readonly start: (() => Promise<OdooServer>) | undefined;
}

const sandbox = (version: 19 | 14, protocol: OdooSettings['protocol']) => async (): Promise<OdooServer> => {
  const [{ startOdooSandbox }, { smallSeed }] = await Promise.all([
    import('../../sandbox/odoo/server.ts'),
    import('../fixtures/odoo/small-seed.ts'),
  ]);
  const seed = smallSeed(version);
  const server = await startOdooSandbox({ seed, version });
  const user = seed.users.find(({ login }) => login === 'svc.gateway');
  return {
    settings: {
      url: server.url,
      db: server.db,
      login: user?.login,
      apiKey: new Secret(user?.apiKey ?? ''),
      ...(protocol === undefined ? {} : { protocol }),
    },
    [Symbol.asyncDispose]: () => server.stop(),
  };
};

/** The sandbox with the test seed, for tests that need some Odoo and not every one. */
export const startSandboxOdoo = sandbox(19, 'json-2');

/** What `npm run odoo` prints as its last line, in a file named by the environment. */
interface RealServer {
  readonly url: string;
  readonly db: string;
  readonly users: { readonly gateway: { readonly login: string; readonly api_key: string } };
}

const real = (
  file: string | undefined,
  protocol?: OdooSettings['protocol'],
): (() => Promise<OdooServer>) | undefined => {
  if (file === undefined || file === '') return undefined;
  const { url, db, users } = JSON.parse(readFileSync(file, 'utf8')) as RealServer;
  const settings = {
    url,
    db,
    login: users.gateway.login,
    apiKey: new Secret(users.gateway.api_key),
    ...(protocol === undefined ? {} : { protocol }),
  };
  return () => Promise.resolve({ settings, [Symbol.asyncDispose]: () => Promise.resolve() });
};

const { CONTRACT_ODOO19: odoo19, CONTRACT_ODOO14: odoo14 } = process.env;

/** The same assertions for all of them: that is what keeps the sandbox honest. */
export const ODOO_SERVERS: readonly OdooServerKind[] = [
  { title: 'sandbox, Odoo 19 by JSON-2', start: sandbox(19, 'json-2') },
  { title: 'sandbox, Odoo 19 by JSON-RPC', start: sandbox(19, 'json-rpc') },
  { title: 'sandbox, Odoo 14 by JSON-RPC', start: sandbox(14, 'json-rpc') },
  { title: 'real Odoo 19 by JSON-2', start: real(odoo19) },
  { title: 'real Odoo 19 by JSON-RPC', start: real(odoo19, 'json-rpc') },
  { title: 'real Odoo 14 by JSON-RPC', start: real(odoo14) },
];
