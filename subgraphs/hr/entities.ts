import { entity } from '../../platform/scim/entity.ts';
import { choiceFilter, dayFilter, idFilter, textFilter } from '../../platform/scim/filters.ts';
import {
  choice,
  day,
  decimal,
  derived,
  facility,
  optional,
  text,
  toDecimal,
  type Vocabulary,
} from '../../platform/scim/mappings.ts';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const WORKFORCE = 'urn:caregraph:params:scim:schemas:workforce:2.0:User';
const GROUP = 'urn:caregraph:params:scim:schemas:workforce:2.0:Group';

/** Of departments: the code of the cost center that carries them. */
export const CARRIED_BY = `${GROUP}:costCenterCode`;

/** By what employees and departments refer to each other, and others to them. */
export const PATHS = {
  self: 'id',
  number: `${ENTERPRISE}:employeeNumber`,
  manager: `${ENTERPRISE}:manager.value`,
  department: `${ENTERPRISE}:department`,
  costCenter: `${ENTERPRISE}:costCenter`,
  userName: 'userName',
  position: `${WORKFORCE}:position`,
  practitioner: `${WORKFORCE}:practitionerNumber`,
} as const;

/** Who is paid, who is away, who has gone: HR's words for it, which are not those of a ledger or a rota. */
export const EMPLOYMENT_STATUS: Vocabulary = {
  name: 'scim.employmentStatus',
  version: 1,
  words: {
    active: 'ACTIVE',
    employed: 'ACTIVE',
    'on-leave': 'ON_LEAVE',
    leave: 'ON_LEAVE',
    suspended: 'ON_LEAVE',
    terminated: 'TERMINATED',
    retired: 'TERMINATED',
    pending: 'PENDING',
    hired: 'PENDING',
  },
};

const PAY_PERIOD: Vocabulary = {
  name: 'scim.payPeriod',
  version: 1,
  words: {
    hour: 'HOUR',
    hourly: 'HOUR',
    month: 'MONTH',
    monthly: 'MONTH',
    year: 'YEAR',
    yearly: 'YEAR',
    annual: 'YEAR',
  },
};

const payPeriod = choice(`${WORKFORCE}:compensation.per`, PAY_PERIOD);

export const employee = entity({
  type: 'Employee',
  resource: 'User',
  key: PATHS.number,
  facility: `${WORKFORCE}:facilityCode`,
  fields: {
    number: text(PATHS.number),
    userName: text(PATHS.userName),
    name: derived(
      ['displayName', 'name.formatted', 'name.givenName', 'name.familyName'],
      ([display, formatted, given, family]) =>
        display ?? formatted ?? ([given, family].filter((part) => typeof part === 'string').join(' ') || null),
    ),
    position: text(PATHS.position),
    employmentStatus: choice(`${WORKFORCE}:employmentStatus`, EMPLOYMENT_STATUS),
    fte: optional(decimal(`${WORKFORCE}:fte`)),
    hireDate: optional(day(`${WORKFORCE}:hireDate`)),
    facility: facility(`${WORKFORCE}:facilityCode`),
    department: text(PATHS.department),
    manager: text(PATHS.manager),
    costCenter: text(PATHS.costCenter),
    costCenterCode: text(PATHS.costCenter),
    practitionerNumber: text(PATHS.practitioner),
    compensation: optional({
      ...derived(
        [`${WORKFORCE}:compensation.amount`, `${WORKFORCE}:compensation.currency`, ...payPeriod.needs],
        ([amount, currency, per], env, field) => {
          const exact = amount === null ? null : toDecimal(amount);
          if (exact === null || typeof currency !== 'string') return null;
          return { amount: { amount: exact, currency }, per: payPeriod.read([per], env, `${field}.per`) };
        },
      ),
      mapping: { ...PAY_PERIOD, part: 'per' },
    }),
  },
  filters: {
    id: idFilter('Employee', PATHS.number),
    number: textFilter(PATHS.number),
    name: textFilter('displayName'),
    facility: idFilter('Facility', `${WORKFORCE}:facilityCode`),
    department: idFilter('Department', PATHS.department),
    position: textFilter(PATHS.position),
    employmentStatus: choiceFilter(`${WORKFORCE}:employmentStatus`, EMPLOYMENT_STATUS),
    hireDate: { ...dayFilter(`${WORKFORCE}:hireDate`), optional: true },
    practitionerNumber: textFilter(PATHS.practitioner),
    costCenterCode: textFilter(PATHS.costCenter),
  },
  relations: Object.values(PATHS),
});

/** By which employees are told apart, and known to others. */
export const employeeIdentity = entity({
  type: 'Employee',
  resource: 'User',
  key: PATHS.number,
  facility: `${WORKFORCE}:facilityCode`,
  fields: {
    number: employee.fields.number,
    name: employee.fields.name,
    practitionerNumber: employee.fields.practitionerNumber,
    email: optional(text('emails.value')),
    phone: optional(text('phoneNumbers.value')),
    facility: employee.fields.facility,
  },
});

/** A department is a group with a code; employees name that code (ADR 18). */
export const department = entity({
  type: 'Department',
  resource: 'Group',
  key: `${GROUP}:code`,
  facility: `${GROUP}:facilityCode`,
  fields: {
    code: text(`${GROUP}:code`),
    name: text('displayName'),
    facility: facility(`${GROUP}:facilityCode`),
    costCenter: text(CARRIED_BY),
    costCenterCode: text(CARRIED_BY),
    employees: text(`${GROUP}:code`),
    head: optional(text(`${GROUP}:head.value`)),
  },
  filters: {
    id: idFilter('Department', `${GROUP}:code`),
    code: textFilter(`${GROUP}:code`),
    name: textFilter('displayName'),
    facility: idFilter('Facility', `${GROUP}:facilityCode`),
  },
});
