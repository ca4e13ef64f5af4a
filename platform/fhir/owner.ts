import { hkdfSync, randomBytes } from 'node:crypto';
import type { Envelope } from '../envelope.ts';
import { fail } from '../errors.ts';
import type { Log } from '../log.ts';
import type { DependencyHealth } from '../subgraph.ts';
import { spendingOf } from '../outbound/spending.ts';
import { deadlineIn, SECOND } from '../time.ts';
import { connectFhir } from './client.ts';
import { brokenChainOf, FhirContractError, missingOf } from './contract.ts';
import { type FhirFacilityMap, loadDirectory } from './directory.ts';
import type { FhirEntitySpec } from './entity.ts';
import { countFindings, type OnFinding } from './findings.ts';
import type { FhirGround } from './reader.ts';
import { FhirSession } from './session.ts';
import { superviseFhir, type SupervisorOptions } from './supervisor.ts';
import type { FhirCallEvent, FhirSettings } from './types.ts';

export interface FhirOwnerOptions {
  /** As it stands in health and log: `scheduling`, `billing`. */
  readonly name: string;
  /** Undefined where no server is configured: then every read fails, and nothing is waited for. */
  readonly settings: FhirSettings | undefined;
  /** Everything the connectors of this process read. */
  readonly entities: readonly FhirEntitySpec[];
  readonly facilities?: FhirFacilityMap | undefined;
  /** Most milliseconds one call may take, within what is left of the request. */
  readonly callWithin: number;
  /** What cursors are sealed with, the same in every process that may be asked for the next page. */
  readonly secret?: { reveal(): string } | undefined;
  readonly log: Log;
  readonly onFinding?: OnFinding;
  readonly backoff?: SupervisorOptions<Supervised>['backoff'];
}

/** A FHIR server as an owning system. */
export interface FhirOwner {
  /** Opens reading for one request. Asks nothing: while the server is away, each read fails by itself. */
  session(envelope: Envelope, signal?: AbortSignal): Promise<FhirSession>;
  health(): readonly DependencyHealth[];
  /** Hears of the calls of the present connection and all later ones. */
  onCall(listener: (event: FhirCallEvent) => void): () => void;
  close(): Promise<void>;
}

const CONNECT_WITHIN = 10 * SECOND;

/** A server that is connected, and what it lacks. */
interface Supervised extends FhirGround {
  readonly problems: readonly string[];
}

export const openFhir = (options: FhirOwnerOptions): FhirOwner => {
  const { name, settings, entities, log } = options;
  if (settings === undefined) return absentFhir(options);
  const cursorKey = cursorKeyOf(name, options.secret);
  const onFinding = countFindings(name, log, options.onFinding);

  const connect = async (report: (event: FhirCallEvent) => void, signal: AbortSignal): Promise<Supervised> => {
    const spending = { deadline: deadlineIn(CONNECT_WITHIN), signal };
    const client = await connectFhir(settings, spending, { onCall: report });
    try {
      const directory = await loadDirectory(client, options.facilities, spending);
      const missing = new Map<FhirEntitySpec, readonly string[]>();
      for (const spec of entities) {
        const own = missingOf(spec, client.capabilities);
        missing.set(spec, own.length > 0 ? own : await brokenChainOf(spec, client, spending));
      }
      const problems = [...new Set([...missing.values()].flat())];
      if (problems.length > 0) log.error({ owner: name, error: new FhirContractError(problems) }, 'fhir:incomplete');
      return {
        client,
        directory,
        address: settings.url.replace(/\/+$/, ''),
        cursorKey,
        onFinding,
        problems,
        assertHas: (spec: FhirEntitySpec) => {
          const own = missing.get(spec) ?? missingOf(spec, client.capabilities);
          if (own.length > 0) throw fail('SOR_CONTRACT_BROKEN', { cause: new FhirContractError(own) });
        },
      };
    } catch (error) {
      await client.close();
      throw error;
    }
  };

  const supervisor = superviseFhir<Supervised>({
    name,
    connect,
    defect: ({ problems }) => (problems.length === 0 ? null : 'SOR_CONTRACT_BROKEN'),
    log,
    ...(options.backoff === undefined ? {} : { backoff: options.backoff }),
  });
  return {
    session: (envelope, signal) => Promise.resolve(sessionOf(() => supervisor.connection(), options, envelope, signal)),
    health: () => [supervisor.health()],
    onCall: (listener) => supervisor.onCall(listener),
    close: () => supervisor.close(),
  };
};

/** Where no server is configured there is nothing to be well or unwell. */
const absentFhir = (options: FhirOwnerOptions): FhirOwner => ({
  session: (envelope, signal) =>
    Promise.resolve(sessionOf(() => Promise.reject(fail('SOR_UNAVAILABLE')), options, envelope, signal)),
  health: () => [],
  onCall: () => () => undefined,
  close: () => Promise.resolve(),
});

const sessionOf = (
  open: () => Promise<FhirGround>,
  { callWithin }: FhirOwnerOptions,
  { deadline, identity }: Envelope,
  signal: AbortSignal | undefined,
): FhirSession => new FhirSession(open, identity, spendingOf(deadline, callWithin, signal));

/** Without a secret that processes share, a cursor is good for as long as this one runs. */
const cursorKeyOf = (name: string, secret: FhirOwnerOptions['secret']): Buffer =>
  secret === undefined
    ? randomBytes(32)
    : Buffer.from(hkdfSync('sha256', secret.reveal(), '', `caregraph cursor ${name}`, 32));
