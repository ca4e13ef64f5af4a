import { type FakeFhir, type FakeFhirOptions, startFhir } from '../fakes/fhir.ts';

const system = (kind: string): string => `urn:caregraph:${kind}`;
const identifier = (kind: string, value: string) => ({ system: system(kind), value });
const reference = (type: string, id: string) => ({ reference: `${type}/${id}` });
const concept = (code: string) => ({ coding: [{ system: system('service'), code }], text: `Service ${code}` });
const two = (number: number): string => String(number).padStart(2, '0');

export interface ClinicSize {
  readonly practitioners: number;
  readonly patients: number;
  /** For each practitioner. */
  readonly appointments: number;
}

export const SMALL_CLINIC: ClinicSize = { practitioners: 3, patients: 4, appointments: 4 };
const STATES = ['booked', 'fulfilled', 'cancelled', 'noshow', 'proposed', 'arrived'];

/** A scheduling platform with a little of everything at each of some facilities, under ids that tell what they are. */
export const startClinic = async (
  codes: readonly string[],
  size: ClinicSize = SMALL_CLINIC,
  options: FakeFhirOptions = {},
): Promise<FakeFhir> => {
  const server = await startFhir(options);
  for (const code of codes) addFacility(server, code, size);
  return server;
};

const addFacility = (server: FakeFhir, code: string, { practitioners, patients, appointments }: ClinicSize): void => {
  const [organization, site] = [`org-${code}`, `loc-${code}`];
  const name = code.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => ` ${letter.toUpperCase()}`).trim();
  server.put({ resourceType: 'Organization', id: organization, identifier: [identifier('facility', code)], name });
  server.put({ resourceType: 'Location', id: site, identifier: [identifier('facility', code)], name });
  for (let index = 1; index <= patients; index += 1)
    server.put({
      resourceType: 'Patient',
      id: `pat-${code}-${index}`,
      identifier: [identifier('patient', `PAT-${code}-${index}`)],
      active: true,
      name: [{ use: 'official', family: `Patient ${code} ${two(index)}`, given: ['Ada'] }],
      gender: index % 2 === 0 ? 'female' : 'male',
      ...(index % 3 === 0 ? {} : { birthDate: `19${50 + index}-02-01` }),
      telecom: [{ system: 'phone', value: '+1 555-0100' }],
      address: [{ line: ['1 Orchard Way'], city: 'Fairmead', country: 'US' }],
      managingOrganization: reference('Organization', organization),
      // What the graph must not show.
      maritalStatus: { text: 'SECRET' },
    });
  for (let index = 1; index <= practitioners; index += 1)
    addPractitioner(server, code, index, { organization, site, patients, appointments });
};

const addPractitioner = (
  server: FakeFhir,
  code: string,
  index: number,
  {
    organization,
    site,
    patients,
    appointments,
  }: { organization: string; site: string; patients: number; appointments: number },
): void => {
  const own = `${code}-${index}`;
  server.put({
    resourceType: 'Practitioner',
    id: `pra-${own}`,
    identifier: [identifier('practitioner', `PR-${own}`), identifier('employee', `E-${own}`)],
    active: true,
    name: [{ family: `Doctor ${own}`, given: ['Bea'] }],
    telecom: [{ system: 'email', value: 'bea@example.test' }],
  });
  server.put({
    resourceType: 'Location',
    id: `room-${own}`,
    identifier: [identifier('room', `R-${own}`)],
    status: 'active',
    name: `Room ${own}`,
    partOf: reference('Location', site),
  });
  server.put({
    resourceType: 'HealthcareService',
    id: `svc-${own}`,
    identifier: [identifier('department', `D-${own}`)],
    active: true,
    name: `Service ${own}`,
    type: [concept('CARE-OPV')],
    providedBy: reference('Organization', organization),
  });
  server.put({
    resourceType: 'Schedule',
    id: `sch-${own}`,
    active: true,
    actor: [
      reference('Practitioner', `pra-${own}`),
      reference('HealthcareService', `svc-${own}`),
      reference('Location', site),
    ],
    planningHorizon: { start: '2026-11-01', end: '2026-11-30' },
  });
  for (let number = 1; number <= appointments; number += 1) {
    const time = `2026-11-${two(1 + (number % 28))}T${two(8 + (index % 3))}:00:00`;
    server.put({
      resourceType: 'Slot',
      id: `slot-${own}-${number}`,
      schedule: reference('Schedule', `sch-${own}`),
      status: number % 2 === 0 ? 'busy' : 'free',
      start: `${time}Z`,
      end: `${time.replace(':00:00', ':30:00')}Z`,
    });
    const status = STATES[number % STATES.length];
    server.put({
      resourceType: 'Appointment',
      id: `apt-${own}-${number}`,
      identifier: [identifier('appointment', `APT-${own}-${number}`)],
      status,
      ...(status === 'proposed' ? {} : { start: `${time}Z`, end: `${time.replace(':00:00', ':30:00')}Z` }),
      minutesDuration: 30,
      created: '2026-10-01T12:00:00+02:00',
      serviceType: [concept('CARE-OPV')],
      slot: [reference('Slot', `slot-${own}-${number}`)],
      comment: 'SECRET',
      participant: [
        { actor: reference('Patient', `pat-${code}-${1 + (number % patients)}`) },
        { actor: reference('Practitioner', `pra-${own}`) },
        { actor: reference('HealthcareService', `svc-${own}`) },
        { actor: reference('Location', `room-${own}`) },
        { actor: reference('Location', site) },
      ],
    });
  }
};

/** The facilities of the test seed of Odoo. */
export const SMALL_FACILITIES = ['north-facility', 'south-facility'] as const;
