import { fhirEntity } from '../../platform/fhir/entity.ts';
import { numberFilter } from '../../platform/fhir/filters.ts';
import { chained, few, linkAt, numberAt, ofFacility, unsearched } from '../../platform/fhir/links.ts';
import { identifier, linkedByNumber, plain } from '../../platform/fhir/mappings.ts';
import { money } from '../../platform/fhir/money.ts';
import { localReference, objectsAt } from '../../platform/fhir/references.ts';

/** Entities whose facility is found by a chain, and which refer to what is kept elsewhere. */
const UPDATED = {
  param: '_lastUpdated',
  elements: ['meta'],
  value: ({ meta }: { meta?: { lastUpdated?: string } }) => meta?.lastUpdated ?? null,
};
const byUpdate = { orders: { UPDATED }, defaultOrder: { field: 'UPDATED', direction: 'ASC' } } as const;

export const member = fhirEntity({
  type: 'Member',
  resource: 'Patient',
  scope: ofFacility(linkAt('organization', 'Organization', 'managingOrganization')),
  fields: { number: identifier('urn:member') },
  ...byUpdate,
});

const ofMember = linkAt('beneficiary', 'Patient', 'beneficiary');

export const cover = fhirEntity({
  type: 'Cover',
  resource: 'Coverage',
  scope: chained(ofMember, member),
  fields: { subscriberId: plain('subscriberId') },
  ...byUpdate,
  relations: { member: ofMember, fewOfMember: few(ofMember) },
});

const forVisit = numberAt('context', 'Encounter', 'urn:visit', 'context');

export const fee = fhirEntity({
  type: 'Fee',
  resource: 'ChargeItem',
  scope: ofFacility(linkAt('performing-organization', 'Organization', 'performingOrganization')),
  fields: {
    number: identifier('urn:fee'),
    amount: money('Fee', 'amount', 'priceOverride'),
    visit: linkedByNumber('Visit', 'number', forVisit),
  },
  filters: { visit: numberFilter('context', 'urn:visit') },
  ...byUpdate,
  keys: { number: 'urn:fee' },
  relations: { visit: forVisit },
});

const ofFee = unsearched({
  to: 'ChargeItem',
  elements: ['lineItem'],
  targets: (resource, { address }) =>
    objectsAt(resource, 'lineItem').flatMap(
      ({ chargeItemReference }) => localReference(chargeItemReference, 'ChargeItem', address) ?? [],
    ),
});

export const bill = fhirEntity({
  type: 'Bill',
  resource: 'Invoice',
  scope: ofFacility(linkAt('issuer', 'Organization', 'issuer')),
  fields: { total: money('Bill', 'total', 'totalGross') },
  ...byUpdate,
  relations: { fee: ofFee },
});

export const BILLING_ENTITIES = [member, cover, fee, bill];
