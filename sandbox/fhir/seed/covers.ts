import { DAY, dayOf, type Instant } from '../../odoo/seed/calendar.ts';
import { type Random, randomFor } from '../../odoo/seed/random.ts';
import type { Patient } from '../../story/patients.ts';
import type { Fields, Resource } from '../resource.ts';
import { hl7, identifier, lower, reference, resourceOf } from './elements.ts';
import { patientId } from './people.ts';
import { organizationOf, siteOf } from './places.ts';
import type { Payer } from './statements.ts';

/** That a payer pays for a patient. */
export interface Cover {
  readonly id: string;
  readonly number: string;
  readonly patient: Patient;
  readonly payer: Payer;
  /** 1 pays first. */
  readonly order: number;
  readonly from: Instant;
  /** Null: until further notice. */
  readonly until: Instant | null;
}

export const payerId = (code: string): string => `org-${lower(code)}`;
export const payerOf = ({ code, name }: Payer): Fields => reference('Organization', payerId(code), name);

/** The payers whose members are seen, as organizations. */
export const payerOrganizations = (payers: readonly Payer[], at: Instant): readonly Resource[] =>
  payers.map(({ code, name }) =>
    resourceOf('Organization', payerId(code), at, {
      identifier: [identifier('payer', code)],
      active: true,
      type: [hl7('organization-type', 'ins', 'Insurance Company')],
      name,
    }),
  );

/** Covers of all patients; one in twelve has lapsed. */
export const coversOf = (patients: readonly Patient[], payers: readonly Payer[], today: Instant): readonly Cover[] => {
  const random = randomFor('covers');
  return patients.flatMap((patient) =>
    patient.payers.flatMap((place, index): Cover[] => {
      const payer = payers[place % payers.length];
      const number = `COV-${patient.number.slice(3)}-${index + 1}`;
      const [from, lapsed] = [today - random.int(380, 900) * DAY, random.chance(1 / 12)];
      const until = lapsed ? today - random.int(5, 200) * DAY : null;
      return payer === undefined ? [] : [{ id: lower(number), number, patient, payer, order: index + 1, from, until }];
    }),
  );
};

export const isInForce = ({ from, until }: Cover, at: Instant): boolean =>
  from <= at && (until === null || at <= until);

export const coverages = (covers: readonly Cover[]): readonly Resource[] =>
  covers.map(({ id, number, patient, payer, order, from, until }) =>
    resourceOf('Coverage', id, until ?? from, {
      identifier: [identifier('coverage', number)],
      status: until === null ? 'active' : 'cancelled',
      type: hl7('v3-ActCode', 'EHCPOL', 'extended healthcare'),
      subscriberId: `${payer.code.slice(4)}-${patient.number.slice(3)}`,
      beneficiary: reference('Patient', patientId(patient.number)),
      relationship: hl7('subscriber-relationship', 'self'),
      period: { start: dayOf(from), ...(until !== null && { end: dayOf(until) }) },
      payor: [payerOf(payer)],
      order,
    }),
  );

/** What payers were asked about each cover, and what they said: in force or not, and with which authorization. */
export const eligibility = (covers: readonly Cover[], today: Instant): readonly Resource[] => {
  const random = randomFor('eligibility');
  return covers.flatMap((cover) => {
    const at = today - random.int(1, 80) * DAY + 9 * 3_600_000;
    return [request(cover, at), response(cover, at, random)];
  });
};

const request = ({ id, patient, payer, number }: Cover, at: Instant): Resource =>
  resourceOf('CoverageEligibilityRequest', `elq-${id.slice(4)}`, at, {
    identifier: [identifier('eligibility-request', `ELQ-${number.slice(4)}`)],
    status: 'active',
    purpose: ['auth-requirements', 'validation'],
    patient: reference('Patient', patientId(patient.number)),
    created: dayOf(at),
    provider: organizationOf(patient.facilityCode),
    insurer: payerOf(payer),
    facility: siteOf(patient.facilityCode),
    insurance: [{ focal: true, coverage: reference('Coverage', id) }],
  });

const response = (cover: Cover, at: Instant, random: Random): Resource => {
  const { id, patient, payer, number, from, until } = cover;
  const chance = random.next();
  const outcome = chance < 0.04 ? 'queued' : chance < 0.07 ? 'error' : 'complete';
  const inforce = isInForce(cover, at);
  const needsConsent = random.chance(0.3);
  const isAuthorized = outcome === 'complete' && inforce;
  return resourceOf('CoverageEligibilityResponse', `elr-${id.slice(4)}`, at, {
    identifier: [identifier('authorization', `ELR-${number.slice(4)}`)],
    status: 'active',
    purpose: ['auth-requirements', 'validation'],
    patient: reference('Patient', patientId(patient.number)),
    created: dayOf(at),
    requestor: organizationOf(patient.facilityCode),
    request: reference('CoverageEligibilityRequest', `elq-${id.slice(4)}`),
    outcome,
    disposition: outcome === 'complete' ? (inforce ? 'In force' : 'Not in force') : DISPOSITIONS[outcome],
    insurer: payerOf(payer),
    ...(outcome === 'complete' && {
      insurance: [
        {
          coverage: reference('Coverage', id),
          inforce,
          benefitPeriod: { start: dayOf(from), ...(until !== null && { end: dayOf(until) }) },
          item: [
            {
              category: hl7('ex-benefitcategory', '30', 'Health Benefit Plan Coverage'),
              authorizationRequired: needsConsent,
            },
          ],
        },
      ],
    }),
    ...(isAuthorized && { preAuthRef: `AUTH-${number.slice(4)}` }),
    ...(outcome === 'error' && { error: [{ code: hl7('adjudication-error', 'a001', 'Missing Identifier') }] }),
  });
};

const DISPOSITIONS = { queued: 'Waiting for the payer', error: 'The member is not known', complete: '' };
