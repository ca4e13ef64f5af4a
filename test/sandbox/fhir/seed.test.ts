import { describe, expect, it } from '@jest/globals';
import { DOMAINS, type FhirDomain } from '../../../sandbox/fhir/domains.ts';
import { isFields, type Fields, type Resource } from '../../../sandbox/fhir/resource.ts';
import { eachReference } from '../../../sandbox/fhir/rest/references.ts';
import { createValidator } from '../../../sandbox/fhir/rest/validate.ts';
import { billingResources } from '../../../sandbox/fhir/seed/billing.ts';
import { fhirSeed } from '../../../sandbox/fhir/seed/index.ts';
import { WHOLE_APPOINTMENT } from '../../../sandbox/fhir/seed/story.ts';
import { schedulingResources } from '../../../sandbox/fhir/seed/scheduling.ts';
import { payersIn, statementsIn } from '../../../sandbox/fhir/seed/statements.ts';
import { healthcareGroup } from '../../../sandbox/odoo/seed/index.ts';
import { SANDBOX_FACILITIES } from '../../../sandbox/facilities.ts';
import { DEPARTMENTS } from '../../../sandbox/story/departments.ts';
import { employees } from '../../../sandbox/story/people.ts';

const TODAY = '2026-11-01';
const odoo = healthcareGroup();
const resources: Readonly<Record<FhirDomain, readonly Resource[]>> = {
  scheduling: schedulingResources(1, TODAY),
  billing: billingResources(1, TODAY, odoo),
};
const domains = Object.keys(DOMAINS) as FhirDomain[];

const of = (domain: FhirDomain, type: string): readonly Resource[] =>
  resources[domain].filter(({ resourceType }) => resourceType === type);
const at = (node: unknown, ...path: (string | number)[]): unknown =>
  path.reduce<unknown>((one, key) => (one as Record<string | number, unknown> | undefined)?.[key], node);
const numberOf = (resource: unknown): string => String(at(resource, 'identifier', 0, 'value'));
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const list = (node: unknown, ...path: (string | number)[]): readonly Fields[] =>
  (at(node, ...path) ?? []) as readonly Fields[];
