import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse, validate } from 'graphql';
import { readAccessGraph } from '../../policies/access/access-graph.ts';
import { DEMO_QUERY } from '../../sandbox/demo-query.ts';
import { compare } from '../../scripts/access/compare.ts';
import type { Seen } from '../../scripts/access/snapshot.ts';
import { supergraphText } from '../harness/test-owners.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const EXAMPLE = join(ROOT, 'docs', 'examples', 'employees.graphql');

const access = (args: readonly string[], cwd = ROOT) =>
  new Promise<{ stdout: string; stderr: string; code: number }>((done) => {
    const argv = ['--import', 'tsx', join('scripts', 'access.ts'), ...args];
    execFile(process.execPath, argv, { cwd, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) =>
      done({ stdout, stderr, code: error === null ? 0 : Number(error.code) }),
    );
  });

describe('npm run access', () => {
  it('says who can see a field, client by client', async () => {
    const { stdout, code } = await access(['who-can-see', 'Employee.compensation']);
    expect(code).toBe(0);
    expect(stdout).toContain('takes hr:read; hr:compensation:read; forPayroll');
    expect(stdout).toMatch(/^ward-app +internal +refused \(forPayroll\); clear for payroll, emergency$/m);
    expect(stdout).toMatch(/^supplier-portal +supplier +–$/m);
  });

  it('says what becomes of a document', async () => {
    const { stdout } = await access(['explain', EXAMPLE, '--client', 'explorer', '--purpose', 'support']);
    expect(stdout).toContain('a part of it runs (filter)');
    expect(stdout).toMatch(/^MASKED +employees\.nodes\.@\.name .*INITIALS$/m);
    expect(stdout).toMatch(
      /^ +needs policy forPayroll, asked by Employee\.compensation, Compensation; met for payroll/m,
    );
  });

  it('prints the matrix of a type', async () => {
    const { stdout } = await access(['matrix', '--type', 'Employee']);
    expect(stdout).toContain(['Employee.name', 'HR', 'hr:read', 'operator', 'support', 'INITIALS', ''].join('\t'));
  });

  it.each([
    ['a field that there is not', ['who-can-see', 'Employee.nothing']],
    ['a client that is not registered', ['explain', EXAMPLE, '--client', 'nobody']],
    [
      'a purpose that the client is not registered for',
      ['explain', EXAMPLE, '--client', 'stock-app', '--purpose', 'audit'],
    ],
    ['a command that there is not', ['who']],
    ['a revision that there is not', ['diff', 'no-such-revision']],
  ])('ends with 2 for %s', async (_, args) => {
    const { stdout, stderr, code } = await access(args);
    expect({ stdout, code }).toEqual({ stdout: '', code: 2 });
    expect(stderr).not.toBe('');
  });
});

