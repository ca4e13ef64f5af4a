import { configuredFeed } from '../platform/access/open-feed.ts';
import { openAudit } from '../platform/audit/open-audit.ts';
import { type Config, ConfigError, loadConfig } from '../platform/config.ts';
import { envelopeKey } from '../platform/envelope.ts';
import { createLog, type Log } from '../platform/log.ts';
import { ContractError } from '../platform/odoo/contract.ts';
import { onShutdown } from '../platform/shutdown.ts';
import { StoreError } from '../platform/store/store-error.ts';
import { configuredMaskKeys } from '../policies/mask-keys.ts';
import type { Subgraph } from './define-subgraph.ts';
import { executable } from './execute.ts';
import { subgraphs } from './index.ts';
import { learnFacilities } from './learn-facilities.ts';
import { mappingsOf } from './mappings.ts';
import { ownerSettings } from './owner-settings.ts';
import { closeOwners, openOwners, readOwners } from './owners.ts';
import { serveSubgraphs } from './server.ts';

/** `npm run subgraphs`: all subgraphs in a process of their own, or the one that SUBGRAPH names. */
const main = async (): Promise<void> => {
  const config = loadConfig();
  const served = chosen(config.subgraphs.only);
  const keyOf = envelopeKeys(config);
  const log: Log = createLog(config.log.level);
  const read = readOwners(served);
  const settings = ownerSettings(config, read);
  const access = read.has('access') ? configuredFeed(config, log) : undefined;
  const audit = openAudit(config, log);
  const owners = openOwners(served, { ...settings, access, audit, mappings: mappingsOf(subgraphs) }, config, log);
  if (owners.store !== undefined) audit.ship(owners.store);
  const maskKeys = configuredMaskKeys(config);
  const server = await serveSubgraphs({
    address: config.server,
    subgraphs: served.map((subgraph) => executable(subgraph, { owners, log, maskKeys, audit })),
    keyOf,
    bodyLimit: config.server.bodyLimit,
    drain: config.server.drain,
    log,
  });
  process.stdout.write(`ready: ${served.map(({ name }) => name).join(', ')} at ${server.url}\n`);
  const shutDown = async (): Promise<void> => {
    await server.close();
    await audit.close();
    await closeOwners(owners);
    await access?.close();
  };
  onShutdown(shutDown);
  try {
    await learnFacilities(owners, served, config.facilities);
  } catch (error) {
    if (!(error instanceof ContractError || error instanceof StoreError)) return;
    process.exitCode = 1;
    await shutDown();
    throw error;
  }
};

/** A process of one subgraph is given its key; one of several derives theirs. */
const envelopeKeys = ({ subgraphs: { secret, key, only }, policies }: Config): ((name: string) => Buffer) => {
  if (key !== undefined && only === undefined)
    throw new ConfigError(['subgraphs.key (SUBGRAPH_KEY): is of one subgraph, so SUBGRAPH has to name it']);
  if (key !== undefined && policies.maskSecret === undefined)
    throw new ConfigError(['policies.maskSecret (MASK_SECRET): needed to hash what gateways and other subgraphs hash']);
  if (key !== undefined) {
    const bytes = Buffer.from(key.reveal(), 'base64url');
    return () => bytes;
  }
  if (secret === undefined)
    throw new ConfigError([
      'subgraphs.key (SUBGRAPH_KEY) or subgraphs.secret (SUBGRAPH_SECRET): needed to know the gateway by',
    ]);
  return (name) => envelopeKey(secret, name);
};

const chosen = (name: string | undefined): readonly Subgraph[] => {
  if (name === undefined) return subgraphs;
  const found = subgraphs.filter((subgraph) => subgraph.name === name);
  if (found.length > 0) return found;
  throw new ConfigError([`subgraphs.only (SUBGRAPH): must be one of ${subgraphs.map((one) => one.name).join(', ')}`]);
};

try {
  await main();
} catch (error) {
  const problems = error instanceof ContractError ? `\n${error.problems.map((each) => `  - ${each}`).join('\n')}` : '';
  process.stderr.write(`${error instanceof Error ? error.message : 'The subgraphs could not start.'}${problems}\n`);
  process.exitCode = 1;
}
