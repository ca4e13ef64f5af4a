import { configuredFeed } from '../platform/access/open-feed.ts';
import { type Config, ConfigError, loadConfig } from '../platform/config.ts';
import { livez, readyz } from '../platform/http/health.ts';
import { type Listener, listen } from '../platform/http/listen.ts';
import { router } from '../platform/http/router.ts';
import { runJobs, type RunningJobs } from '../platform/jobs.ts';
import { createLog, type Log } from '../platform/log.ts';
import { onShutdown } from '../platform/shutdown.ts';
import { StoreError } from '../platform/store/store-error.ts';
import { subgraphs } from './index.ts';
import { jobsOf } from './jobs.ts';
import { learnFacilities } from './learn-facilities.ts';
import { ownerSettings } from './owner-settings.ts';
import { closeOwners, openOwners, type Owners, readOwners } from './owners.ts';

/** `npm run worker`: what is done again and again, in a process of its own. Of several, one works at a time. */
const main = async (): Promise<void> => {
  const config = loadConfig();
  if (config.database.url === undefined)
    throw new ConfigError(['database.url (DATABASE_URL): needed; the embedded database is a part of `npm start`']);
  const log: Log = createLog(config.log.level);
  const settings = ownerSettings(config, readOwners(subgraphs));
  const feed = configuredFeed(config, log);
  const owners = openOwners(subgraphs, { ...settings, access: feed }, config, log);
  const { store } = owners;
  if (store === undefined) throw new Error('the store was not opened');
  const jobs = runJobs(jobsOf({ subgraphs, owners, settings, config, feed }), { store, log });
  let isDraining = false;
  const server = await serve(config, { owners, jobs, log, isDraining: () => isDraining });
  process.stdout.write(`ready: worker at ${server.url}\n`);
  const shutDown = async (): Promise<void> => {
    isDraining = true;
    server.refuseNew();
    await Promise.race([jobs.stop(), pause(config.server.drain)]);
    await server.close();
    await closeOwners(owners);
    await feed?.close();
    log.info({}, 'worker:stopped');
  };
  onShutdown(shutDown);
  try {
    await learnFacilities(owners, subgraphs, config.facilities);
  } catch (error) {
    // An Odoo that lacks something is no reason to leave the others alone; a store of another version is.
    if (!(error instanceof StoreError)) {
      if (!isDraining) log.error({ error }, 'facilities:unknown');
      return;
    }
    process.exitCode = 1;
    await shutDown();
    throw error;
  }
};

interface Served {
  readonly owners: Owners;
  readonly jobs: RunningJobs;
  readonly log: Log;
  readonly isDraining: () => boolean;
}

/** Ready with its database and while its jobs do what they should. An owner that is away shows as theirs. */
const serve = (config: Config, { owners, jobs, log, isDraining }: Served): Promise<Listener> => {
  const health = [
    { name: 'store', check: () => owners.store?.health() ?? [] },
    { name: 'jobs', check: () => jobs.health() },
  ];
  const handlers = new Map([
    ['/livez', livez(isDraining)],
    ['/readyz', readyz(isDraining, () => health)],
  ]);
  return listen(config.server, router({ handlers, routes: [], isDraining, log }));
};

const pause = (duration: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, duration).unref());

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : 'The worker could not start.'}\n`);
  process.exitCode = 1;
}
