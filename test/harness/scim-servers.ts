import { Secret } from '../../platform/secret.ts';
import type { ScimSettings } from '../../platform/scim/types.ts';
import type { ScimSandbox } from '../../sandbox/scim/server.ts';

export interface ScimServer extends AsyncDisposable {
  readonly settings: ScimSettings;
  readonly sandbox: ScimSandbox;
}

/** The sandbox with the test seed. */
export const startSandboxScim = async (): Promise<ScimServer> => {
  // One after the other: Jest trips over modules that two imports under way have in common.
  const { startScimSandbox } = await import('../../sandbox/scim/server.ts');
  const { smallWorkforce } = await import('../fixtures/scim/small-seed.ts');
  const sandbox = await startScimSandbox({ seed: smallWorkforce(), token: 'test-token' });
  return {
    settings: { url: sandbox.url, token: new Secret('test-token') },
    sandbox,
    [Symbol.asyncDispose]: () => sandbox.stop(),
  };
};
