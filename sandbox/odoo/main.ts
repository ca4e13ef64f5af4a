/**
 * The sandbox Odoo as a process of its own.
 *
 *   node sandbox/odoo/main.js [--port N] [--data-dir DIR] [--version 19|14] [--scale N] [--fsync]
 *
 * `PORT` and `CAREGRAPH_DATA` stand in for the first two. When it listens it prints one line of JSON: where, which
 * database, and how the gateway logs in. SIGTERM and SIGINT end it after the answers under way.
 */
import { parseArgs } from 'node:util';
import { onShutdown } from '../../platform/shutdown.ts';
import { healthcareGroup } from './seed/index.ts';
import { startOdooSandbox } from './server.ts';

const main = async (): Promise<void> => {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: process.env['PORT'] ?? '0' },
      'data-dir': { type: 'string', ...(process.env['CAREGRAPH_DATA'] && { default: process.env['CAREGRAPH_DATA'] }) },
      version: { type: 'string', default: '19' },
      scale: { type: 'string', default: '1' },
      fsync: { type: 'boolean', default: false },
    },
  });
  const seed = healthcareGroup({ scale: Number(values.scale) });
  const dataDir = values['data-dir'];
  const sandbox = await startOdooSandbox({
    seed,
    version: values.version === '14' ? 14 : 19,
    port: Number(values.port),
    fsync: values.fsync,
    log: (message) => process.stderr.write(`${message}\n`),
    ...(dataDir !== undefined && { dataDir }),
  });
  onShutdown(() => sandbox.stop());
  const { url, db, instance } = sandbox;
  const gateway = seed.users.find(({ login }) => login === GATEWAY);
  const ready = { url, db, login: GATEWAY, apiKey: gateway?.apiKey, pid: process.pid, instance };
  process.stdout.write(`${JSON.stringify(ready)}\n`);
};

/** The user of the seed that the gateway logs in as: in every company, with no more rights than it needs. */
const GATEWAY = 'svc.gateway';

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
