import type { PageArgs } from '../../platform/connection.ts';
import { unfold } from '../../platform/odoo/entity.ts';
import type { ListArgs } from '../../platform/odoo/session.ts';
import { connectionSelection, selection } from '../../platform/selection.ts';
import type { References, Resolver, Resolvers } from '../define-subgraph.ts';
import { recordResolvers } from '../records.ts';
import type { Finance } from './connector.ts';
import type { Period } from './spend.ts';

interface ById {
  readonly id: string;
}
interface ByNumber {
  readonly number: string | null;
}

const { one, many, linked, members, referenced } = recordResolvers(({ finance }: Finance) => finance);

/** A bill is its own journal entry, so the entry was read with it. */
const ownEntry: Resolver<Finance> = (bill: { readonly journalEntry: ById }) => ({
  ...unfold(bill, 'journalEntry'),
  ...bill.journalEntry,
});

export const resolvers = {
  Query: {
    facilities: (_: never, __: never, { finance }) => finance.facilities(),
    facility: (_: never, { id }: ById, { finance }) => finance.facility(id),
    legalEntities: (_: never, __: never, { finance }) => finance.legalEntities(),
    legalEntity: (_: never, { id }: ById, { finance }) => finance.legalEntity(id),
    currencies: (_: never, __: never, { finance }) => finance.currencies(),
    account: one('Account'),
    accounts: (_: never, { facility, ...args }: ListArgs & { facility: string }, { finance }, info) =>
      finance.accounts(facility, args, connectionSelection(info, 'Account')),
    journal: one('Journal'),
    journals: many('Journal'),
    journalEntry: one('JournalEntry'),
    journalEntries: many('JournalEntry'),
    vendorBill: one('VendorBill'),
    vendorBills: many('VendorBill'),
    customerInvoice: one('CustomerInvoice'),
    customerInvoices: many('CustomerInvoice'),
    payment: one('Payment'),
    payments: many('Payment'),
    costCenter: one('CostCenter'),
    costCenters: many('CostCenter'),
    tax: one('Tax'),
    taxes: many('Tax'),
  },
  JournalEntry: { journal: linked('Journal', 'journal'), lines: members('JournalLine', 'lines') },
  JournalLine: { account: linked('Account', 'account') },
  CostCenter: {
    spend: (center: { readonly id?: string | null; readonly code?: string | null }, period: Period, { finance }) =>
      finance.spend(center, period),
  },
  Department: {
    spend: ({ costCenterCode }: { readonly costCenterCode: string | null }, period: Period, { finance }) =>
      finance.spend({ code: costCenterCode }, period),
  },
  Claim: {
    ledgerEntries: ({ number }: ByNumber, args: PageArgs, { finance }, info) =>
      finance.entriesOfClaim(number, args, connectionSelection(info, 'JournalEntry')),
    invoices: ({ number }: ByNumber, args: PageArgs, { finance }, info) =>
      finance.invoicesOfClaim(number, args, connectionSelection(info, 'CustomerInvoice')),
  },
  CostCenterShare: { costCenter: linked('CostCenter', 'costCenter') },
  VendorBill: { lines: members('BillLine', 'lines'), journalEntry: ownEntry },
  CustomerInvoice: { lines: members('BillLine', 'lines'), journalEntry: ownEntry },
  BillLine: { account: linked('Account', 'account') },
  Payment: { journal: linked('Journal', 'journal'), bills: members('VendorBill', 'bills') },
  PurchaseOrder: {
    bills: (order: ById, args: PageArgs, { finance }, info) =>
      finance.billsOfOrder(order.id, args, connectionSelection(info, 'VendorBill')),
    commitment: (order: ById, _: never, { finance }) => finance.commitment(order.id),
  },
  Payer: {
    customerInvoices: (payer: { readonly ledgerPartner?: unknown }, args: PageArgs, { finance }, info) =>
      finance.invoicesOfPartner(payer.ledgerPartner, args, connectionSelection(info, 'CustomerInvoice')),
  },
  Supplier: { payable: (supplier: ById, _: never, { finance }) => finance.payable(supplier.id) },
} satisfies Resolvers<Finance>;

/** How each entity is found again from its key. */
export const references = {
  Facility: ({ id }, { finance }) => finance.facility(id),
  LegalEntity: ({ id }, { finance }) => finance.legalEntity(id),
  Currency: ({ code }, { finance }) => finance.currency(code),
  Account: referenced('Account'),
  Journal: referenced('Journal'),
  JournalEntry: referenced('JournalEntry'),
  JournalLine: referenced('JournalLine'),
  VendorBill: referenced('VendorBill'),
  BillLine: referenced('BillLine'),
  CustomerInvoice: referenced('CustomerInvoice'),
  Payment: referenced('Payment'),
  CostCenter: ({ id, code }, { finance }, info) => {
    const fields = selection(info, 'CostCenter');
    return id === undefined ? finance.costCenter(code, fields) : finance.find('CostCenter', id, fields);
  },
  Tax: referenced('Tax'),
  Department: ({ code, costCenterCode }) => ({ __typename: 'Department', code, costCenterCode }),
  Claim: ({ number }) => ({ __typename: 'Claim', number }),
  PurchaseOrder: ({ id }) => ({ __typename: 'PurchaseOrder', id }),
  Payer: ({ id, ledgerPartner }) => ({ __typename: 'Payer', id, ledgerPartner }),
  Supplier: ({ id }) => ({ __typename: 'Supplier', id }),
} satisfies References<Finance>;
