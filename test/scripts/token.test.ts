import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { SCOPES } from '../../policies/scopes.ts';
import { SANDBOX_FACILITIES } from '../../sandbox/facilities.ts';
import { openIssuerKeys } from '../../sandbox/issuer/keys.ts';

const ROOT = join(import.meta.dirname, '..', '..');

let dataDir: string;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'caregraph-token-'));
});

afterEach(async () => {
  await rm(dataDir, { recursive: true, force: true });
});

describe('npm run token', () => {
  it('prints a token the development key set verifies, a newline, and nothing else', async () => {
    const { stdout, stderr, code } = await token(['--client', 'report-app']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: 'report-app: reporting, for reporting\n' });
    expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    const keySet = createLocalJWKSet({ keys: [(await openIssuerKeys(dataDir)).publicJwk] });
    const { payload } = await jwtVerify(stdout.trim(), keySet, { audience: 'urn:caregraph', typ: 'at+jwt' });
    expect(payload).toMatchObject({ sub: 'report-app', client_id: 'report-app' });
  });

  it('grants everything unless told otherwise', async () => {
    const claims = decodeJwt((await token(['--client', 'report-app'])).stdout);
    expect(claims['scope']).toBe(Object.keys(SCOPES).join(' '));
    expect(claims['facilities']).toEqual(SANDBOX_FACILITIES.map(({ code }) => code));
  });

  it('takes the facilities the product wrote at its last start', async () => {
    await writeFile(join(dataDir, 'facilities.json'), '["east-wing","west-wing"]');
    expect(decodeJwt((await token(['--client', 'a'])).stdout)['facilities']).toEqual(['east-wing', 'west-wing']);
  });

  it('grants what is asked for', async () => {
    const scopes = ' finance:read  inventory:read ';
    const args = ['--client', 'a', '--subject', 'user-3', '--scopes', scopes, '--facilities', 'harbor-clinic'];
    const claims = decodeJwt((await token([...args, '--expires-in', '15m'])).stdout);
    expect(claims).toMatchObject({ sub: 'user-3', client_id: 'a', scope: scopes.trim().replace('  ', ' ') });
    expect(claims['facilities']).toEqual(['harbor-clinic']);
    expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBe(15 * 60);
  });

  it('grants nothing for empty lists', async () => {
    const claims = decodeJwt((await token(['--client', 'a', '--scopes', '', '--facilities', ''])).stdout);
    expect(claims).not.toHaveProperty('scope');
    expect(claims['facilities']).toEqual([]);
  });

  it('warns of a scope or facility nobody knows, and prints the token all the same', async () => {
    const { stdout, stderr, code } = await token(['--client', 'a', '--scopes', 'x:read', '--facilities', 'nowhere']);
    expect(code).toBe(0);
    expect(stderr).toContain('x:read is no scope');
    expect(stderr).toContain('nowhere is not a known facility');
    expect(decodeJwt(stdout)).toMatchObject({ scope: 'x:read', facilities: ['nowhere'] });
  });

  it('warns of a client that is not registered, and of a scope that it is not registered for', async () => {
    expect((await token(['--client', 'nobody'])).stderr).toContain('warning: nobody is not registered');
    const { stdout, stderr } = await token(['--client', 'stock-app', '--scopes', 'billing:read inventory:read']);
    expect(stderr).toBe(
      'stock-app: internal, for operations\nwarning: stock-app is not registered for billing:read: it opens nothing.\n',
    );
    expect(decodeJwt(stdout)['client_id']).toBe('stock-app');
  });

  it('names the audience the product is configured for', async () => {
    const { stdout } = await token(['--client', 'a'], { OIDC_AUDIENCE: 'urn:elsewhere' });
    expect(decodeJwt(stdout).aud).toBe('urn:elsewhere');
  });

  it('warns when the product listens to another issuer', async () => {
    const { stdout, stderr } = await token(['--client', 'a'], { OIDC_ISSUER: 'https://issuer.example' });
    expect(stderr).toContain('OIDC_ISSUER');
    expect(decodeJwt(stdout).iss).toBe('urn:caregraph:development');
  });

  it('agrees with others that start at the same moment on one key', async () => {
    const runs = await Promise.all(['a', 'b', 'c'].map((client) => token(['--client', client])));
    const names = runs.map(({ stdout }) => decodeProtectedHeader(stdout.trim()).kid);
    expect(new Set(names).size).toBe(1);
  });

  it.each([
    ['no client', []],
    ['an empty client', ['--client', ' ']],
    ['an unknown option', ['--client', 'a', '--admin']],
    ['a word that belongs to no option', ['--client', 'a', 'b']],
    ['an option without its value', ['--client']],
    ['a life without a unit', ['--client', 'a', '--expires-in', '15']],
    ['a scope that breaks its grammar', ['--client', 'a', '--scopes', 'finance"read']],
  ])('refuses %s with the usage, prints no token and ends with 2', async (_, args) => {
    const { stdout, stderr, code } = await token(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('--client NAME');
  });

  it('reports a broken set-up on stderr and ends with 1', async () => {
    await mkdir(join(dataDir, 'issuer'));
    await writeFile(join(dataDir, 'issuer', 'signing-key.json'), '{');
    const { stdout, stderr, code } = await token(['--client', 'a']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('signing-key.json');
  });
});

interface Run {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

const token = (args: readonly string[], env: Record<string, string> = {}): Promise<Run> =>
  new Promise((resolve) => {
    execFile(
      process.execPath,
      ['--import', 'tsx', 'scripts/token.ts', ...args],
      { cwd: ROOT, env: { PATH: process.env['PATH'], CAREGRAPH_DATA: dataDir, ...env } },
      (error, stdout, stderr) => resolve({ stdout, stderr, code: Number(error?.code ?? 0) }),
    );
  });
