import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { explorerRoutes } from '../gateway/explorer/routes.ts';
import { inProcessTransport } from '../gateway/executor/transports/in-process.ts';
import { configuredIssuers, type IssuerOptions } from '../gateway/identity/issuers.ts';
import { startGateway } from '../gateway/server.ts';
import { memoryFeed } from '../platform/access/memory-feed.ts';
import { configuredFeed } from '../platform/access/open-feed.ts';
import type { Config } from '../platform/config.ts';
import { fhirSettings } from '../platform/fhir/settings.ts';
import type { FhirSettings } from '../platform/fhir/types.ts';
import { type Job, runJobs, type RunningJobs } from '../platform/jobs.ts';
import type { Log } from '../platform/log.ts';
import type { OdooSettings } from '../platform/odoo/types.ts';
import { ROOT } from '../platform/root.ts';
import type { ScimSettings } from '../platform/scim/types.ts';
import { Secret } from '../platform/secret.ts';
import { storeSettings } from '../platform/store/owner.ts';
import { configuredMaskKeys } from '../policies/mask-keys.ts';
import { executable } from '../subgraphs/execute.ts';
import { subgraphs } from '../subgraphs/index.ts';
import { jobsOf } from '../subgraphs/jobs.ts';
import { restoreAtStart } from '../subgraphs/keep-access.ts';
import { learnFacilities } from '../subgraphs/learn-facilities.ts';
import { closeOwners, openOwners, type Owners } from '../subgraphs/owners.ts';
import { EXAMPLES } from './examples.ts';
import { startDevelopmentIssuer } from './issuer/server.ts';
import { attachFhirSandbox } from './fhir/child.ts';
import type { FhirDomain } from './fhir/domains.ts';
import { attachOdooSandbox } from './odoo/child.ts';
import { attachScimSandbox } from './scim/child.ts';
import { SCOPES } from '../policies/scopes.ts';

/** The whole product in one process, with stand-ins for what the configuration does not name. */
export interface Embedded {
  readonly url: string;
  /**
   * Resolves when Odoo has been reached and the store is open, with the codes of the facilities found. Rejects when Odoo
   * lacks what we need, or the store is another process's.
   */
  readonly ready: Promise<readonly string[]>;
  /** A token of the development issuer; null where tokens come from a real one. */
  readonly token: (facilities: readonly string[]) => Promise<string | null>;
  readonly owners: Owners;
  stop(): Promise<void>;
}

/**
 * Starts gateway, subgraphs, development issuer and the sandboxes of Odoo, of HR, of scheduling and of billing. A setting
 * that names a real system replaces its stand-in. Resolves when the gateway listens; what it depends on may still be on its way, and
 * `/readyz` says so.
 */
