import { loadConfig } from '../../platform/config.ts';
import { fhirSettings } from '../../platform/fhir/settings.ts';
import { type Log, silentLog } from '../../platform/log.ts';
import { Secret } from '../../platform/secret.ts';
import type { StoreSettings } from '../../platform/store/owner.ts';
import type { Resource } from '../../sandbox/fhir/resource.ts';
import { type FhirSandbox, startFhirSandbox } from '../../sandbox/fhir/server.ts';
import { hl7, identifier, reference, resourceOf } from '../../sandbox/fhir/seed/elements.ts';
import type { Seed } from '../../sandbox/odoo/seed.ts';
import { addRow, type Tables } from '../../sandbox/odoo/seed/company.ts';
import { type OdooSandbox, startOdooSandbox } from '../../sandbox/odoo/server.ts';
import { seedOf } from '../../sandbox/scim/seed.ts';
import { type ScimSandbox, startScimSandbox } from '../../sandbox/scim/server.ts';
import { subgraphs } from '../../subgraphs/index.ts';
import { keepIdentities } from '../../subgraphs/keep-identities.ts';
import { learnFacilities } from '../../subgraphs/learn-facilities.ts';
import { closeOwners, openOwners, type Owners } from '../../subgraphs/owners.ts';
import { SMALL_USERS, smallSeed } from '../fixtures/odoo/small-seed.ts';
import { SMALL_DEPARTMENTS, smallPeople } from '../fixtures/scim/small-seed.ts';
import { supergraphText } from './test-owners.ts';

const AT = Date.parse('2026-10-01T00:00:00Z');
const TOKEN = 'test-token';
const FACILITIES = ['north-facility', 'south-facility'] as const;

const facilities = (): readonly Resource[] =>
  FACILITIES.map((code) =>
    resourceOf('Organization', `org-${code}`, AT, { identifier: [identifier('facility', code)], name: code }),
  );

export interface InventedPatient {
  readonly number?: string | null;
  readonly name?: string;
  readonly birthDate?: string;
  readonly facility?: (typeof FACILITIES)[number];
}

/** A Patient as both platforms may hold one. */
export const patient = (
  id: string,
  { number = null, name = id, birthDate = '1950-01-01', facility = 'north-facility' }: InventedPatient = {},
): Resource =>
  resourceOf('Patient', id, AT, {
    identifier: number === null ? [] : [identifier('patient', number)],
    active: true,
    name: [{ use: 'official', text: name }],
    birthDate,
    managingOrganization: reference('Organization', `org-${facility}`),
  });

export const practitioner = (id: string, number: string, employee: string): Resource =>
  resourceOf('Practitioner', id, AT, {
    identifier: [identifier('practitioner', number), identifier('employee', employee)],
    active: true,
    name: [{ text: id }],
  });

export const payer = (id: string, number: string): Resource =>
  resourceOf('Organization', id, AT, {
    identifier: [identifier('payer', number)],
    active: true,
    type: [hl7('organization-type', 'ins', 'Insurance Company')],
    name: id,
  });

/** One server of each kind, with a little in each that the others know too, and some that contradicts them. */
export interface IdentitySystems extends AsyncDisposable {
  readonly odoo: OdooSandbox;
  readonly scheduling: FhirSandbox;
  readonly billing: FhirSandbox;
  readonly hr: ScimSandbox;
  /** Environment names of the configuration that lead to them. */
  readonly env: Readonly<Record<string, string>>;
}

const odooSeed = (): Seed => {
  const seed = smallSeed();
  const tables: Tables = { ...seed.tables, 'res.partner': [...(seed.tables['res.partner'] ?? [])] };
  for (const ref of ['PAY-001', 'PAY-003']) addRow(tables, 'res.partner', { name: ref, ref, customer_rank: 1 });
  for (const ref of ['SUP-1', 'SUP-2'])
    addRow(tables, 'res.partner', { name: 'Twin Ltd', ref, supplier_rank: 1, vat: 'XX 77' });
  return { ...seed, tables };
};