const idIn = (node: unknown, ...path: (string | number)[]): string =>
  String(at(node, ...path, 'reference')).replace(/^.*\//, '');
const amount = (node: unknown, ...path: (string | number)[]): number =>
  Math.round(Number(at(node, ...path, 'value')) * 100);
const byId = (domain: FhirDomain, type: string): ReadonlyMap<string, Resource> =>
  new Map(of(domain, type).map((one) => [one.id, one]));
const shares = (domain: FhirDomain, type: string, field: string): readonly string[] => [
  ...new Set(of(domain, type).map((one) => String(one[field]))),
];

describe('the volume of the platforms', () => {
  it.each([
    ['scheduling', 'Organization', 3],
    ['scheduling', 'Patient', 1000],
    ['scheduling', 'Practitioner', 40],
    ['scheduling', 'PractitionerRole', 40],
    ['scheduling', 'Schedule', 40],
    ['scheduling', 'HealthcareService', 12],
    ['scheduling', 'Location', 3 + 36],
    ['scheduling', 'Appointment', 6000],
    ['billing', 'Organization', 3 + 12],
    ['billing', 'Patient', 1000],
    ['billing', 'Account', 1000],
  ] as const)('%s has of %s %i', (domain, type, count) => {
    expect(of(domain, type)).toHaveLength(count);
  });

  it('covers 90 days around the day of reference', () => {
    const days = new Set(of('scheduling', 'Appointment').map(({ start }) => String(start).slice(0, 10)));
    expect([days.size, [...days].toSorted()[0], [...days].toSorted().at(-1)]).toEqual([90, '2026-09-02', '2026-11-30']);
    for (const { start, status } of of('scheduling', 'Appointment')) {
      const past = ['fulfilled', 'cancelled', 'noshow'];
      expect(String(start) < TODAY ? past : ['booked', 'pending', 'proposed', 'cancelled']).toContain(status);
    }
  });

  it('has every state there is', () => {
    expect(shares('scheduling', 'Appointment', 'status')).toHaveLength(6);
    expect(shares('scheduling', 'Slot', 'status').toSorted()).toEqual(['busy', 'busy-tentative', 'free']);
    expect(shares('billing', 'Claim', 'status').toSorted()).toEqual(['active', 'cancelled', 'draft']);
    expect(shares('billing', 'ClaimResponse', 'outcome').toSorted()).toEqual([
      'complete',
      'error',
      'partial',
      'queued',
    ]);
    expect(shares('billing', 'CoverageEligibilityResponse', 'outcome').toSorted()).toEqual([
      'complete',
      'error',
      'queued',
    ]);
    expect(shares('billing', 'Coverage', 'status').toSorted()).toEqual(['active', 'cancelled']);
    expect(shares('billing', 'ChargeItem', 'status').toSorted()).toEqual(['billable', 'billed']);
    expect(shares('billing', 'Invoice', 'status').toSorted()).toEqual(['balanced', 'cancelled', 'issued']);
    expect(shares('billing', 'PaymentReconciliation', 'outcome').toSorted()).toEqual(['complete', 'queued']);
  });

  it('grows with the scale, and is the same each time', () => {
    const small = [...fhirSeed('billing', { scale: 0.1 }).resources];
    expect([...fhirSeed('billing', { scale: 0.1 }).resources]).toEqual(small);
    const count = (type: string) => small.filter(({ resourceType }) => resourceType === type).length;
    expect([count('Patient'), count('Account')]).toEqual([100, 100]);
    const doubled = schedulingResources(2, TODAY).filter(({ resourceType }) => resourceType === 'Appointment');
    expect(doubled).toHaveLength(12_000);
    expect(new Set(doubled.map((one) => `${String(one['start'])} ${idIn(one, 'participant', 1, 'actor')}`)).size).toBe(
      12_000,
    );
  });
});

describe.each(domains)('%s', (domain) => {
  it('holds nothing that R4 would not have', () => {
    const validate = createValidator(DOMAINS[domain]);
    const invalid = resources[domain].flatMap((resource) => {
      try {
        validate(resource);
        return [];
      } catch (error) {
        return [[resource.resourceType, resource.id, at(error, 'outcome', 'issue')]];
      }
    });
    expect(invalid).toEqual([]);
  }, 120_000);

  it('has an id and a number for each, and no reference that leads nowhere', () => {
    const known = new Set(resources[domain].map(({ resourceType, id }) => `${resourceType}/${id}`));
    expect(known.size).toBe(resources[domain].length);
    const lost: string[] = [];
    for (const resource of resources[domain])
      eachReference(resource, (reference) => {
        if (!known.has(reference)) lost.push(`${resource.id} → ${reference}`);
      });
    expect(lost).toEqual([]);
    const numbers = resources[domain]
      .filter((one) => one['identifier'] !== undefined)
      .map((one) => `${one.resourceType} ${numberOf(one)}`);
    expect(new Set(numbers).size).toBe(numbers.length);
  });

  it('says of each record which facility it belongs to', () => {
    const facilityOf: Readonly<Record<string, (one: Resource) => readonly unknown[]>> = {
      Patient: (one) => [one['managingOrganization']],
      Appointment: (one) => list(one, 'participant').map(({ actor }) => actor),
      Schedule: (one) => list(one, 'actor'),
      Claim: (one) => [one['facility']],
      ClaimResponse: (one) => [one['requestor']],
      ChargeItem: (one) => [one['performingOrganization']],
      CoverageEligibilityResponse: (one) => [one['requestor']],
      PaymentReconciliation: (one) => [one['requestor']],
      Invoice: (one) => [one['issuer']],
      Account: (one) => [one['owner']],
    };
    const places = new Set(
      SANDBOX_FACILITIES.flatMap(({ code }) => [`Organization/org-${code}`, `Location/loc-${code}`]),
    );
    const homeless = resources[domain].filter((one) => {
      const references = facilityOf[one.resourceType]?.(one);
      return (
        references !== undefined && references.filter((node) => places.has(String(at(node, 'reference')))).length !== 1
      );
    });
    expect(homeless.map(({ id }) => id)).toEqual([]);
  });

  it('has nothing clinical', () => {
    const everything = JSON.stringify(resources[domain]);
    expect(everything).not.toMatch(/diagnos(is|es)"|reasonCode|Condition\/|Observation\/|"bodySite|procedureCode/);
  });
});

describe('practitioners and appointments', () => {
  it('are employees of the departments whose rooms they use', () => {
    const number = new Map(employees().map((one) => [one.number, one]));
    const known = byId('scheduling', 'Practitioner');
    for (const appointment of of('scheduling', 'Appointment')) {
      const [patient, practitioner, room, site] = list(appointment, 'participant').map((one) => idIn(one, 'actor'));
      const employee = number.get(String(at(known.get(practitioner ?? ''), 'identifier', 1, 'value')));
      expect([room?.replace(/-\d$/, ''), site]).toEqual([
        `room-${employee?.departmentCode.toLowerCase()}`,
        `loc-${employee?.facilityCode}`,
      ]);
      const record = byPatient.get(patient ?? '');
      expect(idIn(record, 'managingOrganization')).toBe(`org-${employee?.facilityCode}`);
    }
  });
  const byPatient = byId('scheduling', 'Patient');

  it('share the half hours that slots say are busy', () => {
    const slots = byId('scheduling', 'Slot');
    const busy = of('scheduling', 'Appointment').flatMap((one) =>
      one['slot'] === undefined ? [] : [[one, slots.get(idIn(one, 'slot', 0))] as const],
    );
    expect(busy.length).toBeGreaterThan(1500);
    for (const [appointment, slot] of busy) {
      expect(slot?.['start']).toBe(appointment['start']);
      expect(slot?.['status']).toBe(appointment['status'] === 'booked' ? 'busy' : 'busy-tentative');
    }
    expect(of('scheduling', 'Slot').filter(({ status }) => status === 'free').length).toBeGreaterThan(4000);
  });
});

describe('what Odoo knows of', () => {
  const claims = new Map(of('billing', 'Claim').map((one) => [numberOf(one), one]));
  const statements = statementsIn(odoo);
  const payers = payersIn(odoo);

  it('payers: the same names and codes', () => {
    const insurers = of('billing', 'Organization').filter(({ id }) => id.startsWith('org-pay-'));
    expect(insurers.map((one) => [numberOf(one), one['name']])).toEqual(
      payers.slice(0, 12).map(({ code, name }) => [code, name]),
    );
    const paying = new Set(of('billing', 'Coverage').map((one) => idIn(one, 'payor', 0)));
    expect(paying.size).toBe(12);
  });

  it('claims: an invoice of the same number, payer, facility, day, lines and amount', () => {
    const known = new Set(payers.slice(0, 12).map(({ code }) => code));
    const told = statements.filter(({ payerCode }) => known.has(payerCode));
    expect(told.length).toBeGreaterThan(350);
    for (const { number, payerCode, facilityCode, date, total, lines, isDraft } of told) {
      const claim = claims.get(number);
      expect([number, idIn(claim, 'insurer'), idIn(claim, 'facility'), claim?.['created']]).toEqual([
        number,
        `org-${payerCode.toLowerCase()}`,
        `loc-${facilityCode}`,
        new Date(date).toISOString().slice(0, 10),
      ]);
      expect(amount(claim, 'total')).toBe(total);
      expect(
        list(claim, 'item').map((item) => [
          at(item, 'productOrService', 'coding', 0, 'code'),
          at(item, 'quantity', 'value'),
        ]),
      ).toEqual(lines.map(({ code, quantity }) => [code, quantity]));
      expect(claim?.['status'] === 'draft').toBe(isDraft);
    }
    const untold = [...claims.keys()].filter((number) => !statements.some((one) => one.number === number));
    expect(untold).toHaveLength(60);
  });

  it('payments: the same of each claim', () => {
    const reconciled = new Map<string, Resource[]>();
    for (const one of of('billing', 'PaymentReconciliation')) {
      const claim = idIn(one, 'detail', 0, 'request');
      reconciled.set(claim, [...(reconciled.get(claim) ?? []), one]);
    }
    for (const { number, payments } of statements) {
      if (!claims.has(number)) continue;
      const own = reconciled.get(number.toLowerCase()) ?? [];
      expect(own.map((one) => [at(one, 'paymentIdentifier', 'value'), amount(one, 'paymentAmount')])).toEqual(
        payments.map(({ name, amount: paid }) => [name, paid]),
      );
    }
    expect(of('billing', 'PaymentReconciliation').length).toBeGreaterThan(300);
  });

  it('goods: used for an appointment that was kept, in this facility on this day', () => {
    const kept = new Map(
      of('scheduling', 'Appointment')
        .filter(({ status }) => status === 'fulfilled')
        .map((one) => [numberOf(one), `${idIn(one, 'participant', 3, 'actor')} ${String(one['start']).slice(0, 10)}`]),
    );
    const used = (odoo.tables['stock.move'] ?? []).filter(
      ({ reference, state }) => text(reference).includes('/USE/') && state === 'done',
    );
    const since = used.filter(({ date }) => text(date) >= '2026-09-02');
    expect(since.length).toBeGreaterThan(300);
    for (const { origin, date, company_id: company } of since) {
      const { code } = SANDBOX_FACILITIES[Number(company) - 1] ?? { code: '' };
      expect(kept.get(text(origin))).toBe(`loc-${code} ${text(date).slice(0, 10)}`);
    }
    const before = used.filter(({ date }) => text(date) < '2026-09-02');
    expect(before.every(({ origin, reference }) => origin === reference)).toBe(true);
  });
});

describe('the story', () => {
  it('has an appointment that leads everywhere', () => {
    const { number, claim } = WHOLE_APPOINTMENT;
    const appointment = of('scheduling', 'Appointment').find((one) => numberOf(one) === number);
    expect(appointment?.['status']).toBe('fulfilled');
    expect((odoo.tables['stock.move'] ?? []).filter(({ origin }) => origin === number).length).toBeGreaterThan(1);
    const asked = of('billing', 'Claim').find((one) => numberOf(one) === claim);
    const visits = list(asked, 'item').flatMap((item) =>
      list(item, 'encounter').map((one) => at(one, 'identifier', 'value')),
    );
    expect(visits).toContain(number);
    const answer = of('billing', 'ClaimResponse').find((one) => idIn(one, 'request') === asked?.id);
    expect(answer?.['outcome']).toBe('complete');
    const booked = (odoo.tables['account.move'] ?? []).filter(({ ref, state }) => ref === claim && state === 'posted');
    expect(booked.map((move) => move['move_type'])).toEqual(['out_invoice', 'entry']);
  });
});

describe('charges', () => {
  const charges = of('billing', 'ChargeItem');
  const appointments = new Map(of('scheduling', 'Appointment').map((one) => [numberOf(one), one]));
  const visitOf = (charge: Resource): string => String(at(charge, 'context', 'identifier', 'value'));

  it('are of appointments that were kept, each of which has some', () => {
    const charged = new Set(charges.map(visitOf));
    const kept = [...appointments].filter(([, { status }]) => status === 'fulfilled').map(([number]) => number);
    expect([...charged].toSorted()).toEqual(kept.toSorted());
    expect(charges.length).toBeGreaterThan(2 * kept.length);
    for (const charge of charges) {
      const appointment = appointments.get(visitOf(charge));
      expect(at(charge, 'subject', 'reference')).toBe(at(appointment, 'participant', 0, 'actor', 'reference'));
      expect(at(charge, 'supportingInformation', 0, 'identifier', 'value')).toBe(visitOf(charge));
    }
    const centers = new Set(DEPARTMENTS.map(({ costCenterCode }) => costCenterCode));
    expect(charges.every((charge) => centers.has(String(at(charge, 'costCenter', 'identifier', 'value'))))).toBe(true);
  });

  it('add up to the claims that name them, of one patient whom the payer covers', () => {
    const known = byId('billing', 'ChargeItem');
    const covers = byId('billing', 'Coverage');
    let named = 0;
    for (const claim of of('billing', 'Claim')) {
      const own = list(claim, 'supportingInfo').map((one) => known.get(idIn(one, 'valueReference')));
      const cover = covers.get(idIn(claim, 'insurance', 0, 'coverage'));
      expect([idIn(cover, 'beneficiary'), idIn(cover, 'payor', 0)]).toEqual([
        idIn(claim, 'patient'),
        idIn(claim, 'insurer'),
      ]);
      if (own.length === 0) continue;
      named += own.length;
      expect(own.reduce((sum, charge) => sum + amount(charge, 'priceOverride'), 0)).toBe(amount(claim, 'total'));
      for (const charge of own) {
        expect([idIn(charge, 'subject'), idIn(charge, 'supportingInformation', 1)]).toEqual([
          idIn(claim, 'patient'),
          claim.id,
        ]);
        expect(String(charge?.['occurrenceDateTime']).slice(0, 10) <= String(claim['created'])).toBe(true);
      }
      const encounters = list(claim, 'item').flatMap((item) => list(item, 'encounter'));
      const visits = new Set(own.flatMap((charge) => (charge === undefined ? [] : [visitOf(charge)])));
      expect(new Set(encounters.map((one) => String(at(one, 'identifier', 'value'))))).toEqual(visits);
    }
    expect(named).toBeGreaterThan(250);
  });

  it('add up to the invoices of patients, and these to the balance of accounts', () => {
    const known = byId('billing', 'ChargeItem');
    const open = new Map<string, number>();
    for (const invoice of of('billing', 'Invoice')) {
      const own = list(invoice, 'lineItem').map((one) => known.get(idIn(one, 'chargeItemReference')));
      expect(own.reduce((sum, charge) => sum + amount(charge, 'priceOverride'), 0)).toBe(amount(invoice, 'totalGross'));
      expect(new Set(own.map((charge) => idIn(charge, 'subject')))).toEqual(new Set([idIn(invoice, 'subject')]));
      const account = idIn(invoice, 'account');
      if (invoice['status'] === 'issued') open.set(account, (open.get(account) ?? 0) + amount(invoice, 'totalGross'));
    }
    for (const account of of('billing', 'Account')) {
      const balance = list(account, 'extension').flatMap((one) => list(one, 'extension'));
      expect(amount(balance[0], 'valueMoney')).toBe(open.get(account.id) ?? 0);
    }
    expect(open.size).toBeGreaterThan(200);
  });

  it('lie in the time of the story', () => {
    const late = resources.billing.filter(({ meta }) => meta.lastUpdated > '2026-11-01T23:59');
    expect(late.map(({ id }) => id)).toEqual([]);
    expect(resources.billing.every((one) => isFields(one.meta))).toBe(true);
  });
});
