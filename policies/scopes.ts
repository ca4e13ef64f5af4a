/**
 * The closed list of scopes: what a token can be allowed to do, and what each one means to the person who grants it.
 * A scope that is not here opens nothing.
 */
export const SCOPES = Object.freeze({
  'finance:read': 'Read the books: accounts, journal entries, bills, invoices, payments, taxes and cost centers.',
  'hr:read': 'Read employees with their department, position, status and manager; not what they are paid.',
  'hr:compensation:read': 'Read what employees are paid. Of use together with hr:read.',
  'procurement:read': 'Read suppliers, requisitions, purchase orders with their lines, and supplier prices.',
  'inventory:read':
    'Read items, warehouses, stock levels and movements, lots, receipts, reorder rules and consumption.',
  'scheduling:read':
    'Read appointments, patients (administrative facts), practitioners, rooms, services, schedules and slots.',
  'billing:read':
    'Read payers, coverages, authorizations, charges, claims with the answers and payments to them, invoices and accounts of patients.',
  'governance:read':
    'Read who owns and who may see which field, what systems call the same thing, likely duplicates, and the quality of data.',
  'access:revoke':
    'Have tokens refused before they expire: one, or all of a person, an application or an issuer; and see which have been.',
});

export type Scope = keyof typeof SCOPES;

export const isScope = (value: string): value is Scope => Object.hasOwn(SCOPES, value);
