import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inProcessTransport } from '../../gateway/executor/transports/in-process.ts';
import { startGateway } from '../../gateway/server.ts';
import type { AccessFeed } from '../../platform/access/feed.ts';
import { type Audit, openAudit } from '../../platform/audit/open-audit.ts';
import { type Config, loadConfig } from '../../platform/config.ts';
import type { FhirCallEvent } from '../../platform/fhir/types.ts';
import { fhirSettings } from '../../platform/fhir/settings.ts';
import { type Log, silentLog } from '../../platform/log.ts';
import type { Party } from '../../platform/identity.ts';
import type { CallEvent, OdooSettings } from '../../platform/odoo/types.ts';
import { ROOT } from '../../platform/root.ts';
import type { CallEvent as ScimCall, ScimSettings } from '../../platform/scim/types.ts';
import type { Store, StoreSettings } from '../../platform/store/owner.ts';
import { configuredMaskKeys } from '../../policies/mask-keys.ts';
import { SCOPES } from '../../policies/scopes.ts';
import { executable } from '../../subgraphs/execute.ts';
import type { Subgraph } from '../../subgraphs/define-subgraph.ts';
import { subgraphs as product } from '../../subgraphs/index.ts';
import { learnFacilities } from '../../subgraphs/learn-facilities.ts';
import { closeOwners, openOwners, type Owners } from '../../subgraphs/owners.ts';
import { startIssuer } from '../fakes/issuer.ts';
import { startBillingOffice } from './billing-office.ts';
import { SMALL_FACILITIES, startClinic } from './clinic.ts';
import { standingFor, subjectOf } from './parties.ts';
import { startSandboxScim } from './scim-servers.ts';
import { storeDirectory } from './store-directory.ts';

export interface Reply {
  readonly status: number;
  readonly data: Readonly<Record<string, unknown>> | null | undefined;
  readonly errors: readonly { message: string; path?: (string | number)[]; extensions: { code: string } }[];
  readonly extensions?: Readonly<Record<string, unknown>>;
}

export interface Asker {
  readonly scopes?: readonly string[];
  /** Facility codes; all that Odoo has when left out. */
  readonly facilities?: readonly string[];
  readonly variables?: Readonly<Record<string, unknown>>;
  /** A registered client; `ward-app` when left out. */
  readonly client?: string;
  /** `sub`; a nurse when left out. */
  readonly subject?: string;
  /** What the request is for; what the client is registered for first when left out. */
  readonly purpose?: string;
  /** The company that it stands for, as far as subgraphs are told: the gateway takes it for one of the group's own. */
  readonly party?: Party;
}

/** The product over real HTTP in front of one server of each kind: gateway, subgraphs in the same process, an issuer. */
export interface Graph extends AsyncDisposable {
  readonly url: string;
  readonly facilities: readonly string[];
  ask(query: string, asker?: Asker): Promise<Reply>;
  token(asker?: Asker): Promise<string>;
  /** Calls that reached Odoo's door since the last `forget`, those that describe models left out. */
  readonly calls: readonly CallEvent[];
  /** The same for the scheduling platform. */
  readonly schedulingCalls: readonly FhirCallEvent[];
  /** And for the billing platform. */
  readonly billingCalls: readonly FhirCallEvent[];
  /** Calls that reached the door of HR since then, discovery left out. */
  readonly hrCalls: readonly ScimCall[];
  forget(): void;
  /** Where it is written down who reads what; in the store where there is one. */
  readonly audit: Audit;
  /** The store, to put something into it. */
  readonly store: Store;
}

export interface GraphOptions {
  /** Other subgraphs than those of the product, and the supergraph they make. */
  readonly parts?: { readonly subgraphs: readonly Subgraph[]; readonly supergraphSdl: string };
  readonly odoo: OdooSettings;
  /** Address of a scheduling platform. Left out: a small one with the facilities of Odoo's test seed. */
  readonly scheduling?: string;
  /** The same for billing; with the token in `env`. */
  readonly billing?: string;
  /** A sandbox with the test seed when left out. */
  readonly hr?: ScimSettings;
  /**
   * Where the store is; `embedded`: in a directory of its own, with what it has to know of the facilities. Left out: the
   * same, but not opened before somebody asks for something in it.
   */
  readonly store?: StoreSettings | 'embedded';
  /** Write down what the facilities are called in a store that is given, too. */
  readonly learns?: boolean;
  /** Bring the audit trail to the store, too: queries that come by themselves. */
  readonly ships?: boolean;
  readonly log?: Log;
  /** Over which the gateway hears what changes access. */
  readonly access?: AccessFeed;
  /** Environment names of the configuration. */
  readonly env?: Readonly<Record<string, string>>;
  /** Do not wait until Odoo has been reached. */
  readonly eager?: boolean;
}

