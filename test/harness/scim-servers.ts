import { Secret } from '../../platform/secret.ts';
import type { ScimSettings } from '../../platform/scim/types.ts';
import type { ScimSandbox } from '../../sandbox/scim/server.ts';

export interface ScimServer extends AsyncDisposable {
  readonly settings: ScimSettings;
  readonly sandbox: ScimSandbox;
}

/** The sandbox with the test seed. */
export const startSandboxScim = async (): Promise<ScimServer> => {
  const [{ startScimSandbox }, { smallWorkforce }] = await Promise.all([
    import('../../sandbox/scim/server.ts'),
    import('../fixtures/scim/small-seed.ts'),
  ]);
  const sandbox = await startScimSandbox({ seed: smallWorkforce(), token: 'test-token' });
  return {
    settings: { url: sandbox.url, token: new Secret('test-token') },
    sandbox,
    [Symbol.asyncDispose]: () => sandbox.stop(),
  };
};
