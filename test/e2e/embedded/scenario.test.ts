import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ROOT } from '../../../platform/root.ts';

interface Started {
  readonly child: ChildProcess;
  readonly url: string;
  readonly token: string;
  readonly queries: readonly string[];
}

const environment = (dataDir: string) => ({
  PATH: process.env['PATH'],
  HOME: process.env['HOME'],
  CAREGRAPH_DATA: dataDir,
  PORT: '0',
  LOG_LEVEL: 'error',
});

/** Starts the product and reads what it prints until the last query. */
const start = async (dataDir: string): Promise<Started> => {
  const child = spawn(process.execPath, ['--import', 'tsx', 'main.ts'], {
    cwd: ROOT,
    env: environment(dataDir),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  for await (const chunk of child.stdout.setEncoding('utf8') as AsyncIterable<string>) {
    text += chunk;
    if (text.trimEnd().endsWith('}') && text.includes('Queries to paste')) break;
  }
  child.stdout.resume();
  return {
    child,
    url: /graph +(\S+)\/graphql/.exec(text)?.[1] ?? '',
    token: /^(ey\S+)$/m.exec(text)?.[1] ?? '',
    queries: [...text.matchAll(/^query [^]*?^}$/gm)].map(([query]) => query),
  };
};

const ask = async (url: string, token: string, query: string) => {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query }),
  });
  return (await response.json()) as {
    data: Record<string, { nodes?: unknown[] }>;
    errors?: { extensions: { code: string } }[];
  };
};

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('the embedded product', () => {
  let dataDir: string;
  let product: Started;

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'caregraph-'));
    product = await start(dataDir);
  }, 60_000);
  afterAll(async () => {
    if (product.child.exitCode === null && product.child.signalCode === null) {
      const exit = once(product.child, 'exit');
      product.child.kill('SIGTERM');
      await exit;
    }
    await rm(dataDir, { recursive: true, force: true });
  }, 30_000);

  const sandboxPids = () =>
    Promise.all(
      ['odoo', 'scim'].map(
        async (name) =>
          (JSON.parse(await readFile(join(dataDir, name, 'process.json'), 'utf8')) as { pid: number }).pid,
      ),
    );
  const mint = async (...args: string[]) => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--import', 'tsx', join('scripts', 'token.ts'), ...args],
      {
        cwd: ROOT,
        env: environment(dataDir),
      },
    );
    return stdout;
  };

  it('answers the five queries it prints, with rows in each', async () => {
    expect(product.queries).toHaveLength(5);
    for (const query of product.queries) {
      const { data, errors } = await ask(product.url, product.token, query);
      expect(errors).toBeUndefined();
      const lists = Object.values(data).map((value) => (Array.isArray(value) ? value : (value.nodes ?? [])));
      expect(lists.every((list) => list.length > 0)).toBe(true);
    }
  });

  it('opens a query explorer that names no other host', async () => {
    const response = await fetch(product.url);
    expect(response.headers.get('content-type')).toContain('text/html');
    const links = [...(await response.text()).matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link = '']) => link);
    expect(links.length).toBeGreaterThan(3);
    for (const link of links) {
      expect(link).toMatch(/^\//);
      expect((await fetch(`${product.url}${link}`)).status).toBe(200);
    }
  });

  it('takes tokens of the token command, and what they may not see is null and named', async () => {
    const printed = await mint(
      '--client',
      'stock-app',
      '--scopes',
      'procurement:read',
      '--facilities',
      'harbor-clinic',
    );
    expect(printed).toMatch(/^ey[\w-]+\.[\w-]+\.[\w-]+\n$/);
    const { data, errors } = await ask(
      product.url,
      printed.trim(),
      '{ purchaseOrders(first: 20) { nodes { facility { code } bills { totalCount } } } }',
    );
    const rows = data['purchaseOrders']?.nodes as { facility: { code: string }; bills: null }[];
    expect(new Set(rows.map(({ facility }) => facility.code))).toEqual(new Set(['harbor-clinic']));
    expect(rows.every(({ bills }) => bills === null)).toBe(true);
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['UNAUTHORIZED_FIELD_OR_TYPE']);
  });

  it('refuses a token of a client that nobody has registered', async () => {
    const { errors } = await ask(product.url, (await mint('--client', 'buyer')).trim(), '{ __typename }');
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['FORBIDDEN']);
  });

  it('is refused without a token, and with one of somebody else', async () => {
    const bare = await fetch(`${product.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"{ __typename }"}',
    });
    expect(bare.status).toBe(401);
    const [head, claims] = product.token.split('.');
    const { errors } = await ask(product.url, `${head}.${claims}.${'A'.repeat(86)}`, '{ __typename }');
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['UNAUTHENTICATED']);
  });

  it('says that it is alive and ready', async () => {
    for (const path of ['/livez', '/readyz'])
      expect([path, (await fetch(`${product.url}${path}`)).status]).toEqual([path, 200]);
  });

  it('leaves the sandboxes running when it is killed, and finds them and the tokens again', async () => {
    const before = await sandboxPids();
    const exit = once(product.child, 'exit');
    product.child.kill('SIGKILL');
    await exit;
    expect(before.map(isAlive)).toEqual([true, true]);
    const { token } = product;
    product = await start(dataDir);
    expect(await sandboxPids()).toEqual(before);
    const query = '{ purchaseOrders(first: 1) { nodes { number } } employees(first: 1) { nodes { number } } }';
    expect((await ask(product.url, token, query)).errors).toBeUndefined();
  }, 60_000);

  it('ends with everything it started on SIGTERM', async () => {
    const sandboxes = await sandboxPids();
    const exit = once(product.child, 'exit');
    // A terminal and npm both pass a signal on; the two are one wish.
    product.child.kill('SIGTERM');
    product.child.kill('SIGTERM');
    expect(await exit).toEqual([0, null]);
    expect(sandboxes.map(isAlive)).toEqual([false, false]);
  }, 30_000);
});
