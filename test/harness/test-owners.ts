import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig } from '../../platform/config.ts';
import { fhirSettings } from '../../platform/fhir/settings.ts';
import { silentLog } from '../../platform/log.ts';
import type { OdooSettings } from '../../platform/odoo/types.ts';
import { ROOT } from '../../platform/root.ts';
import type { ScimSettings } from '../../platform/scim/types.ts';
import type { Subgraph } from '../../subgraphs/define-subgraph.ts';
import { closeOwners, openOwners, type Owners } from '../../subgraphs/owners.ts';
import { storeDirectory } from './store-directory.ts';

/** The text of the product's supergraph. */
export const supergraphText = (): string =>
  readFileSync(join(ROOT, 'gateway', 'supergraph', 'supergraph.graphql'), 'utf8');

/**
 * What some subgraphs read, for tests that ask them without a gateway: an Odoo, an HR platform, the address
 * of a scheduling and of a billing platform, and a store of their own.
 */
export const openTestOwners = async (
  subgraphs: readonly Subgraph[],
  odoo: OdooSettings,
  hr?: ScimSettings,
  scheduling?: string,
  billing?: string,
): Promise<{ readonly owners: Owners; close(): Promise<void> }> => {
  const directory = await storeDirectory();
  const config = loadConfig({ FHIR_SCHEDULING_URL: scheduling, FHIR_BILLING_URL: billing });
  const settings = {
    odoo,
    hr,
    scheduling: fhirSettings(config.scheduling),
    billing: fhirSettings(config.billing),
    store: directory.settings,
    supergraphSdl: supergraphText(),
  };
  const owners = openOwners(subgraphs, settings, config, silentLog());
  await Promise.all([owners.odoo?.ready, owners.hr?.ready]);
  return {
    owners,
    close: async () => {
      await closeOwners(owners);
      await directory.remove();
    },
  };
};