/** Known to the store too, where a test has asked for that. */
const facilitiesOf = async (
  owners: Owners,
  { facilities }: Config,
  subgraphs: readonly Subgraph[],
  isStored: boolean,
): Promise<readonly string[]> =>
  isStored
    ? learnFacilities(owners, subgraphs, facilities)
    : ((await owners.odoo?.ready)?.facilities.map(({ code }) => code) ?? []);

export const startGraph = async ({
  parts: given,
  odoo: settings,
  scheduling,
  billing,
  hr: hrSettings,
  store,
  learns = store === 'embedded',
  ships = false,
  log = silentLog(),
  access,
  env = {},
  eager = false,
}: GraphOptions): Promise<Graph> => {
  const clinic = scheduling === undefined ? await startClinic(SMALL_FACILITIES) : undefined;
  const office = billing === undefined ? await startBillingOffice(SMALL_FACILITIES) : undefined;
  const config = loadConfig({
    PORT: '0',
    FHIR_SCHEDULING_URL: scheduling ?? clinic?.url,
    FHIR_BILLING_URL: billing ?? office?.url,
    ...env,
  });
  const issuer = await startIssuer();
  const scim = hrSettings === undefined ? await startSandboxScim() : undefined;
  const subgraphs = given?.subgraphs ?? product;
  const supergraphSdl =
    given?.supergraphSdl ?? (await readFile(join(ROOT, 'gateway', 'supergraph', 'supergraph.graphql'), 'utf8'));
  const directory = await storeDirectory();
  const dataDir = await mkdtemp(join(tmpdir(), 'caregraph-audit-'));
  const audit = openAudit({ ...config, data: { dir: dataDir } }, log);
  const where = {
    odoo: settings,
    hr: hrSettings ?? scim?.settings,
    scheduling: fhirSettings(config.scheduling),
    billing: fhirSettings(config.billing),
    store: typeof store === 'object' ? store : directory.settings,
    audit,
    access,
    supergraphSdl,
  };
  const owners = openOwners(subgraphs, where, config, log);
  const { odoo, hr, store: stored } = owners;
  if (ships && stored !== undefined) audit.ship(stored);
  if (odoo === undefined || hr === undefined || stored === undefined) throw new Error('an owner is read by nobody');
  const parts = subgraphs.map((subgraph) =>
    executable(subgraph, { owners, log, audit, maskKeys: configuredMaskKeys(config) }),
  );
  const gateway = await startGateway({
    config,
    log,
    journal: audit.journal,
    access,
    supergraphSdl,
    transports: parts.map(inProcessTransport).map(standingFor),
    issuer: { issuer: issuer.issuer, jwksUri: issuer.jwksUri },
    health: parts.map((part) => ({ name: part.name, check: () => part.health() })),
  });
  const calls: CallEvent[] = [];
  odoo.onCall((event) => {
    if (event.attempt > 0 && event.method !== 'fields_get') calls.push(event);
  });
  const schedulingCalls: FhirCallEvent[] = [];
  owners.scheduling?.onCall((event) => schedulingCalls.push(event));
  const billingCalls: FhirCallEvent[] = [];
  owners.billing?.onCall((event) => billingCalls.push(event));
  const hrCalls: ScimCall[] = [];
  hr.onCall((event) => {
    if (event.attempt > 0 && event.operation !== 'discover') hrCalls.push(event);
  });
  const stop = async () => {
    await gateway.close();
    await audit.close();
    await closeOwners(owners);
    await rm(dataDir, { recursive: true });
    await clinic?.stop();
    await office?.stop();
    await directory.remove();
    await issuer.stop();
    await scim?.[Symbol.asyncDispose]();
  };
  try {
    const facilities = eager ? [] : await facilitiesOf(owners, config, subgraphs, learns);
    if (!eager) await hr.ready;
    calls.length = 0;
    schedulingCalls.length = 0;
    billingCalls.length = 0;
    hrCalls.length = 0;
    const token = ({
      scopes = Object.keys(SCOPES),
      facilities: among = facilities,
      client,
      subject,
      party,
    }: Asker = {}) =>
      issuer.mint({
        scopes,
        facilities: among,
        claims: {
          ...(client === undefined ? {} : { client_id: client }),
          ...(subject === undefined ? {} : { sub: subject }),
          ...subjectOf(party),
        },
      });
    return {
      url: gateway.url,
      facilities,
      calls,
      schedulingCalls,
      billingCalls,
      hrCalls,
      audit,
      store: stored.ours(),
      forget: () => {
        calls.length = 0;
        schedulingCalls.length = 0;
        billingCalls.length = 0;
        hrCalls.length = 0;
      },
      token,
      ask: async (query, asker = {}) => {
        const response = await fetch(`${gateway.url}/graphql`, {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            authorization: `Bearer ${await token(asker)}`,
            ...(asker.purpose === undefined ? {} : { 'caregraph-purpose': asker.purpose }),
          },
          body: JSON.stringify({ query, variables: asker.variables }),
        });
        const { data, errors = [], extensions } = (await response.json()) as Partial<Reply>;
        return { status: response.status, data, errors, ...(extensions === undefined ? {} : { extensions }) };
      },
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
};