/** Employees `E-0005` (north) and `E-0015` (south) are practitioners `PR-004` and `PR-014`, as HR has it. */
export const startIdentitySystems = async (patients = 0): Promise<IdentitySystems> => {
  const seed = odooSeed();
  const [odoo, scheduling, billing, hr] = await Promise.all([
    startOdooSandbox({ seed }),
    startFhirSandbox({
      domain: 'scheduling',
      token: TOKEN,
      seed: {
        fingerprint: 'scheduling',
        resources: [
          ...facilities(),
          practitioner('pra-4', 'PR-004', 'E-0005'),
          practitioner('pra-14', 'PR-014', 'E-0015'),
          practitioner('pra-99', 'PR-099', 'E-9999'),
          patient('one', { number: 'PT-1', name: 'Ada Twin' }),
          patient('two', { number: 'PT-2', facility: 'south-facility' }),
          patient('three', { number: 'PT-3', name: 'TWIN, Ada' }),
          patient('four', { number: 'PT-4' }),
          ...Array.from({ length: patients }, (_, index) => patient(`more-${index}`, { number: `PT-M${index}` })),
        ],
      },
    }),
    startFhirSandbox({
      domain: 'billing',
      token: TOKEN,
      seed: {
        fingerprint: 'billing',
        resources: [
          ...facilities(),
          payer('pay-1', 'PAY-001'),
          payer('pay-2', 'PAY-002'),
          patient('b-one', { number: 'PT-1' }),
          patient('b-two', { number: 'PT-2', facility: 'south-facility' }),
          patient('b-four', { number: 'PT-4', facility: 'south-facility' }),
          patient('b-other', { number: 'PT-77' }),
        ],
      },
    }),
    startScimSandbox({ seed: seedOf(SMALL_DEPARTMENTS, smallPeople().slice(0, 16)), token: TOKEN }),
  ]);
  return {
    odoo,
    scheduling,
    billing,
    hr,
    env: {
      ODOO_URL: odoo.url,
      ODOO_DB: odoo.db,
      ODOO_LOGIN: SMALL_USERS.gateway.login,
      ODOO_API_KEY: SMALL_USERS.gateway.apiKey,
      SCIM_URL: hr.url,
      SCIM_TOKEN: TOKEN,
      FHIR_SCHEDULING_URL: scheduling.url,
      FHIR_SCHEDULING_TOKEN: TOKEN,
      FHIR_BILLING_URL: billing.url,
      FHIR_BILLING_TOKEN: TOKEN,
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all([odoo.stop(), scheduling.stop(), billing.stop(), hr.stop()]);
    },
  };
};

/** Writes a resource, or removes it, as its platform's own people would. */
export const change = async ({ url }: FhirSandbox, method: 'PUT' | 'DELETE', resource: Resource): Promise<void> => {
  const response = await fetch(`${url}/${resource.resourceType}/${resource.id}`, {
    method,
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/fhir+json' },
    ...(method === 'PUT' && { body: JSON.stringify(resource) }),
  });
  if (!response.ok) throw new Error(`${method} answered ${response.status}`);
};

export interface IdentityKeeper extends AsyncDisposable {
  readonly owners: Owners;
  /** One run of the job; `now` where it is not today. */
  run(now?: Date): Promise<Awaited<ReturnType<ReturnType<typeof keepIdentities>['run']>>>;
}

/** The job in front of these systems, with a store. */
export const startKeeper = async (
  { env }: IdentitySystems,
  store: StoreSettings,
  log: Log = silentLog(),
): Promise<IdentityKeeper> => {
  const config = loadConfig(env);
  const { odoo, hr } = config;
  const settings = {
    odoo: { ...odoo, url: odoo.url ?? '', db: odoo.db ?? '', apiKey: odoo.apiKey ?? new Secret('') },
    hr: { url: hr.scimUrl ?? '', token: hr.scimToken ?? new Secret('') },
    scheduling: fhirSettings(config.scheduling),
    billing: fhirSettings(config.billing),
    store,
    supergraphSdl: supergraphText(),
  };
  const owners = openOwners(subgraphs, settings, config, log);
  await learnFacilities(owners, subgraphs, config.facilities);
  let now = new Date();
  const systems = new Set(['odoo', 'hr', 'scheduling', 'billing'] as const);
  const job = keepIdentities({ subgraphs, owners, config, systems, now: () => now });
  return {
    owners,
    run: (at = new Date()) => {
      now = at;
      return job.run(new AbortController().signal);
    },
    [Symbol.asyncDispose]: () => closeOwners(owners),
  };
};
