import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { compose } from '../../gateway/supergraph/compose.ts';
import { ENVELOPE_HEADER, envelopeKey, openEnvelope } from '../../platform/envelope.ts';
import { type FakeIssuer, startIssuer } from '../fakes/issuer.ts';
import { type FakeSubgraph, startSubgraph } from '../fakes/subgraph.ts';
import { LINK, SECRET } from './start-graph.ts';

let directory: string;
let supergraph: string;
let subgraph: FakeSubgraph;
let issuer: FakeIssuer;
beforeAll(async () => {
  subgraph = await startSubgraph({
    sdl: `${LINK} type Query { hello: String @authenticated }`,
    resolvers: { Query: { hello: () => 'hello' } },
  });
  issuer = await startIssuer();
  directory = await mkdtemp(join(tmpdir(), 'caregraph-gateway-'));
  supergraph = join(directory, 'supergraph.graphql');
  const { supergraphSdl } = compose([{ name: 'greeting', url: subgraph.url, sdl: subgraph.sdl }]);
  await writeFile(supergraph, supergraphSdl);
});
afterAll(async () => {
  await subgraph.stop();
  await issuer.stop();
  await rm(directory, { recursive: true });
});

describe('the gateway process', () => {
  it('serves any supergraph openly, says when it is ready, and ends on SIGTERM', async () => {
    const child = run(['--supergraph', supergraph, '--port', '0', '--open']);
    const { url, line } = await ready(child);
    expect(line).toMatch(/^ready: open gateway at http:\/\/127\.0\.0\.1:\d+\/graphql$/);
    expect((await fetch(new URL('/readyz', url))).status).toBe(200);
    expect(await ask(url)).toEqual({ status: 200, body: { data: { hello: 'hello' } } });
    child.kill('SIGTERM');
    expect(await ended(child)).toEqual({ code: 0, signal: null });
  });

  it('asks subgraphs elsewhere with an envelope signed for each, and callers for a token', async () => {
    const child = run(['--supergraph', supergraph], {
      PORT: '0',
      OIDC_ISSUER: issuer.issuer,
      SUBGRAPH_SECRET: SECRET.reveal(),
      CAREGRAPH_DATA: join(directory, 'data'),
    });
    const { url } = await ready(child);
    expect((await ask(url)).status).toBe(401);
    subgraph.requests.length = 0;
    const token = await issuer.mint();
    expect(await ask(url, { authorization: `Bearer ${token}` })).toMatchObject({ body: { data: { hello: 'hello' } } });
    const [seen] = subgraph.requests;
    const key = envelopeKey(SECRET, 'greeting');
    expect(openEnvelope(seen?.headers[ENVELOPE_HEADER], 'greeting', key, seen?.text ?? '')).toMatchObject({
      identity: { client: 'ward-app' },
    });
    // The subgraph has no readiness of its own, so the gateway is not ready either.
    expect((await fetch(new URL('/readyz', url))).status).toBe(503);
    child.kill('SIGINT');
    expect(await ended(child)).toEqual({ code: 0, signal: null });
  });

  it('reads the register of clients again on SIGHUP, and keeps the one it has when that is broken', async () => {
    const file = join(directory, 'clients.json');
    const register = (...ids: string[]) => writeFile(file, JSON.stringify({ clients: ids.map(registration) }));
    await register('other-app');
    const child = run(['--supergraph', supergraph], {
      PORT: '0',
      OIDC_ISSUER: issuer.issuer,
      SUBGRAPH_SECRET: SECRET.reveal(),
      CAREGRAPH_DATA: join(directory, 'data'),
      CLIENTS_FILE: file,
      LOG_LEVEL: 'info',
    });
    const { url } = await ready(child);
    const headers = { authorization: `Bearer ${await issuer.mint()}` };
    const status = async () => (await ask(url, headers)).status;
    expect(await status()).toBe(403);
    const hangUp = async (event: string) => {
      const said = logged(child, event);
      child.kill('SIGHUP');
      return said;
    };
    await register('other-app', 'ward-app');
    await hangUp('clients:registered');
    expect(await status()).toBe(200);
    await writeFile(file, '{ "clients": [');
    await hangUp('clients:kept');
    expect(await status()).toBe(200);
    await register('other-app');
    await hangUp('clients:registered');
    expect(await status()).toBe(403);
    child.kill('SIGTERM');
    expect(await ended(child)).toEqual({ code: 0, signal: null });
  });

  const refused: readonly (readonly [string, readonly string[], Readonly<Record<string, string>>, number, RegExp])[] = [
    ['an unknown option', ['--opne'], {}, 2, /--supergraph {2}the supergraph to serve/],
    ['a port that is none', ['--port', '70000'], {}, 2, /--port needs a number/],
    [
      'a file that is not there',
      ['--supergraph', 'nowhere.graphql', '--open'],
      {},
      1,
      /nowhere\.graphql cannot be read/,
    ],
    ['no issuer', [], {}, 1, /OIDC_ISSUER/],
    ['no secret', [], { OIDC_ISSUER: 'http://issuer.invalid' }, 1, /SUBGRAPH_SECRET/],
    [
      'a protection turned off',
      ['--open'],
      { APOLLO_DISABLE_SECURITY_RECURSIVE_SELECTIONS_CHECK: 'true' },
      1,
      /APOLLO_/,
    ],
  ];

  it.each(refused)('does not start with %s, and says why', async (_name, args, env, code, reason) => {
    const child = run(args.includes('--supergraph') ? args : ['--supergraph', supergraph, ...args], env);
    let said = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    expect((await ended(child)).code).toBe(code);
    expect(said).toMatch(reason);
    expect(said).not.toMatch(/^\s+at /m);
  });
});

const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcess =>
  spawn(process.execPath, ['--import', 'tsx', 'gateway/index.ts', ...args], {
    env: { PATH: process.env['PATH'] ?? '', LOG_LEVEL: 'silent', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });

const registration = (id: string) => ({
  id,
  name: id,
  owner: 'us',
  audience: 'internal',
  purposes: ['operations'],
  scopes: '*',
  facilities: '*',
});

/** Resolves when the process has written that to its log. */
const logged = (child: ChildProcess, event: string): Promise<void> =>
  new Promise((resolve) => {
    const listen = (text: Buffer): void => {
      if (!text.includes(event)) return;
      child.stderr?.off('data', listen);
      resolve();
    };
    child.stderr?.on('data', listen);
  });

const ended = async (child: ChildProcess) => {
  const [code, signal] = child.exitCode === null ? ((await once(child, 'close')) as unknown[]) : [child.exitCode, null];
  return { code, signal };
};

/** The first line, and the address in it. */
const ready = async (child: ChildProcess): Promise<{ readonly url: string; readonly line: string }> => {
  const [text] = (await once(child.stdout ?? child, 'data')) as [Buffer];
  const line = text.toString('utf8').trim();
  return { url: line.slice(line.indexOf('http')), line };
};

const ask = async (url: string, headers: Readonly<Record<string, string>> = {}) => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query: '{ hello }' }),
  });
  return { status: response.status, body: await response.json() };
};
