import { type ListArgs, type ListSelection, type PageArgs, toConnection } from '../../platform/connection.ts';
import type { Reference } from '../../platform/record.ts';
import type { Connector } from '../define-subgraph.ts';
import { fhirRecordsOf } from '../fhir-records.ts';
import type { Sessions } from '../owners.ts';
import { openAmounts } from './balances.ts';
import { charge, patientAccount, patientInvoice } from './charge-entities.ts';
import { claim, claimResponse, remittance } from './claim-entities.ts';
import { authorization, coverage, patient, patientIdentity, payer, payerIdentity } from './cover-entities.ts';
import { remittancesOf } from './remittances.ts';

const ENTITIES = {
  Payer: payer,
  Coverage: coverage,
  Authorization: authorization,
  Charge: charge,
  Claim: claim,
  ClaimResponse: claimResponse,
  Remittance: remittance,
  PatientInvoice: patientInvoice,
  PatientAccount: patientAccount,
} as const;

type Kind = keyof typeof ENTITIES;
type Fields = ReadonlySet<string>;

/** Claims that stand, whatever their status is called. */
const STANDING = { status: ['ACTIVE', 'DRAFT', 'UNMAPPED'] };
const NEWEST_FIRST = { field: 'CREATED', direction: 'DESC' } as const;

const connectBilling = ({ billing }: Pick<Sessions, 'billing'>) => {
  /** Billing's own record of a patient; others know the patient by number. */
  const patientByNumber = (number: unknown) => billing.findBy(patient, 'number', number, new Set());
  return {
    ...fhirRecordsOf(billing, ENTITIES),

    facility: async (id: unknown) => (await billing.facility(id))?.record ?? null,
    /** What is at one facility; null where it is none of the caller's. */
    ofFacility: (kind: Kind, facilityId: unknown, args: ListArgs, selected: ListSelection) =>
      billing.listAt(ENTITIES[kind], facilityId, args, selected),
    /** The records that a field of their parent names. */
    named: (kind: Kind, references: unknown, args: PageArgs, selected: ListSelection) =>
      billing.members(ENTITIES[kind], references, args, selected),

    /** As others know the patient; null where the caller may not see who it is, or nobody else could know. */
    patient: async (reference: unknown) => {
      const found = await billing.find(patient, (reference as Reference | null)?.id, new Set(['number']));
      const number = found?.['number'] ?? null;
      return number === null ? null : { __typename: 'Patient', number };
    },
    ofPatient: async (kind: Kind, number: unknown, args: PageArgs, selected: ListSelection) => {
      const found = await patientByNumber(number);
      if (found === null) return toConnection([], false, args.after, selected.counted ? 0 : null);
      return billing.children(ENTITIES[kind], 'patient', { type: 'Patient', id: found.id }, args, selected);
    },
    balance: async (number: unknown) => {
      const found = await patientByNumber(number);
      return found === null ? [] : openAmounts(billing, found.id);
    },

    chargesOfAppointment: (number: unknown, args: PageArgs, selected: ListSelection) =>
      billing.childrenByNumber(charge, 'appointment', number, args, selected),
    /** The newest claim for an appointment that stands. */
    claimOfAppointment: async (number: unknown, fields: Fields) => {
      const args = { first: 1, filter: STANDING, orderBy: NEWEST_FIRST };
      const newest = { rows: fields, counted: false };
      const { nodes } = await billing.childrenByNumber(claim, 'appointment', number, args, newest);
      return nodes[0] ?? null;
    },
    remittancesOfClaim: remittancesOf(billing),
  };
};

export type Billing = { readonly billing: ReturnType<typeof connectBilling> };

export const connector: Connector<Billing> = {
  owners: ['billing'],
  billing: [...Object.values(ENTITIES), patient, patientIdentity, payerIdentity],
  identities: [
    {
      type: 'Patient',
      system: 'billing',
      kind: 'patient',
      entity: patientIdentity,
      number: 'number',
      linkField: 'Patient.number',
      isExpectedThere: true,
    },
    {
      type: 'Payer',
      system: 'billing',
      kind: 'organization',
      entity: payerIdentity,
      isHome: true,
      number: 'code',
      linkField: 'Payer.code',
      isExpectedThere: true,
    },
  ],
  connect: (sessions) => ({ billing: connectBilling(sessions) }),
};