export const startEmbedded = async (config: Config, log: Log): Promise<Embedded> => {
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const each of stops.splice(0).toReversed()) await each();
  };
  try {
    await mkdir(config.data.dir, { recursive: true, mode: 0o700 });
    // Each takes a while to start the first time, on a processor of its own.
    const [odoo, hr, scheduling, billing] = await Promise.all([
      odooSettings(config, stops),
      hrSettings(config, stops),
      fhirDomainSettings('scheduling', config, stops),
      fhirDomainSettings('billing', config, stops),
    ]);
    const supergraphSdl = await readFile(join(ROOT, 'gateway', 'supergraph', 'supergraph.graphql'), 'utf8');
    const shared = configuredFeed(config, log);
    const access = shared ?? memoryFeed();
    stops.push(() => access.close());
    const where = { odoo, hr, scheduling, billing, access, store: storeSettings(config), supergraphSdl };
    const owners = openOwners(subgraphs, where, config, log);
    stops.push(() => closeOwners(owners));
    if (owners.store !== undefined) stops.push(restoreAtStart(owners.store, access, log));
    const learned = learnFacilities(owners, subgraphs, config.facilities);
    // It is waited for below; until then, nobody would have heard that it failed.
    learned.catch(() => undefined);
    stops.push(
      runJobsAfter(learned, owners, jobsOf({ subgraphs, owners, settings: where, config, feed: shared }), log),
    );
    const { issuers, mint } = await openIssuer(config, stops);
    const maskKeys = configuredMaskKeys(config);
    const parts = subgraphs.map((subgraph) => executable(subgraph, { owners, log, maskKeys }));
    const gateway = await startGateway({
      config,
      log,
      supergraphSdl,
      transports: parts.map(inProcessTransport),
      issuer: issuers,
      access,
      health: parts.map((part) => ({ name: part.name, check: () => part.health() })),
      routes: [...explorerRoutes({ examples: EXAMPLES, tokens: mint === undefined ? 'provider' : 'development' })],
    });
    stops.push(() => gateway.close());
    return {
      url: gateway.url,
      owners,
      ready: learned.then((codes) => rememberFacilities(config, codes)),
      token: async (facilities) =>
        mint === undefined
          ? null
          : mint({ client: 'explorer', scopes: Object.keys(SCOPES), facilities, audience: config.identity.audience }),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
};

/** What a worker does, in this process, once it is known which facilities there are. */
const runJobsAfter = (
  learned: Promise<unknown>,
  { store }: Owners,
  jobs: readonly Job[],
  log: Log,
): (() => Promise<void>) => {
  let running: RunningJobs | undefined;
  let isStopping = false;
  void learned.then(
    () => {
      if (!isStopping && store !== undefined) running = runJobs(jobs, { store, log });
    },
    () => undefined,
  );
  return async () => {
    isStopping = true;
    await running?.stop();
  };
};

type Mint = Awaited<ReturnType<typeof startDevelopmentIssuer>>['mint'];

const odooSettings = async ({ odoo, data }: Config, stops: (() => Promise<void>)[]): Promise<OdooSettings> => {
  const { reads, writes, responseLimit, protocol } = odoo;
  const limits = { reads, writes, responseLimit, protocol };
  if (odoo.url !== undefined) {
    // The configuration has been checked: with an address come a database and a key.
    return { ...limits, url: odoo.url, db: odoo.db ?? '', login: odoo.login, apiKey: odoo.apiKey ?? new Secret('') };
  }
  const sandbox = await attachOdooSandbox(data.dir);
  stops.push(() => sandbox.stop());
  return { ...limits, url: sandbox.url, db: sandbox.db, login: sandbox.login, apiKey: new Secret(sandbox.apiKey) };
};

const hrSettings = async ({ hr, data }: Config, stops: (() => Promise<void>)[]): Promise<ScimSettings> => {
  const { reads, writes, responseLimit } = hr;
  const limits = { reads, writes, responseLimit };
  // The configuration has been checked: with an address comes a token.
  if (hr.scimUrl !== undefined) return { ...limits, url: hr.scimUrl, token: hr.scimToken ?? new Secret('') };
  const sandbox = await attachScimSandbox(data.dir);
  stops.push(() => sandbox.stop());
  return { ...limits, url: sandbox.base, token: new Secret(sandbox.token) };
};

const fhirDomainSettings = async (
  domain: FhirDomain,
  config: Config,
  stops: (() => Promise<void>)[],
): Promise<FhirSettings> => {
  const named = fhirSettings(config[domain]);
  if (named !== undefined) return named;
  const { reads, writes, responseLimit } = config[domain];
  const sandbox = await attachFhirSandbox(config.data.dir, domain);
  stops.push(() => sandbox.stop());
  return { url: sandbox.url, auth: { kind: 'bearer', token: new Secret(sandbox.token) }, reads, writes, responseLimit };
};

const openIssuer = async (config: Config, stops: (() => Promise<void>)[]): Promise<IssuersAndMint> => {
  const issuers = configuredIssuers(config);
  if (issuers.length > 0) return { issuers };
  const development = await startDevelopmentIssuer({ dataDir: config.data.dir, port: 0 });
  stops.push(() => development.stop());
  const { issuer, jwksUri, mint } = development;
  return { issuers: [{ issuer, jwksUri }], mint };
};

interface IssuersAndMint {
  readonly issuers: readonly IssuerOptions[];
  /** Only the development issuer makes tokens for us. */
  readonly mint?: Mint;
}

/** `npm run token` gives a token for all of them unless told otherwise. */
const rememberFacilities = async ({ data }: Config, codes: readonly string[]): Promise<readonly string[]> => {
  await writeFile(join(data.dir, 'facilities.json'), `${JSON.stringify(codes)}\n`);
  return codes;
};
