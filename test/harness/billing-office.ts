import { type FakeFhir, type FakeFhirOptions, startFhir } from '../fakes/fhir.ts';
import { type ClinicSize, SMALL_CLINIC } from './clinic.ts';

const identifier = (kind: string, value: string) => ({ system: `urn:caregraph:${kind}`, value });
const reference = (type: string, id: string) => ({ reference: `${type}/${id}` });
const numbered = (kind: string, value: string) => ({ identifier: identifier(kind, value) });
const usd = (value: number) => ({ value, currency: 'USD' });
const two = (number: number): string => String(number).padStart(2, '0');
const coded = (system: string, code: string) => ({
  coding: [{ system: `http://terminology.hl7.org/CodeSystem/${system}`, code }],
});
const service = {
  coding: [{ system: 'urn:caregraph:service', code: 'CARE-OPV', display: 'Visit' }],
  // What the graph must not show.
  text: 'SECRET',
};

const PAYERS = 30;

/**
 * A billing platform for the patients and appointments of `startClinic` with the same arguments: two coverages and an
 * account for each patient; two charges, a claim, its answer and its payment for each appointment.
 */
export const startBillingOffice = async (
  codes: readonly string[],
  size: ClinicSize = SMALL_CLINIC,
  options: FakeFhirOptions = {},
): Promise<FakeFhir> => {
  const server = await startFhir(options);
  for (let index = 1; index <= PAYERS; index += 1)
    server.put({
      resourceType: 'Organization',
      id: `payer-${index}`,
      identifier: [identifier('payer', `PAY-${two(index)}`)],
      active: true,
      type: [coded('organization-type', 'ins')],
      name: `Payer ${two(index)}`,
    });
  for (const code of codes) addOffice(server, code, size);
  return server;
};

const addOffice = (server: FakeFhir, code: string, { practitioners, patients, appointments }: ClinicSize): void => {
  const facility = [identifier('facility', code)];
  server.put({ resourceType: 'Organization', id: `org-${code}`, identifier: facility, name: code });
  server.put({ resourceType: 'Location', id: `loc-${code}`, identifier: facility, name: code });
  for (let index = 1; index <= patients; index += 1) addPatient(server, code, index);
  for (let practitioner = 1; practitioner <= practitioners; practitioner += 1)
    for (let number = 1; number <= appointments; number += 1)
      addVisit(server, code, {
        own: `${code}-${practitioner}-${number}`,
        patient: `${code}-${1 + (number % patients)}`,
        practitioner: `PR-${code}-${practitioner}`,
        payer: `payer-${1 + ((practitioner + number) % PAYERS)}`,
        day: `2026-11-${two(1 + ((practitioner + number) % 28))}`,
      });
};

const addPatient = (server: FakeFhir, code: string, index: number): void => {
  const own = `${code}-${index}`;
  const [patient, organization] = [reference('Patient', `pat-${own}`), reference('Organization', `org-${code}`)];
  server.put({
    resourceType: 'Patient',
    id: `pat-${own}`,
    identifier: [identifier('patient', `PAT-${own}`)],
    managingOrganization: organization,
  });
  for (const order of [1, 2]) {
    const payer = reference('Organization', `payer-${1 + ((index + order) % PAYERS)}`);
    server.put({
      resourceType: 'Coverage',
      id: `cov-${own}-${order}`,
      identifier: [identifier('coverage', `COV-${own}-${order}`)],
      status: order === 1 ? 'active' : 'cancelled',
      type: coded('v3-ActCode', 'EHCPOL'),
      subscriberId: `S-${own}`,
      beneficiary: patient,
      period: { start: '2026-01-01' },
      payor: [payer],
      order,
    });
    server.put({
      resourceType: 'CoverageEligibilityResponse',
      id: `aut-${own}-${order}`,
      identifier: [identifier('authorization', `AUT-${own}-${order}`)],
      status: 'active',
      outcome: 'complete',
      created: '2026-10-02',
      patient,
      requestor: organization,
      insurer: payer,
      insurance: [
        {
          coverage: reference('Coverage', `cov-${own}-${order}`),
          inforce: order === 1,
          item: [{ authorizationRequired: false }, { authorizationRequired: true }],
        },
      ],
      preAuthRef: `REF-${own}`,
    });
  }
  server.put({
    resourceType: 'Account',
    id: `acc-${own}`,
    identifier: [identifier('account', `ACC-${own}`)],
    status: 'active',
    extension: [
      {
        url: 'http://hl7.org/fhir/5.0/StructureDefinition/extension-Account.balance',
        extension: [{ url: 'amount', valueMoney: usd(index + 0.1) }],
      },
    ],
    subject: [patient],
    coverage: [2, 1].map((order) => ({ coverage: reference('Coverage', `cov-${own}-${order}`), priority: order })),
    owner: organization,
  });
};

