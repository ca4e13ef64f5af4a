import { type Instant, instantOf } from '../../odoo/seed/calendar.ts';
import { type Patient, patients } from '../../story/patients.ts';
import { practitioners } from '../../story/visits.ts';
import type { Resource } from '../resource.ts';
import { concept, identifier, lower, reference, resourceOf } from './elements.ts';
import { APPOINTED_DEPARTMENTS, organizationOf, siteOf } from './places.ts';
import { serviceOfDepartment } from './services.ts';

export const practitionerId = (number: string): string => lower(number);
export const patientId = (number: string): string => lower(number);
export const healthcareServiceId = (departmentCode: string): string => `svc-${lower(departmentCode)}`;

/** What patients can be seen for: one service of each department that sees patients. */
export const healthcareServices = (at: Instant): readonly Resource[] =>
  APPOINTED_DEPARTMENTS.map(({ code, name, facilityCode }) => {
    const service = serviceOfDepartment(code);
    return resourceOf('HealthcareService', healthcareServiceId(code), at, {
      identifier: [identifier('department', code)],
      active: true,
      providedBy: organizationOf(facilityCode),
      type: [concept('service', service.code, service.name)],
      location: [siteOf(facilityCode)],
      name,
    });
  });

/** Practitioners, and in which department each of them works. */
export const practitionersAndRoles = (at: Instant): readonly Resource[] =>
  practitioners().flatMap((one) => {
    const number = one.practitionerNumber ?? '';
    const facilityCode = one.facilityCode ?? '';
    const service = serviceOfDepartment(one.departmentCode);
    return [
      resourceOf('Practitioner', practitionerId(number), at, {
        identifier: [identifier('practitioner', number), identifier('employee', one.number)],
        active: true,
        name: [{ use: 'official', family: one.familyName, given: [one.givenName], prefix: ['Dr.'] }],
        telecom: [{ system: 'email', value: `${one.userName}@example.test`, use: 'work' }],
      }),
      resourceOf('PractitionerRole', `role-${practitionerId(number)}`, at, {
        identifier: [identifier('practitioner', number)],
        active: true,
        period: { start: one.hireDate },
        practitioner: reference('Practitioner', practitionerId(number)),
        organization: organizationOf(facilityCode),
        code: [concept('position', one.position, one.position)],
        specialty: [concept('service', service.code, service.name)],
        location: [siteOf(facilityCode)],
        healthcareService: [reference('HealthcareService', healthcareServiceId(one.departmentCode))],
      }),
    ];
  });

/** Who they are, where they live and which facility keeps their record. */
export const patientRecords = (scale: number, at: Instant): readonly Resource[] =>
  patients(scale).map((patient, index) =>
    resourceOf('Patient', patientId(patient.number), at, fieldsOf(patient, index)),
  );

const fieldsOf = (patient: Patient, index: number) => ({
  identifier: [identifier('patient', patient.number)],
  active: patient.isActive,
  name: [{ use: 'official', family: patient.familyName, given: [patient.givenName] }],
  telecom: [{ system: 'phone', value: `+1 555-01${String(index % 100).padStart(2, '0')}`, use: 'home' }],
  gender: patient.gender,
  birthDate: patient.birthDate,
  address: [{ use: 'home', line: [`${1 + (index % 180)} Orchard Way`], city: 'Fairmead', country: 'US' }],
  managingOrganization: organizationOf(patient.facilityCode),
});

/** Long before the first appointment. */
export const foundedAt = (today: string): Instant => instantOf(today) - 400 * 24 * 3_600_000;
