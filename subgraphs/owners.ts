import type { AccessFeed } from '../platform/access/feed.ts';
import type { Config } from '../platform/config.ts';
import type { Envelope } from '../platform/envelope.ts';
import { type FhirOwner, openFhir } from '../platform/fhir/owner.ts';
import type { FhirSession } from '../platform/fhir/session.ts';
import type { FhirSettings } from '../platform/fhir/types.ts';
import type { Log } from '../platform/log.ts';
import { type OdooOwner, openOdoo } from '../platform/odoo/owner.ts';
import type { OdooSession } from '../platform/odoo/session.ts';
import type { OdooSettings } from '../platform/odoo/types.ts';
import { openScimOwner, type ScimOwner } from '../platform/scim/owner.ts';
import type { ScimSession } from '../platform/scim/session.ts';
import type { ScimSettings } from '../platform/scim/types.ts';
import { collectFindings, type Findings } from '../platform/findings.ts';
import { keepFindings } from '../platform/store/keep-findings.ts';
import { openStore, type Store, type StoreOwner, type StoreSettings } from '../platform/store/owner.ts';
import type { DependencyHealth } from '../platform/subgraph.ts';
import { type CatalogueEntry, readCatalogue } from '../policies/catalogue.ts';
import type { Subgraph } from './define-subgraph.ts';
import { type Mapping, mappingsOf } from './mappings.ts';

/** What a connector reads each owning system through: a session for one request of one caller. */
export interface Sessions {
  readonly odoo: OdooSession;
  readonly hr: ScimSession;
  readonly scheduling: FhirSession;
  readonly billing: FhirSession;
  readonly store: Store;
  /** Where gateways hear what changes access; null where nobody would hear it. */
  readonly access: AccessFeed | null;
  /** Every field of the supergraph; nothing of it is a caller's. */
  readonly catalogue: readonly CatalogueEntry[];
  /** How the owners' words become those of enums, for every subgraph; nothing of it is a caller's. */
  readonly mappings: readonly Mapping[];
}

export type OwnerName = keyof Sessions;

/** An owning system, connected. */
export interface Owner<Session> {
  /** Opens reading for one request. @throws SOR_UNAVAILABLE while the system is not there */
  session(envelope: Envelope, signal?: AbortSignal): Promise<Session>;
  health(): readonly DependencyHealth[];
  close(): Promise<void>;
}

/** The owning systems of a process: those its subgraphs have named. */
export interface Owners {
  readonly odoo?: OdooOwner;
  readonly hr?: ScimOwner;
  readonly scheduling?: FhirOwner;
  readonly billing?: FhirOwner;
  readonly store?: StoreOwner;
  readonly access?: Owner<AccessFeed | null>;
  readonly catalogue?: Owner<readonly CatalogueEntry[]>;
  readonly mappings?: Owner<readonly Mapping[]>;
}

/** Where each owning system is, and who we are there. Those that no subgraph of the process reads may be left out. */
export interface OwnerSettings {
  readonly odoo?: OdooSettings | undefined;
  readonly hr?: ScimSettings | undefined;
  /** Left out although it is read: what is read there is answered as unavailable. */
  readonly scheduling?: FhirSettings | undefined;
  readonly billing?: FhirSettings | undefined;
  readonly store: StoreSettings;
  /** Closed by whoever has made it. Left out: nobody hears what changes access, and it is not changed. */
  readonly access?: AccessFeed | undefined;
  /** Text of the supergraph that the subgraphs are parts of. */
  readonly supergraphSdl: string;
  /** Of every subgraph there is. Left out: of those that are opened for. */
  readonly mappings?: readonly Mapping[];
}

