import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type FhirSandbox, startFhirSandbox } from '../../../sandbox/fhir/server.ts';
import { type Call, clientOf, idsOf } from './client.ts';
import { smallSeed } from './small-seed.ts';

let sandbox: FhirSandbox;
let call: Call;
beforeAll(async () => {
  sandbox = await startFhirSandbox({ domain: 'scheduling', seed: smallSeed(), token: 'let-me-in' });
  call = clientOf(sandbox);
});
afterAll(() => sandbox.stop());

const found = async (search: string) => idsOf(await call('GET', search));

describe('a search', () => {
  it.each([
    // Tokens: with a system, with any, with none, with an implied one, and everything but.
    ['Patient?identifier=urn:caregraph:patient|P1', ['p1']],
    ['Patient?identifier=P1', ['p1']],
    ['Patient?identifier=|P1', []],
    ['Patient?identifier=urn:elsewhere|', ['p1', 'p2', 'p3']],
    ['Patient?identifier=urn:caregraph:patient|P1,urn:elsewhere|x-p3', ['p1', 'p3']],
    ['Patient?identifier=urn:caregraph:patient|P1&identifier=urn:elsewhere|x-p3', []],
    ['Patient?active=true&phone=555-0100&_id=p2,p3,p9', ['p2', 'p3']],
    ['Appointment?status=booked', ['a2', 'a3', 'a5']],
    ['Appointment?status=http://hl7.org/fhir/appointmentstatus|booked,cancelled&_sort=_id', ['a2', 'a3', 'a4', 'a5']],
    ['Appointment?status:not=booked', ['a1', 'a4']],
    ['Appointment?specialty:missing=false', []],
    ['Appointment?specialty:missing=true&status=cancelled', ['a4']],
    // References.
    ['Appointment?patient=Patient/p1', ['a1', 'a2']],
    ['Appointment?patient=p1', ['a1', 'a2']],
    ['Appointment?actor:Patient=p1', ['a1', 'a2']],
    ['Appointment?patient=Patient/p1,Patient/p2', ['a1', 'a2', 'a3']],
    ['Appointment?location=Location/site-harbor', ['a3']],
    ['Appointment?practitioner=Location/site-harbor', []],
    // Chains, forward and back.
    ['Appointment?patient.organization=Organization/harbor', ['a3']],
    ['Appointment?actor:Location.organization.name=the%20north&status=booked', ['a2', 'a5']],
    ['Appointment?patient.identifier=urn:caregraph:patient|P3', ['a4', 'a5']],
    ['Appointment?patient.name:exact=Elder', ['a3']],
    ['Patient?_has:Appointment:patient:status=cancelled', ['p3']],
    ['Patient?_has:Appointment:actor:location=Location/site-harbor', ['p2']],
    // Dates: of a day, of a month, to the second, with zones.
    ['Appointment?date=2026-11-10', ['a2', 'a4']],
    ['Appointment?date=2026-11', ['a2', 'a3', 'a4']],
    ['Appointment?date=ge2026-11-11&date=lt2026-12', ['a3']],
    ['Appointment?date=ge2026-11-11T21:00:00Z&date=le2026-11-11T21:00:00Z', ['a3']],
    ['Appointment?date=gt2026-11-11', ['a5']],
    ['Appointment?date=le2026-10-10', ['a1']],
    ['Appointment?date=eb2026-11', ['a1']],
    ['Appointment?date=sa2026-11', ['a5']],
    ['Appointment?date=ne2026-11', ['a1', 'a5']],
    ['Appointment?date=ge2026-11-11T22:00:00%2B02:00&date=lt2026-11-12', ['a3']],
    ['Patient?birthdate=1980', ['p1']],
    ['Patient?birthdate=ge1990&birthdate=lt2001', ['p2']],
    ['Appointment?_lastUpdated=gt2026-10-03T08:00:00.000Z', ['a4', 'a5']],
    // Text: without case and accents, from the beginning, exactly, anywhere.
    ['Patient?family=el', ['p1', 'p2']],
    ['Patient?name=ADA&family:contains=OS', ['p3']],
    ['Patient?family:exact=elan', []],
    ['Patient?family:exact=%C3%89lan', ['p1']],
    ['Patient?family:exact=Él', []],
  ])('%s finds %j', async (search, ids) => {
    expect((await found(search)).toSorted()).toEqual(ids);
  });

  it('sorts by several parameters, in both directions', async () => {
    expect(await found('Appointment?_sort=-date,_id')).toEqual(['a5', 'a3', 'a2', 'a4', 'a1']);
    expect(await found('Appointment?_sort=date,-_id')).toEqual(['a1', 'a4', 'a2', 'a3', 'a5']);
    expect(await found('Appointment?_sort=status,-date')).toEqual(['a5', 'a3', 'a2', 'a4', 'a1']);
    expect(await found('Patient?_sort=family')).toEqual(['p1', 'p2', 'p3']);
    expect(await found('Appointment?_sort=-_lastUpdated&_count=2')).toEqual(['a5', 'a4']);
  });

  it('is paged by following the links', async () => {
    const seen: string[] = [];
    let next: string | undefined = 'Appointment?_sort=_id&_count=2&status=booked,fulfilled';
    while (next !== undefined) {
      const page = await call('GET', next);
      seen.push(...idsOf(page));
      expect(page.body['total']).toBe(4);
      const links = page.body['link'] as unknown as readonly { relation: string; url: string }[];
      next = links.find(({ relation }) => relation === 'next')?.url;
    }
    expect(seen).toEqual(['a1', 'a2', 'a3', 'a5']);
    expect(await found('Appointment?_sort=_id&_count=2&_offset=3')).toEqual(['a4', 'a5']);
  });

  it('gives totals, or only that, or none', async () => {
    const { body: counted } = await call('GET', 'Appointment?status=booked&_summary=count');
    expect(counted).toMatchObject({ type: 'searchset', total: 3 });
    expect(counted['entry']).toBeUndefined();
    expect((await call('GET', 'Appointment?_count=0')).body).toMatchObject({ total: 5 });
    expect((await call('GET', 'Appointment?_total=none')).body['total']).toBeUndefined();
    expect((await call('GET', 'Appointment?status=waitlist')).body['entry']).toBeUndefined();
  });

  it('leaves elements out, says so, and keeps what must be there', async () => {
    const { body } = await call('GET', 'Appointment?_id=a1&_elements=start');
    const [{ resource }] = body['entry'] as unknown as [{ resource: Record<string, unknown> }];
    expect(Object.keys(resource).toSorted()).toEqual(['id', 'meta', 'participant', 'resourceType', 'start', 'status']);
    expect(resource['meta']).toMatchObject({ versionId: '1', tag: [{ code: 'SUBSETTED' }] });
    expect((await call('GET', 'Appointment/a1?_elements=start')).body['end']).toBeUndefined();
    expect((await call('GET', 'Appointment/a1')).body['meta']).not.toHaveProperty('tag');
  });

  it('includes what is referred to, once, and what refers', async () => {
    const page = await call('GET', 'Appointment?patient=p1&_include=Appointment:patient&_include=Appointment:location');
    expect(idsOf(page)).toEqual(['a1', 'a2']);
    expect(idsOf(page, 'include')).toEqual(['p1', 'site-north']);
    expect(page.body['total']).toBe(2);
    const typed = await call('GET', 'Appointment?_id=a1&_include=Appointment:actor:Practitioner');
    expect(idsOf(typed, 'include')).toEqual(['dr']);
    const further = await call(
      'GET',
      'Appointment?_id=a3&_include=Appointment:patient&_include:iterate=Patient:organization',
    );
    expect(idsOf(further, 'include').toSorted()).toEqual(['harbor', 'p2']);
    const back = await call('GET', 'Patient?_id=p3&_revinclude=Appointment:patient');
    expect(idsOf(back, 'include')).toEqual(['a4', 'a5']);
  });

  it('takes a form as well', async () => {
    const form = await call('POST', 'Appointment/_search?status=booked', {
      body: 'patient=Patient/p3&_sort=_id',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(form.status).toBe(200);
    expect(idsOf(form)).toEqual(['a5']);
  });

  it('ignores what it does not know and says so, or refuses it where that is preferred', async () => {
    const lenient = await call('GET', 'Appointment?colour=blue&status=cancelled');
    expect(idsOf(lenient)).toEqual(['a4']);
    expect(JSON.stringify(lenient.body['entry'])).toContain('OperationOutcome');
    expect(JSON.stringify(lenient.body['link'])).not.toContain('colour');
    const strict = await call('GET', 'Appointment?colour=blue', { headers: { prefer: 'handling=strict' } });
    expect(strict.status).toBe(400);
    expect(strict.body['resourceType']).toBe('OperationOutcome');
  });

  it.each([
    'Appointment?date=yesterday',
    'Appointment?date=2026-13',
    'Appointment?status:soundslike=x',
    'Appointment?patient:Toaster=1',
    'Appointment?patient.colour=blue',
    'Appointment?status.name=x',
    'Appointment?_count=many',
    'Appointment?_sort=colour',
    'Appointment?_include=Appointment:colour',
    'Appointment?status:missing=perhaps',
    'Patient?_has:Appointment:status=x',
  ])('refuses %s with 400', async (search) => {
    const { status, body } = await call('GET', search);
    expect(status).toBe(400);
    expect(body).toMatchObject({ resourceType: 'OperationOutcome', issue: [{ severity: 'error' }] });
    expect(JSON.stringify(body)).not.toMatch(/yesterday|blue|Toaster|perhaps/);
  });

  it('takes escaped values for what they stand for', async () => {
    await using own = await startFhirSandbox({ domain: 'scheduling', seed: smallSeed(), token: 'let-me-in' });
    const ask = clientOf(own);
    const odd = { system: 'urn:odd', value: 'a,b|c$d\\' };
    await ask('PUT', 'Patient/odd', { body: { resourceType: 'Patient', id: 'odd', identifier: [odd] } });
    const escaped = encodeURIComponent('urn:odd|a\\,b\\|c\\$d\\\\,P2');
    expect(idsOf(await ask('GET', `Patient?identifier=${escaped}&_sort=_id`))).toEqual(['odd', 'p2']);
  });

  it('follows what is written', async () => {
    await using own = await startFhirSandbox({ domain: 'scheduling', seed: smallSeed(), token: 'let-me-in' });
    const ask = clientOf(own);
    const booked = async () =>
      idsOf(await ask('GET', 'Appointment?status=booked&patient.organization=Organization/north'));
    expect(await booked()).toEqual(['a2', 'a5']);
    await ask('PATCH', 'Appointment/a2', { body: [{ op: 'replace', path: '/status', value: 'cancelled' }] });
    await ask('DELETE', 'Appointment/a5');
    expect(await booked()).toEqual([]);
    const { body } = await ask('GET', 'Patient/p2');
    await ask('PUT', 'Patient/p2', { body: { ...body, managingOrganization: { reference: 'Organization/north' } } });
    expect(await booked()).toEqual(['a3']);
  });
});
