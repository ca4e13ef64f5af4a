/**
 * The sandbox FHIR server of one domain as a process of its own.
 *
 *   node sandbox/fhir/main.js --domain scheduling|billing [--host H] [--port N] [--data-dir DIR] [--token-file FILE]
 *     [--scale N] [--fsync]
 *
 * `HOST`, `PORT` and `CAREGRAPH_DATA` stand in for their options. When it listens it prints one line of JSON: where, and
 * the token that opens it, which is made once for a data directory unless a file holds one. SIGTERM and SIGINT end it after
 * the answers under way.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { onShutdown } from '../../platform/shutdown.ts';
import { DOMAINS, type FhirDomain } from './domains.ts';
import { startFhirSandbox } from './server.ts';
import type { FhirSeed } from './seed.ts';
import { seedFrom, writeSnapshot } from './snapshot.ts';

const main = async (): Promise<void> => {
  const { values } = parseArgs({
    options: {
      domain: { type: 'string' },
      host: { type: 'string', default: process.env['HOST'] ?? '127.0.0.1' },
      port: { type: 'string', default: process.env['PORT'] ?? '0' },
      'data-dir': { type: 'string', ...(process.env['CAREGRAPH_DATA'] && { default: process.env['CAREGRAPH_DATA'] }) },
      'token-file': { type: 'string' },
      scale: { type: 'string', default: '1' },
      fsync: { type: 'boolean', default: false },
      'write-snapshot': { type: 'boolean', default: false },
    },
  });
  const { domain, host, port, scale, fsync, 'data-dir': dataDir, 'token-file': tokenFile } = values;
  if (!isDomain(domain)) throw new Error(`--domain is one of ${Object.keys(DOMAINS).join(', ')}`);
  if (dataDir !== undefined) mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  if (values['write-snapshot'] && dataDir !== undefined)
    return writeSnapshot(dataDir, domain, await makeSeed(domain, Number(scale)));
  const sandbox = await startFhirSandbox({
    domain,
    seed:
      dataDir === undefined
        ? await makeSeed(domain, Number(scale))
        : await seedFrom(dataDir, domain, Number(scale), [...process.argv.slice(1), '--write-snapshot']),
    token: tokenIn(tokenFile, dataDir),
    host,
    port: Number(port),
    fsync,
    log: (message) => process.stderr.write(`${message}\n`),
    ...(dataDir !== undefined && { dataDir }),
  });
  onShutdown(() => sandbox.stop());
  const { url, token, instance } = sandbox;
  process.stdout.write(`${JSON.stringify({ url, token, pid: process.pid, instance })}\n`);
};

/** Loaded only where it is made: it brings all of Odoo's seed along. */
const makeSeed = async (domain: FhirDomain, scale: number): Promise<FhirSeed> =>
  (await import('./seed/index.ts')).fhirSeed(domain, { scale });

const isDomain = (name: string | undefined): name is FhirDomain => name !== undefined && Object.hasOwn(DOMAINS, name);

/** What a file holds or, made once so that a gateway which has been given it can come back, the data directory. */
const tokenIn = (file: string | undefined, dataDir: string | undefined): string => {
  const made = randomBytes(24).toString('base64url');
  if (file === undefined && dataDir === undefined) return made;
  const path = file ?? join(dataDir ?? '', 'token');
  if (file === undefined && !existsSync(path)) writeFileSync(path, made, { mode: 0o600 });
  const token = readFileSync(path, 'utf8').trim();
  if (token === '') throw new Error(`${path} holds no token`);
  return token;
};

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
