import type { ListArgs, PageArgs } from '../../platform/connection.ts';
import { connectionSelection, selection } from '../../platform/selection.ts';
import type { References, Resolver, Resolvers } from '../define-subgraph.ts';
import { keyedResolvers } from '../records.ts';
import type { Billing } from './connector.ts';

const { one, many, linked, children, referencedByNumber } = keyedResolvers(({ billing }: Billing) => billing);

interface ByNumber {
  readonly number: unknown;
}

const patient: Resolver<Billing> = (record: { readonly patient: unknown }, _: never, { billing }) =>
  billing.patient(record.patient);

const ofPatient =
  (kind: Parameters<Billing['billing']['ofPatient']>[0]): Resolver<Billing> =>
  ({ number }: ByNumber, args: PageArgs, { billing }, info) =>
    billing.ofPatient(kind, number, args, connectionSelection(info, kind));

/** The records that a field of the parent names. */
const named =
  (kind: 'Charge' | 'Coverage', field: 'charges' | 'coverages'): Resolver<Billing> =>
  (parent: Readonly<Record<string, unknown>>, args: PageArgs, { billing }, info) =>
    billing.named(kind, parent[field], args, connectionSelection(info, kind));

export const resolvers = {
  Query: {
    payer: one('Payer'),
    payers: many('Payer'),
    coverage: one('Coverage'),
    coverages: many('Coverage'),
    authorization: one('Authorization'),
    authorizations: many('Authorization'),
    charge: one('Charge'),
    charges: many('Charge'),
    claim: one('Claim'),
    claims: many('Claim'),
    claimResponse: one('ClaimResponse'),
    claimResponses: many('ClaimResponse'),
    remittance: one('Remittance'),
    remittances: many('Remittance'),
    patientInvoice: one('PatientInvoice'),
    patientInvoices: many('PatientInvoice'),
    patientAccount: one('PatientAccount'),
    patientAccounts: many('PatientAccount'),
  },
  Payer: { claims: children('Claim', 'payer'), coverages: children('Coverage', 'payer') },
  Coverage: { payer: linked('Payer', 'payer'), patient },
  Authorization: { coverage: linked('Coverage', 'coverage'), payer: linked('Payer', 'payer'), patient },
  Charge: { claim: linked('Claim', 'claim'), patient },
  Claim: {
    payer: linked('Payer', 'payer'),
    coverage: linked('Coverage', 'coverage'),
    patient,
    charges: named('Charge', 'charges'),
    responses: children('ClaimResponse', 'claim'),
    remittances: ({ id }: { readonly id: string }, args: PageArgs, { billing }, info) =>
      billing.remittancesOfClaim(id, args, connectionSelection(info, 'Remittance')),
  },
  ClaimResponse: { claim: linked('Claim', 'claim'), payer: linked('Payer', 'payer') },
  Remittance: { payer: linked('Payer', 'payer') },
  RemittanceLine: { claim: linked('Claim', 'claim'), response: linked('ClaimResponse', 'response') },
  PatientInvoice: { patient, charges: named('Charge', 'charges') },
  PatientAccount: { patient, coverages: named('Coverage', 'coverages') },
  Patient: {
    coverages: ofPatient('Coverage'),
    authorizations: ofPatient('Authorization'),
    claims: ofPatient('Claim'),
    invoices: ofPatient('PatientInvoice'),
    accounts: ofPatient('PatientAccount'),
    balance: ({ number }: ByNumber, _: never, { billing }) => billing.balance(number),
  },
  Appointment: {
    charges: ({ number }: ByNumber, args: PageArgs, { billing }, info) =>
      billing.chargesOfAppointment(number, args, connectionSelection(info, 'Charge')),
    claim: ({ number }: ByNumber, _: never, { billing }, info) =>
      billing.claimOfAppointment(number, selection(info, 'Claim')),
  },
  Facility: {
    claims: ({ id }: { readonly id: string }, args: ListArgs, { billing }, info) =>
      billing.ofFacility('Claim', id, args, connectionSelection(info, 'Claim')),
  },
} satisfies Resolvers<Billing>;

/** How each entity is found again from its key. */
export const references = {
  Payer: referencedByNumber('Payer'),
  Coverage: referencedByNumber('Coverage'),
  Authorization: referencedByNumber('Authorization'),
  Charge: referencedByNumber('Charge'),
  Claim: referencedByNumber('Claim'),
  ClaimResponse: referencedByNumber('ClaimResponse'),
  Remittance: referencedByNumber('Remittance'),
  PatientInvoice: referencedByNumber('PatientInvoice'),
  PatientAccount: referencedByNumber('PatientAccount'),
  // Scheduling has the rest of both; what hangs on a number is read inside the caller's facilities.
  Patient: ({ number }) => ({ __typename: 'Patient', number }),
  Appointment: ({ number }) => ({ __typename: 'Appointment', number }),
  Facility: ({ id }, { billing }) => billing.facility(id),
} satisfies References<Billing>;
