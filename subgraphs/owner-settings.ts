import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Config, ConfigError } from '../platform/config.ts';
import { fhirSettings } from '../platform/fhir/settings.ts';
import { ROOT } from '../platform/root.ts';
import { Secret } from '../platform/secret.ts';
import { storeSettings } from '../platform/store/owner.ts';
import type { OwnerName, OwnerSettings } from './owners.ts';

/** Where the owners that are read are, as configured. @throws ConfigError with all that nobody has said */
export const ownerSettings = (config: Config, read: ReadonlySet<OwnerName>): OwnerSettings => {
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
