/**
 * The sandbox SCIM server as a process of its own.
 *
 *   node sandbox/scim/main.js [--port N] [--data-dir DIR] [--scale N] [--fsync]
 *
 * `PORT` and `CAREGRAPH_DATA` stand in for the first two. When it listens it prints one line of JSON: where, and the token
 * that lets in. SIGTERM and SIGINT end it after the answers under way.
 */
import { parseArgs } from 'node:util';
import { workforce } from './seed.ts';
import { startScimSandbox } from './server.ts';
import { tokenOf } from './token.ts';

const main = async (): Promise<void> => {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: process.env['PORT'] ?? '0' },
      'data-dir': { type: 'string', ...(process.env['CAREGRAPH_DATA'] && { default: process.env['CAREGRAPH_DATA'] }) },
      scale: { type: 'string', default: '1' },
      fsync: { type: 'boolean', default: false },
    },
  });
  const dataDir = values['data-dir'];
  const token = tokenOf(dataDir);
  const seed = workforce({ scale: Number(values.scale) });
  const sandbox = await startScimSandbox({ seed, token, dataDir, port: Number(values.port), fsync: values.fsync });
  const stop = (): void => void sandbox.stop().then(() => process.exit(0));
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  const { origin, url, instance } = sandbox;
  process.stdout.write(`${JSON.stringify({ url: origin, base: url, token, pid: process.pid, instance })}\n`);
};

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