/** Connects to what these subgraphs read. Nothing is waited for: a system that is away is tried again. */
export const openOwners = (
  subgraphs: readonly Subgraph[],
  settings: OwnerSettings,
  config: Pick<Config, 'facilities' | 'odoo' | 'hr' | 'scheduling' | 'billing' | 'subgraphs'>,
  log: Log,
): Owners => {
  const { facilities, odoo, hr } = config;
  const isRead = (name: OwnerName): boolean => readOwners(subgraphs).has(name);
  const findings = collectFindings();
  // Findings of any subgraph go to a server that is there anyway.
  const hasStore = isRead('store') || settings.store.url !== undefined;
  return {
    ...(isRead('odoo') && {
      odoo: openOdoo({
        settings: given('odoo', settings.odoo),
        entities: subgraphs.flatMap(({ connector }) => connector.odoo ?? []),
        facilities,
        callWithin: odoo.deadline,
        recordFinding: findings.record,
        log,
      }),
    }),
    ...(isRead('hr') && {
      hr: openScimOwner({
        name: 'hr',
        settings: given('hr', settings.hr),
        entities: subgraphs.flatMap(({ connector }) => connector.hr ?? []),
        facilities: facilities === undefined ? undefined : Object.keys(facilities),
        callWithin: hr.deadline,
        onFinding: ({ kind, type, field }) => findings.record({ source: 'hr', type, field, code: FINDING_CODES[kind] }),
        log,
      }),
    }),
    ...(isRead('scheduling') && { scheduling: openFhirOf('scheduling', subgraphs, settings, config, findings, log) }),
    ...(isRead('billing') && { billing: openFhirOf('billing', subgraphs, settings, config, findings, log) }),
    ...(hasStore && { store: storeWithFindings(openStore(settings.store, log), findings, log) }),
    ...(isRead('access') && { access: passingOn(settings.access) }),
    ...(isRead('catalogue') && { catalogue: known(() => readCatalogue(settings.supergraphSdl)) }),
    ...(isRead('mappings') && { mappings: known(() => settings.mappings ?? mappingsOf(subgraphs)) }),
  };
};

const openFhirOf = (
  name: 'scheduling' | 'billing',
  subgraphs: readonly Subgraph[],
  settings: OwnerSettings,
  config: Pick<Config, 'facilities' | 'scheduling' | 'billing' | 'subgraphs'>,
  findings: Findings,
  log: Log,
): FhirOwner =>
  openFhir({
    name,
    settings: settings[name],
    entities: subgraphs.flatMap(({ connector }) => connector[name] ?? []),
    facilities: config.facilities,
    callWithin: config[name].deadline,
    secret: config.subgraphs.secret ?? config.subgraphs.key,
    onFinding: ({ kind, type, field }) => findings.record({ source: name, type, field, code: FINDING_CODES[kind] }),
    log,
  });

const FINDING_CODES = {
  unmapped: 'UNMAPPED',
  malformed: 'MALFORMED',
  ambiguous: 'CONTRADICTED',
  'ambiguous-key': 'CONTRADICTED',
} as const;

/** The systems that these subgraphs read. */
export const readOwners = (subgraphs: readonly Subgraph[]): ReadonlySet<OwnerName> =>
  new Set(subgraphs.flatMap(({ connector }) => [...connector.owners, ...(connector.learnsFrom ?? [])]));

const given = <Settings>(name: OwnerName, settings: Settings | undefined): Settings => {
  if (settings === undefined) throw new Error(`${name} is read, and nobody says where it is`);
  return settings;
};

export const closeOwners = async (owners: Owners): Promise<void> => {
  await Promise.all(Object.values(owners).map((owner: Owner<unknown>) => owner.close()));
};

/** The store, with what is found meanwhile written to it until the end. */
const storeWithFindings = (store: StoreOwner, findings: Findings, log: Log): StoreOwner => {
  const keeping = keepFindings(findings, store, log);
  return {
    ...store,
    close: async () => {
      await keeping.stop();
      await store.close();
    },
  };
};

const passingOn = (feed: AccessFeed | undefined): Owner<AccessFeed | null> => ({
  session: () => Promise.resolve(feed ?? null),
  health: () => (feed === undefined ? [] : [feed.health()]),
  close: () => Promise.resolve(),
});

/** What is the same for every request, made when it is first asked for. */
const known = <Value>(make: () => Value): Owner<Value> => {
  let value: Value | undefined;
  return {
    session: () => {
      value ??= make();
      return Promise.resolve(value);
    },
    health: () => [],
    close: () => Promise.resolve(),
  };
};

/** Opens the sessions a connector has asked for. */
export const openSessions = async (
  owners: Owners,
  names: readonly OwnerName[],
  envelope: Envelope,
  signal: AbortSignal | undefined,
): Promise<Sessions> => {
  const open = async (name: OwnerName) => [name, await ownerOf(owners, name).session(envelope, signal)] as const;
  // A connector looks at none but those it has named.
  return Object.fromEntries(await Promise.all(names.map(open))) as unknown as Sessions;
};

export const healthOf = (owners: Owners, names: readonly OwnerName[]): readonly DependencyHealth[] =>
  names.flatMap((name) => ownerOf(owners, name).health());

const ownerOf = (owners: Owners, name: OwnerName): Owner<unknown> => {
  const owner = owners[name];
  if (owner === undefined) throw new Error(`${name} was not opened for this process`);
  return owner;
};
