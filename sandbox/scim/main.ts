/**
 * The sandbox SCIM server as a process of its own.
 *
 *   node sandbox/scim/main.js [--host ADDRESS] [--port N] [--data-dir DIR] [--token-file FILE] [--scale N]
 *     [--fsync]
 *
 * `HOST`, `PORT` and `CAREGRAPH_DATA` stand in for the first three. Without a file to read the token from, one is made up and
 * kept in the data directory. When the server listens it prints one line of JSON: where, and the token it has made up.
 * SIGTERM and SIGINT end it after the answers under way.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { onShutdown } from '../../platform/shutdown.ts';
import { workforce } from './seed.ts';
import { startScimSandbox } from './server.ts';
import { tokenOf } from './token.ts';

const main = async (): Promise<void> => {
  const { values } = parseArgs({
    options: {
      host: { type: 'string', default: process.env['HOST'] ?? '127.0.0.1' },
      port: { type: 'string', default: process.env['PORT'] ?? '0' },
      'data-dir': { type: 'string', ...(process.env['CAREGRAPH_DATA'] && { default: process.env['CAREGRAPH_DATA'] }) },
      'token-file': { type: 'string' },
      scale: { type: 'string', default: '1' },
      fsync: { type: 'boolean', default: false },
    },
  });
  const dataDir = values['data-dir'];
  const tokenFile = values['token-file'];
  const token = tokenFile === undefined ? tokenOf(dataDir) : readFileSync(tokenFile, 'utf8').trim();
  const seed = workforce({ scale: Number(values.scale) });
  const { host, fsync } = values;
  const sandbox = await startScimSandbox({ seed, token, dataDir, host, port: Number(values.port), fsync });
  onShutdown(() => sandbox.stop());
  const { origin, url, instance } = sandbox;
  const ready = { url: origin, base: url, ...(tokenFile === undefined && { token }), pid: process.pid, instance };
  process.stdout.write(`${JSON.stringify(ready)}\n`);
};

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
