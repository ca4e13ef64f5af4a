import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ROOT } from '../../platform/root.ts';

describe('a subgraph in a process of its own', () => {
  it.each([
    ['no key at all', {}, /SUBGRAPH_KEY.*SUBGRAPH_SECRET/],
    ['a key that is none', { SUBGRAPH_KEY: 'short' }, /subgraphs\.key \(SUBGRAPH_KEY\): must be 32 bytes/],
    ['nothing to hash with', { SUBGRAPH_KEY: 'A'.repeat(43) }, /policies\.maskSecret \(MASK_SECRET\)/],
    ['a key, and does not say whose it is', { SUBGRAPH_KEY: 'A'.repeat(43), SUBGRAPH: '' }, /SUBGRAPH has to name it/],
  ])(
    'does not start with %s',
    async (_what, env, said) => {
      expect(await ending({ SUBGRAPH: 'finance', ...env })).toEqual([1, expect.stringMatching(said)]);
    },
    60_000,
  );

  it.each([
    ['finance', 'ODOO_URL'],
    ['hr', 'SCIM_URL'],
    ['scheduling', 'FHIR_SCHEDULING_URL'],
    ['billing', 'FHIR_BILLING_URL'],
  ])(
    '%s does not start without the address of its owner, and says which setting it is',
    async (name, setting) => {
      const code = ending({ SUBGRAPH: name, SUBGRAPH_SECRET: 'a'.repeat(32) });
      expect(await code).toEqual([1, expect.stringContaining(setting)]);
    },
    60_000,
  );
});

/** How the process ends, and what it says. */
const ending = async (env: Readonly<Record<string, string>>): Promise<readonly [number | null, string]> => {
  const child = spawn(process.execPath, ['--import', 'tsx', 'subgraphs/main.ts'], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'], PORT: '0', CAREGRAPH_DATA: join(tmpdir(), `caregraph-${process.pid}`), ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return [code, said];
};