interface Visit {
  readonly own: string;
  readonly patient: string;
  readonly practitioner: string;
  /** Its id. */
  readonly payer: string;
  readonly day: string;
}

const addVisit = (server: FakeFhir, code: string, { own, patient, practitioner, payer, day }: Visit): void => {
  const encounter = { type: 'Encounter', ...numbered('appointment', `APT-${own}`) };
  const organization = reference('Organization', `org-${code}`);
  const subject = reference('Patient', `pat-${patient}`);
  const insurer = reference('Organization', payer);
  for (const part of [1, 2])
    server.put({
      resourceType: 'ChargeItem',
      id: `chg-${own}-${part}`,
      identifier: [identifier('charge', `CHG-${own}-${part}`)],
      status: 'billed',
      code: service,
      subject,
      context: encounter,
      occurrenceDateTime: `${day}T09:00:00Z`,
      enteredDate: `${day}T10:00:00+01:00`,
      performer: [{ actor: numbered('practitioner', practitioner) }],
      performingOrganization: organization,
      costCenter: numbered('cost-center', `CC-${code}`),
      quantity: { value: part },
      priceOverride: usd(part * 40.5),
      supportingInformation: [reference('Claim', `clm-${own}`)],
      // What the graph must not show.
      reason: [{ text: 'SECRET' }],
      note: [{ text: 'SECRET' }],
    });
  const charges = [1, 2].map((part) => reference('ChargeItem', `chg-${own}-${part}`));
  server.put({
    resourceType: 'Claim',
    id: `clm-${own}`,
    identifier: [identifier('claim', `CLM-${own}`)],
    status: 'active',
    use: 'claim',
    patient: subject,
    billablePeriod: { start: day, end: day },
    created: day,
    insurer,
    provider: organization,
    diagnosis: [{ sequence: 1, diagnosisCodeableConcept: { text: 'SECRET' } }],
    insurance: [{ sequence: 1, focal: true, coverage: reference('Coverage', `cov-${patient}-1`) }],
    supportingInfo: charges.map((valueReference, index) => ({ sequence: index + 1, valueReference })),
    item: [
      {
        sequence: 1,
        productOrService: service,
        quantity: { value: 3 },
        unitPrice: usd(40.5),
        net: usd(121.5),
        servicedDate: day,
        encounter: [encounter],
      },
    ],
    total: usd(121.5),
  });
  server.put({
    resourceType: 'ClaimResponse',
    id: `clr-${own}`,
    identifier: [identifier('claim-response', `CLR-${own}`)],
    status: 'active',
    use: 'claim',
    outcome: 'complete',
    created: `${day}T12:00:00Z`,
    disposition: 'Accepted',
    insurer,
    requestor: organization,
    request: reference('Claim', `clm-${own}`),
    total: [
      { category: coded('adjudication', 'submitted'), amount: usd(121.5) },
      { category: coded('adjudication', 'benefit'), amount: usd(100) },
    ],
    payment: { date: day, amount: usd(100) },
  });
  server.put({
    resourceType: 'PaymentReconciliation',
    id: `rmt-${own}`,
    identifier: [identifier('remittance', `RMT-${own}`)],
    status: 'active',
    outcome: 'complete',
    created: `${day}T13:00:00Z`,
    paymentIssuer: insurer,
    requestor: organization,
    paymentDate: day,
    paymentAmount: usd(100),
    paymentIdentifier: identifier('payment', `PBNK/${own}`),
    detail: [
      {
        request: reference('Claim', `clm-${own}`),
        response: reference('ClaimResponse', `clr-${own}`),
        date: day,
        amount: usd(100),
      },
    ],
  });
  server.put({
    resourceType: 'Invoice',
    id: `inv-${own}`,
    identifier: [identifier('invoice', `INV-${own}`)],
    status: 'issued',
    subject,
    date: day,
    issuer: organization,
    lineItem: charges.map((chargeItemReference) => ({ chargeItemReference })),
    totalGross: usd(121.5),
  });
};
