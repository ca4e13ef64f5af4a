import type { FhirSeed } from '../../../sandbox/fhir/seed.ts';
import type { Resource } from '../../../sandbox/fhir/resource.ts';

const at = (lastUpdated: string) => ({ versionId: '1', lastUpdated });
const APT = 'urn:caregraph:appointment';

const appointment = (id: string, status: string, start: string, patient: string, site: string): Resource => ({
  resourceType: 'Appointment',
  id,
  meta: at(`2026-10-0${id.slice(-1)}T08:00:00.000Z`),
  identifier: [{ system: APT, value: id.toUpperCase() }],
  status,
  start,
  end: start.replace(':00:00', ':30:00'),
  participant: [
    { actor: { reference: `Patient/${patient}` }, status: 'accepted' },
    { actor: { reference: 'Practitioner/dr' }, status: 'accepted' },
    { actor: { reference: `Location/${site}` }, status: 'accepted' },
  ],
});

const patient = (id: string, family: string, facility: string, birthDate: string): Resource => ({
  resourceType: 'Patient',
  id,
  meta: at('2026-09-01T08:00:00.000Z'),
  identifier: [
    { system: 'urn:caregraph:patient', value: id.toUpperCase() },
    { system: 'urn:elsewhere', value: `x-${id}` },
  ],
  active: true,
  name: [{ family, given: ['Ada'] }],
  telecom: [{ system: 'phone', value: '555-0100' }],
  birthDate,
  managingOrganization: { reference: `Organization/${facility}` },
});

/** Small enough to be read: two facilities, three patients, five appointments. */
export const smallSeed = (): FhirSeed => ({
  fingerprint: 'small-fhir/1',
  resources: [
    ...['north', 'harbor'].flatMap((code): Resource[] => [
      {
        resourceType: 'Organization',
        id: code,
        meta: at('2026-09-01T08:00:00.000Z'),
        identifier: [{ system: 'urn:caregraph:facility', value: code }],
        active: true,
        name: `The ${code}`,
      },
      {
        resourceType: 'Location',
        id: `site-${code}`,
        meta: at('2026-09-01T08:00:00.000Z'),
        status: 'active',
        name: `Site ${code}`,
        managingOrganization: { reference: `Organization/${code}` },
      },
    ]),
    {
      resourceType: 'Practitioner',
      id: 'dr',
      meta: at('2026-09-01T08:00:00.000Z'),
      active: true,
      name: [{ family: 'Who' }],
    },
    patient('p1', 'Élan', 'north', '1980-05-17'),
    patient('p2', 'Elder', 'harbor', '1990-01-01'),
    patient('p3', 'Moss', 'north', '2001-12-31'),
    appointment('a1', 'fulfilled', '2026-10-10T09:00:00Z', 'p1', 'site-north'),
    appointment('a2', 'booked', '2026-11-10T09:00:00Z', 'p1', 'site-north'),
    appointment('a3', 'booked', '2026-11-11T23:00:00+02:00', 'p2', 'site-harbor'),
    appointment('a4', 'cancelled', '2026-11-10T09:00:00Z', 'p3', 'site-north'),
    appointment('a5', 'booked', '2026-12-01T09:00:00Z', 'p3', 'site-north'),
  ],
});
