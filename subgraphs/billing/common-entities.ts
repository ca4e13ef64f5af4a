import type { FhirOrder } from '../../platform/fhir/entity.ts';
import { codeMapping } from '../../platform/fhir/mappings.ts';

/** Systems of the group's own numbers and codes. */
export const SYSTEMS = {
  patient: 'urn:caregraph:patient',
  practitioner: 'urn:caregraph:practitioner',
  appointment: 'urn:caregraph:appointment',
  costCenter: 'urn:caregraph:cost-center',
  service: 'urn:caregraph:service',
  payer: 'urn:caregraph:payer',
  coverage: 'urn:caregraph:coverage',
  authorization: 'urn:caregraph:authorization',
  charge: 'urn:caregraph:charge',
  claim: 'urn:caregraph:claim',
  claimResponse: 'urn:caregraph:claim-response',
  remittance: 'urn:caregraph:remittance',
  payment: 'urn:caregraph:payment',
  invoice: 'urn:caregraph:invoice',
  account: 'urn:caregraph:account',
} as const;

/** `fm-status`, which R4 binds the status of most financial resources to. */
export const FINANCIAL_STATES = codeMapping({
  name: 'fm-status',
  version: 1,
  values: { active: 'ACTIVE', cancelled: 'CANCELLED', draft: 'DRAFT', 'entered-in-error': 'ENTERED_IN_ERROR' },
});

/** `remittance-outcome`: how far the answer of a payer is. */
export const OUTCOMES = codeMapping({
  name: 'remittance-outcome',
  version: 1,
  values: { queued: 'QUEUED', complete: 'COMPLETE', error: 'ERROR', partial: 'PARTIAL' },
});

export const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** The order of when the owner last changed a record. */
export const UPDATED_AT: FhirOrder = {
  param: '_lastUpdated',
  elements: ['meta'],
  value: ({ meta }) => text(meta?.lastUpdated),
};

/** The order of when a record was made. */
export const BY_CREATION: FhirOrder = {
  param: 'created',
  elements: ['created'],
  value: ({ created }) => text(created),
};
