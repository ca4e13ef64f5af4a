import type { PageArgs } from '../../platform/connection.ts';
import { decodeId } from '../../platform/ids.ts';
import type { ListArgs, ListSelection } from '../../platform/scim/session.ts';
import type { Connector } from '../define-subgraph.ts';
import type { Sessions } from '../owners.ts';
import { CARRIED_BY, department, employee, employeeIdentity, PATHS } from './entities.ts';

type Fields = ReadonlySet<string>;

const connectHr = ({ hr }: Pick<Sessions, 'hr'>) => {
  const facilityOf = async (id: unknown): Promise<string | null> => {
    const code = decodeId('Facility', id);
    return code !== null && (await hr.facilities()).includes(code) ? code : null;
  };
  /** Employees that have the value at one of the paths by which they refer to something. */
  const employeesBy = (path: keyof typeof PATHS) => (value: unknown, args: PageArgs, selected: ListSelection) =>
    hr.children(employee, PATHS[path], value, args, selected);

  return {
    employee: (id: unknown, fields: Fields) => hr.find(employee, id, fields),
    employees: (args: ListArgs, selected: ListSelection) => hr.list(employee, args, selected),
    department: (id: unknown, fields: Fields) => hr.find(department, id, fields),
    departments: (args: ListArgs, selected: ListSelection) => hr.list(department, args, selected),

    employeeByNumber: (number: unknown, fields: Fields) => hr.by(employee, PATHS.number, number, fields),
    employeeByUserName: (name: unknown, fields: Fields) => hr.by(employee, PATHS.userName, name, fields),
    employeeBySelf: (self: unknown, fields: Fields) => hr.by(employee, PATHS.self, self, fields),
    employeeOfPractitioner: (number: unknown, fields: Fields) => hr.by(employee, PATHS.practitioner, number, fields),
    departmentByCode: (code: unknown, fields: Fields) => hr.follow(department, code, 'code', fields),

    reportsTo: employeesBy('manager'),
    inDepartment: employeesBy('department'),
    inPosition: employeesBy('position'),
    onCostCenter: employeesBy('costCenter'),
    departmentsOnCostCenter: (code: unknown, args: PageArgs, selected: ListSelection) =>
      hr.children(department, CARRIED_BY, code, args, selected),

    facility: async (id: unknown) => {
      const code = await facilityOf(id);
      return code === null ? null : { __typename: 'Facility', id, code };
    },
    atFacility: async (id: unknown, args: ListArgs, selected: ListSelection) => {
      const code = await facilityOf(id);
      return code === null ? null : hr.listAt(employee, code, args, selected);
    },
  };
};

export type Hr = { readonly hr: ReturnType<typeof connectHr> };

export const connector: Connector<Hr> = {
  owners: ['hr'],
  hr: [department, employee, employeeIdentity],
  identities: [
    {
      type: 'Employee',
      system: 'hr',
      kind: 'user',
      entity: employeeIdentity,
      isHome: true,
      local: 'self',
      number: 'number',
      linkField: 'Employee.number',
      compared: { name: 'name', email: 'email', phone: 'phone' },
    },
    {
      type: 'Practitioner',
      system: 'hr',
      kind: 'employeeNumber',
      entity: employeeIdentity,
      number: 'number',
      peer: 'practitionerNumber',
      linkField: 'Employee.number',
      peerField: 'Employee.practitionerNumber',
    },
  ],
  connect: (sessions) => ({ hr: connectHr(sessions) }),
};
