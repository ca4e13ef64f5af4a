import { randomUUID } from 'node:crypto';
import { codeOf, type ErrorCode, fail } from '../platform/errors.ts';
import { createIdentity } from '../platform/identity.ts';
import type { Job, JobReport } from '../platform/jobs.ts';
import { LoggableError } from '../platform/log.ts';
import type { Config } from '../platform/settings.ts';
import { compareRecords } from '../platform/store/compare-records.ts';
import { knownFacilities } from '../platform/store/facilities.ts';
import { replaceStanding } from '../platform/store/findings.ts';
import { matchRecords } from '../platform/store/match-records.ts';
import { progressOf, refreshStatistics } from '../platform/store/owner-records.ts';
import type { Store } from '../platform/store/owner.ts';
import { deadlineIn, HOUR, SECOND } from '../platform/time.ts';
import type { Subgraph } from './define-subgraph.ts';
import type { IdentitySource, IdentitySystem } from './identities.ts';
import { openSessions, type Owners } from './owners.ts';
import { readSource, type ReadSourceOptions } from './read-source.ts';

export interface KeepIdentitiesOptions {
  readonly subgraphs: readonly Subgraph[];
  readonly owners: Owners;
  readonly config: Pick<Config, 'facilities' | 'worker'>;
  /** Systems that are there at all. What would be read elsewhere is left out, and nothing is said of it. */
  readonly systems: ReadonlySet<IdentitySystem>;
  /** What time it is; the wall clock when left out. */
  readonly now?: () => Date;
}

/** Time that the calls for one page may take. */
const PAGE_WITHIN = 30 * SECOND;

/**
 * Keeps what the systems call one thing, what may be there twice, and what they contradict each other in.
 *
 * First each source is read, page by page, as far as it has changed: of its records only ids, numbers and facilities are
 * kept. Then they are compared where they are kept. A system that is away leaves everything about its records as it was,
 * and is said to be left undone; the others go on.
 */
export const keepIdentities = (options: KeepIdentitiesOptions): Job => ({
  name: 'identities',
  every: options.config.worker.identities.every,
  run: (signal) => run(options, signal),
});

const run = async (options: KeepIdentitiesOptions, signal: AbortSignal): Promise<JobReport> => {
  const { subgraphs, owners, config, systems, now = () => new Date() } = options;
  const { store: owner } = owners;
  if (owner === undefined) throw fail('SOR_UNAVAILABLE', { cause: new LoggableError('there is no store') });
  const store = owner.ours();
  const facilities = await facilitiesOf(store, config);
  // Whoever sees no facility sees nothing, and would take everything for gone.
  if (facilities.length === 0) return { counts: {}, undone: [{ what: 'facilities', code: 'SOR_UNAVAILABLE' }] };
  const startedAt = now();
  const reading = {
    store,
    openSession: ({ system }: IdentitySource) => openSessions(owners, [system], envelopeFor(facilities), signal),
    startedAt,
    wholeSince: lastTime(config.worker.identities.wholeAt, startedAt),
    signal,
  };
  const sources = subgraphs
    .flatMap(({ connector }) => connector.identities ?? [])
    .filter(({ system }) => systems.has(system));
  const { undone, ...read } = await readAll(sources, reading);
  const compared = await compareAll(sources, reading);
  return { counts: { ...read, ...compared }, undone };
};

/** Reads one source after the other. One that fails is left as it was before. */
const readAll = async (sources: readonly IdentitySource[], options: ReadSourceOptions) => {
  const { signal } = options;
  const counts = { read: 0, gone: 0, duplicates: 0 };
  const undone: { what: string; code: ErrorCode }[] = [];
  for (const source of sources) {
    if (signal.aborted) break;
    try {
      const { read, gone, duplicates } = await readSource(source, options);
      counts.read += read;
      counts.gone += gone;
      counts.duplicates += duplicates;
    } catch (error) {
      if (!signal.aborted) undone.push({ what: `${source.system} ${source.type}`, code: codeOf(error) });
    }
  }
  return { ...counts, undone };
};

const compareAll = async (
  sources: readonly IdentitySource[],
  { store, startedAt, signal }: Pick<ReadSourceOptions, 'store' | 'startedAt' | 'signal'>,
) => {
  const counts = { opened: 0, closed: 0, findings: 0 };
  await refreshStatistics(store);
  for (const type of new Set(sources.map((source) => source.type))) {
    if (signal.aborted) break;
    const { opened, closed, findings } = await compare(store, type, sources, startedAt);
    counts.opened += opened;
    counts.closed += closed;
    counts.findings += findings;
  }
  return counts;
};

const compare = async (store: Store, type: string, sources: readonly IdentitySource[], at: Date) => {
  const [home, ...others] = sources
    .filter((source) => source.type === type)
    .toSorted((a, b) => Number(b.isHome ?? false) - Number(a.isHome ?? false));
  if (home?.isHome !== true) return { opened: 0, closed: 0, findings: 0 };
  const { opened, closed } = await matchRecords(store, type, at.toISOString().slice(0, 10));
  let findings = 0;
  for (const other of others) {
    // What has not been read to its end yet may still come.
    if ((await progressOf(store, home)) === null || (await progressOf(store, other)) === null) continue;
    const found = await compareRecords(store, home, other);
    await replaceStanding(store, found, at);
    findings += found.reduce((sum, { count }) => sum + count, 0);
  }
  return { opened, closed, findings };
};

/** The group's facilities, as the configuration names them or as Odoo had them. */
const facilitiesOf = async (store: Store, { facilities }: Pick<Config, 'facilities'>): Promise<readonly string[]> =>
  facilities === undefined ? (await knownFacilities(store)).map(({ code }) => code) : Object.keys(facilities);

/** Whoever asks is this job, for every facility; no rule of the graph is asked, and nothing of the graph answered. */
const envelopeFor = (facilities: readonly string[]) => ({
  identity: createIdentity({
    audience: 'internal',
    purpose: 'operations',
    subject: 'caregraph-worker',
    client: 'caregraph-worker',
    scopes: [],
    facilities,
  }),
  requestId: randomUUID(),
  deadline: deadlineIn(PAGE_WITHIN),
});

/** When it was last that time of day. */
const lastTime = (time: string, now: Date): Date => {
  const today = new Date(`${now.toISOString().slice(0, 10)}T${time}:00Z`);
  return today <= now ? today : new Date(today.getTime() - 24 * HOUR);
};
