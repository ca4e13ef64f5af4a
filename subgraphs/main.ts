import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Config, ConfigError, loadConfig } from '../platform/config.ts';
import { envelopeKey } from '../platform/envelope.ts';
import { fhirSettings } from '../platform/fhir/settings.ts';
import { createLog, type Log } from '../platform/log.ts';
import { ContractError } from '../platform/odoo/contract.ts';
import { ROOT } from '../platform/root.ts';
import { Secret } from '../platform/secret.ts';
import { onShutdown } from '../platform/shutdown.ts';
import { storeSettings } from '../platform/store/owner.ts';
import { StoreError } from '../platform/store/store-error.ts';
import type { Subgraph } from './define-subgraph.ts';
import { executable } from './execute.ts';
import { subgraphs } from './index.ts';
import { learnFacilities } from './learn-facilities.ts';
import { closeOwners, openOwners, type OwnerName, type OwnerSettings, readOwners } from './owners.ts';
import { serveSubgraphs } from './server.ts';

/** `npm run subgraphs`: all subgraphs in a process of their own, or the one that SUBGRAPH names. */
const main = async (): Promise<void> => {
  const config = loadConfig();
  const served = chosen(config.subgraphs.only);
  const { secret } = config.subgraphs;
  if (secret === undefined)
    throw new ConfigError(['subgraphs.secret (SUBGRAPH_SECRET): needed to know the gateway by']);
  const log: Log = createLog(config.log.level);
  const settings = settingsOf(config, readOwners(served));
  const owners = openOwners(served, settings, config, log);
  const server = await serveSubgraphs({
    address: config.server,
    subgraphs: served.map((subgraph) => executable(subgraph, { owners, log })),
    keyOf: (name) => envelopeKey(secret, name),
    bodyLimit: config.server.bodyLimit,
    drain: config.server.drain,
    log,
  });
  process.stdout.write(`ready: ${served.map(({ name }) => name).join(', ')} at ${server.url}\n`);
  const shutDown = async (): Promise<void> => {
    await server.close();
    await closeOwners(owners);
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

/** Where the owners of these subgraphs are. @throws ConfigError with all that nobody has said */
const settingsOf = (config: Config, read: ReadonlySet<OwnerName>): OwnerSettings => {
  const { odoo, hr, scheduling, billing } = config;
  const problems = [
    ...(read.has('odoo') && odoo.url === undefined ? ['odoo.url (ODOO_URL)'] : []),
    ...(read.has('hr') && hr.scimUrl === undefined ? ['hr.scimUrl (SCIM_URL)'] : []),
    ...(read.has('scheduling') && scheduling.fhirUrl === undefined ? ['scheduling.fhirUrl (FHIR_SCHEDULING_URL)'] : []),
    ...(read.has('billing') && billing.fhirUrl === undefined ? ['billing.fhirUrl (FHIR_BILLING_URL)'] : []),
  ];
  if (problems.length > 0)
    throw new ConfigError(problems.map((setting) => `${setting}: needed; the sandbox is a part of \`npm start\``));
  const { url, db = '', apiKey = new Secret(''), login, reads, writes, responseLimit, protocol } = odoo;
  const { scimUrl, scimToken: token = new Secret('') } = hr;
  return {
    ...(url !== undefined && { odoo: { url, db, login, apiKey, reads, writes, responseLimit, protocol } }),
    ...(scimUrl !== undefined && {
      hr: { url: scimUrl, token, reads: hr.reads, writes: hr.writes, responseLimit: hr.responseLimit },
    }),
    scheduling: fhirSettings(scheduling),
    billing: fhirSettings(billing),
    store: storeSettings(config),
    supergraphSdl: readFileSync(join(ROOT, 'gateway', 'supergraph', 'supergraph.graphql'), 'utf8'),
  };
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