describe('npm run access -- revoke', () => {
  const revoke = (url: string, token: string) =>
    new Promise<{ stdout: string; stderr: string; code: number }>((done) => {
      const wish = [
        '--what',
        'subject',
        '--issuer',
        'https://issuer.example',
        '--value',
        'somebody',
        '--reason',
        'lost',
      ];
      const argv = ['--import', 'tsx', join('scripts', 'access.ts'), 'revoke', '--url', url, ...wish];
      const child = execFile(process.execPath, argv, { cwd: ROOT }, (error, stdout, stderr) =>
        done({ stdout, stderr, code: error === null ? 0 : Number(error.code) }),
      );
      child.stdin?.end(token);
    });

  it('asks the graph, with the token that it is given', async () => {
    const seen: { authorization: string | undefined; input: Record<string, unknown> }[] = [];
    await using gateway = await answering(async (request) => {
      const { variables } = JSON.parse(await text(request)) as { variables: { input: Record<string, unknown> } };
      seen.push({ authorization: request.headers.authorization, input: variables.input });
      return { data: { revokeAccess: { passedOn: true } } };
    });
    const { stdout, code } = await revoke(gateway.url, 'a-token\n');
    expect({ stdout, code }).toEqual({ stdout: 'revoked\n', code: 0 });
    expect(seen).toEqual([
      {
        authorization: 'Bearer a-token',
        input: {
          what: 'SUBJECT',
          issuer: 'https://issuer.example',
          value: 'somebody',
          reason: 'lost',
          idempotencyKey: expect.stringMatching(/^[\w-]{36}$/),
        },
      },
    ]);
  });

  it('ends with 2 and the code where that is refused', async () => {
    await using gateway = await answering(() =>
      Promise.resolve({
        data: { revokeAccess: null },
        errors: [{ message: 'No.', extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' } }],
      }),
    );
    const { stdout, stderr, code } = await revoke(gateway.url, 'a-token');
    expect({ stdout, stderr, code }).toEqual({
      stdout: '',
      stderr: 'UNAUTHORIZED_FIELD_OR_TYPE: No.\n',
      code: 2,
    });
  });
});

/** A server that answers like a graph, to see what it is asked. */
const answering = async (answer: (request: IncomingMessage) => Promise<object>) => {
  const server = createServer((request, response) => {
    void answer(request).then((body) =>
      response.setHeader('content-type', 'application/json').end(JSON.stringify(body)),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`,
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
};

describe('npm run access -- diff', () => {
  const run = promisify(execFile);
  let clone: string;

  beforeAll(async () => {
    clone = await mkdtemp(join(tmpdir(), 'caregraph-clone-'));
    await run('git', ['clone', '--quiet', '--shared', '--no-tags', ROOT, clone]);
    await symlink(join(ROOT, 'node_modules'), join(clone, 'node_modules'), 'dir');
  });
  afterAll(() => rm(clone, { recursive: true, force: true }));

  const register = async (change: (client: { scopes: string[]; id: string }) => void) => {
    const file = join(clone, 'policies', 'clients.json');
    const before = await readFile(file, 'utf8');
    const registry = JSON.parse(before) as { clients: { scopes: string[]; id: string }[] };
    for (const client of registry.clients) if (client.id === 'stock-app') change(client);
    await writeFile(file, JSON.stringify(registry));
    return { [Symbol.asyncDispose]: () => writeFile(file, before) };
  };

  it('names what a client gains and loses, and fails where a gain is grave', async () => {
    await using _changed = await register((client) => {
      client.scopes = ['inventory:read', 'hr:read'];
    });
    const { stdout, code } = await access(['diff', 'HEAD', '--fail-on-gain'], clone);
    expect(stdout).toContain('+ stock-app: Employee.name operations: denied → clear');
    expect(stdout).toContain('- stock-app: PurchaseOrder.total operations: clear → denied');
    expect(stdout).toContain(
      '+ stock-app: employees.graphql Employees operations: employees.nodes.@.name: not there → clear',
    );
    expect(stdout).not.toContain('ward-app');
    expect(code).toBe(1);
  }, 60_000);

  it('is content with a loss', async () => {
    await using _changed = await register((client) => {
      client.scopes = ['inventory:read'];
    });
    const { stdout, code } = await access(['diff', 'HEAD', '--fail-on-gain'], clone);
    expect(stdout).not.toContain('+ ');
    expect(code).toBe(0);
  }, 60_000);

  it('cannot ask a revision of before', async () => {
    const { stdout: first } = await run('git', ['rev-list', '--max-parents=0', 'HEAD'], { cwd: clone });
    const { stderr, code } = await access(['diff', first.trim().split('\n')[0] ?? ''], clone);
    expect(code).toBe(2);
    expect(stderr).toContain('has no `npm run access`');
  }, 60_000);
});

describe('a comparison of what clients see', () => {
  const seen = (level: Seen['level'], as: string, rows: readonly string[] = []): Seen => ({ level, as, rows, rank: 3 });
  const kinds = (before: Seen | undefined, after: Seen | undefined) => {
    const of = (one: Seen | undefined) => ({ a: one === undefined ? {} : { 'T.f operations': one } });
    const { gains, losses, others } = compare(of(before), of(after));
    return [gains.length, losses.length, others.length];
  };

  it.each([
    ['refused to masked', seen(0, 'denied'), seen(2, 'HASH'), [1, 0, 0]],
    ['masked to clear', seen(2, 'HASH'), seen(3, 'clear'), [1, 0, 0]],
    ['clear to removed', seen(3, 'clear'), seen(1, 'REMOVED'), [0, 1, 0]],
    ['one mask to another', seen(2, 'HASH'), seen(2, 'INITIALS'), [0, 0, 1]],
    ['absent to refused', undefined, seen(0, 'denied'), [0, 0, 0]],
    ['new and clear', undefined, seen(3, 'clear'), [1, 0, 0]],
    ['gone', seen(3, 'clear'), undefined, [0, 1, 0]],
    ['rows of the facilities to all', seen(3, 'clear', ['FACILITY']), seen(3, 'clear'), [1, 0, 0]],
    ['all rows to those of the facilities', seen(3, 'clear'), seen(3, 'clear', ['FACILITY']), [0, 1, 0]],
    ['rows by one thing to rows by another', seen(3, 'clear', ['PAYER']), seen(3, 'clear', ['FACILITY']), [0, 0, 1]],
    ['the same', seen(3, 'clear', ['FACILITY']), seen(3, 'clear', ['FACILITY']), [0, 0, 0]],
  ] as const)('from %s', (_, before, after, expected) => {
    expect(kinds(before, after)).toEqual(expected);
  });
});

describe('the example documents', () => {
  it('are valid, and one is the demo query', async () => {
    const { schema } = readAccessGraph(supergraphText());
    for (const name of ['appointment-to-buyer', 'appointments', 'claims', 'employees', 'ledger', 'purchase-orders']) {
      const document = await readFile(join(ROOT, 'docs', 'examples', `${name}.graphql`), 'utf8');
      expect([name, validate(schema, parse(document))]).toEqual([name, []]);
      if (name === 'appointment-to-buyer') expect(document).toContain(DEMO_QUERY);
    }
  });
});
