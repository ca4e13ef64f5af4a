import type { PageArgs } from '../../platform/connection.ts';
import type { ListArgs } from '../../platform/scim/session.ts';
import { connectionSelection, selection } from '../../platform/selection.ts';
import type { References, Resolver, Resolvers } from '../define-subgraph.ts';
import type { Hr } from './connector.ts';

interface ById {
  readonly id: string;
}
/** Fields of a record that hold what others are found by, as the connector hands them out. */
interface Links {
  readonly self: string;
  readonly position?: string | null;
  readonly department?: string | null;
  readonly manager?: string | null;
  readonly head?: string | null;
  readonly employees?: string | null;
  readonly costCenter?: string | null;
}

/** The cost center belongs to finance; its code is all we know of it. */
const costCenter: Resolver<Hr> = ({ costCenter: code }: Links) =>
  typeof code === 'string' ? { __typename: 'CostCenter', code } : null;

export const resolvers = {
  Query: {
    employee: (_: never, { id }: ById, { hr }, info) => hr.employee(id, selection(info, 'Employee')),
    employees: (_: never, args: ListArgs, { hr }, info) => hr.employees(args, connectionSelection(info, 'Employee')),
    department: (_: never, { id }: ById, { hr }, info) => hr.department(id, selection(info, 'Department')),
    departments: (_: never, args: ListArgs, { hr }, info) =>
      hr.departments(args, connectionSelection(info, 'Department')),
  },
  Employee: {
    position: ({ position }: Links) => (typeof position === 'string' ? { title: position } : null),
    department: ({ department }: Links, _: never, { hr }, info) =>
      hr.departmentByCode(department, selection(info, 'Department')),
    manager: ({ manager }: Links, _: never, { hr }, info) => hr.employeeBySelf(manager, selection(info, 'Employee')),
    reports: ({ self }: Links, args: PageArgs, { hr }, info) =>
      hr.reportsTo(self, args, connectionSelection(info, 'Employee')),
    costCenter,
  },
  Position: {
    employees: ({ title }: { readonly title: string }, args: PageArgs, { hr }, info) =>
      hr.inPosition(title, args, connectionSelection(info, 'Employee')),
  },
  Department: {
    head: ({ head }: Links, _: never, { hr }, info) => hr.employeeBySelf(head, selection(info, 'Employee')),
    employees: ({ employees: code }: Links, args: PageArgs, { hr }, info) =>
      hr.inDepartment(code, args, connectionSelection(info, 'Employee')),
    costCenter,
  },
  Practitioner: {
    employee: ({ number }: { readonly number: string }, _: never, { hr }, info) =>
      hr.employeeOfPractitioner(number, selection(info, 'Employee')),
  },
  PurchaseOrder: {
    buyer: ({ buyerUserName }: { readonly buyerUserName: string | null }, _: never, { hr }, info) =>
      hr.employeeByUserName(buyerUserName, selection(info, 'Employee')),
  },
  CostCenter: {
    employees: ({ code }: { readonly code: string }, args: PageArgs, { hr }, info) =>
      hr.onCostCenter(code, args, connectionSelection(info, 'Employee')),
    departments: ({ code }: { readonly code: string }, args: PageArgs, { hr }, info) =>
      hr.departmentsOnCostCenter(code, args, connectionSelection(info, 'Department')),
  },
  Facility: {
    employees: ({ id }: ById, args: PageArgs, { hr }, info) =>
      hr.atFacility(id, args, connectionSelection(info, 'Employee')),
  },
} satisfies Resolvers<Hr>;

/** How each entity is found again from its key. */
export const references = {
  Employee: ({ id, number }, { hr }, info) => {
    const fields = selection(info, 'Employee');
    return id === undefined ? hr.employeeByNumber(number, fields) : hr.employee(id, fields);
  },
  Department: ({ id, code }, { hr }, info) => {
    const fields = selection(info, 'Department');
    return id === undefined ? hr.departmentByCode(code, fields) : hr.department(id, fields);
  },
  Practitioner: ({ number }) => ({ __typename: 'Practitioner', number }),
  PurchaseOrder: ({ id, buyerUserName }) => ({ __typename: 'PurchaseOrder', id, buyerUserName }),
  CostCenter: ({ code }) => ({ __typename: 'CostCenter', code }),
  Facility: ({ id }, { hr }) => hr.facility(id),
} satisfies References<Hr>;
