import { createHash } from 'node:crypto';
import { type Department, DEPARTMENTS } from '../story/departments.ts';
import { type Employee, employees } from '../story/people.ts';
import type { Resource } from './filter.ts';
import { CORE_GROUP, CORE_USER, DEPARTMENT, ENTERPRISE, type TypeName, WORKFORCE } from './schemas.ts';

/** What a server begins with. */
export interface ScimSeed {
  readonly users: readonly Resource[];
  readonly groups: readonly Resource[];
  /** Tells one seed from another. */
  readonly fingerprint: string;
}

/** The employees and departments of the invented group; `scale` multiplies the employees. */
export const workforce = ({ scale = 1 }: { readonly scale?: number } = {}): ScimSeed =>
  seedOf(DEPARTMENTS, multiplied(employees(), scale));

/** Departments as groups, and employees as users that are their members. */
export const seedOf = (departments: readonly Department[], people: readonly Employee[]): ScimSeed => {
  const carriers = new Map(departments.map(({ code, costCenterCode }) => [code, costCenterCode]));
  const users = people.map((one) => toUser(one, carriers.get(one.departmentCode)));
  const members = byDepartment(people);
  const groups = departments.map((department) => toGroup(department, members.get(department.code) ?? []));
  const fingerprint = createHash('sha256')
    .update(JSON.stringify([users, groups]))
    .digest('hex')
    .slice(0, 16);
  return { users, groups, fingerprint };
};

const byDepartment = (people: readonly Employee[]): Map<string, Employee[]> => {
  const groups = new Map<string, Employee[]>();
  for (const one of people) {
    const members = groups.get(one.departmentCode);
    if (members === undefined) groups.set(one.departmentCode, [one]);
    else members.push(one);
  }
  return groups;
};

/** Further hospitals' worth of staff, each under the same heads as the first. Practitioners are not multiplied. */
const multiplied = (people: readonly Employee[], scale: number): readonly Employee[] =>
  Array.from({ length: scale }, (_, copy) =>
    copy === 0 ? people : people.map((one) => copyOf(one, copy, people.length)),
  ).flat();

const copyOf = (one: Employee, copy: number, size: number): Employee => ({
  ...one,
  number: `E-${String(Number(one.number.slice(2)) + copy * size).padStart(4, '0')}`,
  userName: `${one.userName}.${copy}`,
  managerNumber: one.managerNumber ?? one.number,
  practitionerNumber: null,
});

/** Made from the number, so that the same employee has the same id in every sandbox. */
const idOf = (kind: string, code: string): string => {
  const hash = createHash('sha256').update(`${kind} ${code}`).digest('hex');
  return [
    hash.slice(0, 8),
    hash.slice(8, 12),
    `4${hash.slice(13, 16)}`,
    `8${hash.slice(17, 20)}`,
    hash.slice(20, 32),
  ].join('-');
};

const userId = (number: string): string => idOf('user', number);

const SEEDED = '2026-11-01T00:00:00.000Z';

const metaOf = (resourceType: TypeName) => ({ resourceType, created: SEEDED, lastModified: SEEDED, version: 'W/"1"' });

const toUser = (one: Employee, costCenter: string | undefined): Resource => ({
  schemas: [CORE_USER, ENTERPRISE, WORKFORCE],
  id: userId(one.number),
  externalId: one.number,
  userName: one.userName,
  name: { givenName: one.givenName, familyName: one.familyName, formatted: `${one.givenName} ${one.familyName}` },
  displayName: `${one.givenName} ${one.familyName}`,
  title: one.position,
  active: one.status !== 'terminated',
  emails: [{ value: `${one.userName}@example.test`, type: 'work', primary: true }],
  [ENTERPRISE]: {
    employeeNumber: one.number,
    costCenter,
    department: one.departmentCode,
    ...(one.managerNumber !== null && { manager: { value: userId(one.managerNumber) } }),
  },
  [WORKFORCE]: {
    hireDate: one.hireDate,
    employmentStatus: one.status,
    fte: String(one.fte),
    position: one.position,
    ...(one.facilityCode !== null && { facilityCode: one.facilityCode }),
    ...(one.practitionerNumber !== null && { practitionerNumber: one.practitionerNumber }),
    compensation: one.compensation,
  },
  meta: metaOf('User'),
});

const toGroup = (department: Department, members: readonly Employee[]): Resource => {
  const { code, name, costCenterCode, facilityCode } = department;
  const [head] = members;
  return {
    schemas: [CORE_GROUP, DEPARTMENT],
    id: idOf('group', code),
    displayName: name,
    members: members.map((one) => ({
      value: userId(one.number),
      type: 'User',
      display: `${one.givenName} ${one.familyName}`,
    })),
    [DEPARTMENT]: {
      code,
      costCenterCode,
      ...(facilityCode !== null && { facilityCode }),
      ...(head !== undefined && { head: { value: userId(head.number) } }),
    },
    meta: metaOf('Group'),
  };
};
