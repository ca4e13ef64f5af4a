import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { ROOT } from '../../platform/root.ts';

describe('a subgraph in a process of its own', () => {
  it.each([
    ['finance', 'ODOO_URL'],
    ['hr', 'SCIM_URL'],
    ['scheduling', 'FHIR_SCHEDULING_URL'],
    ['billing', 'FHIR_BILLING_URL'],
  ])(
    '%s does not start without the address of its owner, and says which setting it is',
    async (name, setting) => {
      const child = spawn(process.execPath, ['--import', 'tsx', 'subgraphs/main.ts'], {
        cwd: ROOT,
        env: { PATH: process.env['PATH'], SUBGRAPH: name, SUBGRAPH_SECRET: 'a'.repeat(32), PORT: '0' },
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      let said = '';
      child.stderr.on('data', (chunk: Buffer) => {
        said += chunk.toString();
      });
      const [code] = (await once(child, 'close')) as [number | null];
      expect([code, said]).toEqual([1, expect.stringContaining(setting)]);
    },
    60_000,
  );
});
