import { REFERENCE_DAY } from '../../odoo/seed/calendar.ts';
import type { FhirDomain } from '../domains.ts';
import type { FhirSeed } from '../seed.ts';
import { billingResources } from './billing.ts';
import { type FhirSeedOptions, fingerprintOf } from './edition.ts';
import { schedulingResources } from './scheduling.ts';

/**
 * What the scheduling and the billing platform of the invented group hold, in step with its Odoo: 1,000 patients, 40
 * practitioners, 6,000 appointments over 90 days and, of 12 payers, covers, claims and payments at scale 1. The same
 * arguments give the same resources. Nothing in it is clinical.
 */
export const fhirSeed = (domain: FhirDomain, options: FhirSeedOptions = {}): FhirSeed => {
  const { scale = 1, today = REFERENCE_DAY } = options;
  const resources = domain === 'scheduling' ? schedulingResources(scale, today) : billingResources(scale, today);
  return { fingerprint: fingerprintOf(domain, options), resources };
};
