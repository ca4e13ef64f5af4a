import { SANDBOX_FACILITIES } from '../../facilities.ts';
import type { Instant } from '../../odoo/seed/calendar.ts';
import { memberOf } from '../../odoo/seed/random.ts';
import { type Department, DEPARTMENTS } from '../../story/departments.ts';
import { APPOINTED } from '../../story/people.ts';
import { ROOMS } from '../../story/visits.ts';
import type { Fields, Resource } from '../resource.ts';
import { hl7, identifier, lower, reference, resourceOf } from './elements.ts';

export const organizationId = (facilityCode: string): string => `org-${facilityCode}`;
export const siteId = (facilityCode: string): string => `loc-${facilityCode}`;
export const roomId = (departmentCode: string, room: number): string => `room-${lower(departmentCode)}-${room}`;

export const organizationOf = (facilityCode: string): Fields => reference('Organization', organizationId(facilityCode));
export const siteOf = (facilityCode: string): Fields => reference('Location', siteId(facilityCode));

/** Departments that have rooms for patients who come by appointment. */
export const APPOINTED_DEPARTMENTS: readonly (Department & { readonly facilityCode: string })[] = DEPARTMENTS.flatMap(
  (department) =>
    department.facilityCode !== null && APPOINTED.has(department.code)
      ? [{ ...department, facilityCode: department.facilityCode }]
      : [],
);

const CITIES = ['Aldermoor', 'Port Selwyn', 'Larkfield'];

/** Each facility as an organization and as a site. */
export const facilities = (at: Instant): readonly Resource[] =>
  SANDBOX_FACILITIES.flatMap(({ code, name }, index) => [
    resourceOf('Organization', organizationId(code), at, {
      identifier: [identifier('facility', code)],
      active: true,
      type: [hl7('organization-type', 'prov', 'Healthcare Provider')],
      name,
    }),
    resourceOf('Location', siteId(code), at, {
      identifier: [identifier('facility', code)],
      status: 'active',
      name,
      mode: 'instance',
      address: { line: [`${index + 1} Lamplighter Street`], city: memberOf(CITIES, index), country: 'US' },
      physicalType: hl7('location-physical-type', 'si', 'Site'),
      managingOrganization: organizationOf(code),
    }),
  ]);

export const rooms = (at: Instant): readonly Resource[] =>
  APPOINTED_DEPARTMENTS.flatMap(({ code, name, facilityCode }) =>
    Array.from({ length: ROOMS }, (_, index) =>
      resourceOf('Location', roomId(code, index + 1), at, {
        identifier: [identifier('room', `${code}-${index + 1}`)],
        status: 'active',
        name: `${name}, room ${index + 1}`,
        mode: 'instance',
        physicalType: hl7('location-physical-type', 'ro', 'Room'),
        managingOrganization: organizationOf(facilityCode),
        partOf: siteOf(facilityCode),
      }),
    ),
  );
