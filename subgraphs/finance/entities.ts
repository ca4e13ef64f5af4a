import { allOf } from '../../platform/odoo/domain.ts';
import { embedded, entity, type Name } from '../../platform/odoo/entity.ts';
import {
  choiceFilter,
  dateFilter,
  decimalFilter,
  facilityFilter,
  flagFilter,
  idFilter,
  instantFilter,
  textFilter,
} from '../../platform/odoo/filters.ts';
import {
  choice,
  derived,
  facility,
  members,
  money,
  nameOf,
  number,
  plain,
  price,
  quantity,
  readingFacility,
  reference,
  toReference,
} from '../../platform/odoo/mappings.ts';
import type { FieldMapping } from '../../platform/odoo/entity.ts';
import { ofPartner } from '../../platform/odoo/party.ts';
import type { Many2one } from '../../platform/odoo/types.ts';
import { plainDecimal } from '../../platform/odoo/values.ts';

const ACCOUNT_KINDS = {
  asset: 'ASSET',
  liability: 'LIABILITY',
  equity: 'EQUITY',
  income: 'INCOME',
  expense: 'EXPENSE',
  off: 'OFF_BALANCE',
  off_balance: 'OFF_BALANCE',
} as const;

export const account = entity({
  type: 'Account',
  model: 'account.account',
  visibility: 'per-facility',
  // Until 17 an account belonged to one company; since, companies share it, each with a code of its own.
  company: ['company_ids', 'company_id'],
  fields: {
    code: plain('code'),
    name: plain('name'),
    kind: choice('internal_group', ACCOUNT_KINDS),
    facility: readingFacility(),
  },
  filters: { id: idFilter('Account'), code: textFilter('code'), name: textFilter('name') },
  orders: { CODE: 'code' },
  defaultOrder: { field: 'code', direction: 'ASC' },
});

/** An account as the company of the row keeps it. */
const accountOf = (name: Name = 'account_id'): FieldMapping =>
  derived([name, 'company_id'], ([of, company]) =>
    of === null || company === null
      ? null
      : toReference('Account', `${(of as Many2one).id}.${(company as Many2one).id}`),
  );

const JOURNAL_KINDS = {
  sale: 'SALES',
  purchase: 'PURCHASES',
  cash: 'CASH',
  bank: 'BANK',
  credit: 'CREDIT_CARD',
  general: 'GENERAL',
} as const;

export const journal = entity({
  type: 'Journal',
  model: 'account.journal',
  visibility: 'facility',
  fields: { code: plain('code'), name: plain('name'), kind: choice('type', JOURNAL_KINDS), facility: facility() },
  filters: {
    id: idFilter('Journal'),
    facility: facilityFilter(),
    code: textFilter('code'),
    kind: choiceFilter('type', JOURNAL_KINDS),
  },
});

const POSTING = { draft: 'DRAFT', posted: 'POSTED', cancel: 'CANCELLED' } as const;

/** Documents get their number when they are posted; until then some versions show a slash. */
const documentNumber = derived(['name'], ([name]) => (name === '/' ? null : name));

const entryFields = {
  number: documentNumber,
  date: plain('date'),
  state: choice('state', POSTING),
  reference: plain('ref'),
  journal: reference('Journal', 'journal_id'),
  facility: facility(),
  lines: members('line_ids'),
} as const;

export const journalEntry = entity({
  type: 'JournalEntry',
  model: 'account.move',
  visibility: 'facility',
  fields: entryFields,
  filters: {
    id: idFilter('JournalEntry'),
    facility: facilityFilter(),
    number: textFilter('name'),
    reference: textFilter('ref'),
    date: dateFilter('date'),
    state: choiceFilter('state', POSTING),
    journal: idFilter('Journal', 'journal_id'),
    account: idFilter('Account', 'line_ids.account_id'),
  },
  orders: { DATE: 'date' },
  defaultOrder: { field: 'date', direction: 'DESC' },
});

/** `{"12,30": 60}`: the centers of one share, one per plan, joined by commas; before 16 a single center. */
const toShares = (distribution: unknown) => {
  if (distribution === null) return [];
  const single = (distribution as Partial<Many2one>).id;
  const parts = typeof single === 'number' ? { [single]: 100 } : (distribution as Readonly<Record<string, number>>);
  return Object.entries(parts).flatMap(([centers, percent]) =>
    centers.split(',').map((id) => ({ costCenter: toReference('CostCenter', id), percent: plainDecimal(percent, 6) })),
  );
};

export const journalLine = entity({
  type: 'JournalLine',
  model: 'account.move.line',
  visibility: 'facility',
  // Headings and notes on a document have no account.
  where: { needs: ['account_id'], bind: ([on]) => [[on ?? '', '!=', false]] },
  fields: {
    label: plain('name'),
    account: accountOf(),
    debit: money('debit', 'company_currency_id'),
    credit: money('credit', 'company_currency_id'),
    dueDate: plain('date_maturity'),
    item: reference('Item', 'product_id'),
    costCenters: derived([['analytic_distribution', 'analytic_account_id']], ([distribution]) =>
      toShares(distribution),
    ),
  },
  relations: ['move_id', 'date'],
});

/** What is open with a partner. A supplier sees the sum of its own, and not the lines. */
export const openItem = entity({
  type: 'OpenItem',
  model: 'account.move.line',
  visibility: 'facility',
  party: { supplier: ofPartner('partner_id') },
  fields: {},
  relations: ['parent_state', 'reconciled', ['account_type', 'account_internal_type'], 'partner_id', 'amount_residual'],
});

export const billLine = entity({
  type: 'BillLine',
  model: 'account.move.line',
  visibility: 'facility',
  party: { supplier: ofPartner('move_id.partner_id') },
  where: {
    needs: ['display_type'],
    bind: ([kind]) => [[kind ?? '', 'not in', ['line_section', 'line_subsection', 'line_note']]],
  },
  fields: {
    description: plain('name'),
    item: reference('Item', 'product_id'),
    quantity: quantity('quantity', 'product_uom_id'),
    unitPrice: price('price_unit'),
    untaxed: money('price_subtotal'),
    total: money('price_total'),
    account: accountOf(),
  },
});

const SETTLEMENT = {
  not_paid: 'NOT_PAID',
  partial: 'PARTIAL',
  in_payment: 'IN_PAYMENT',
  paid: 'PAID',
  reversed: 'REVERSED',
  blocked: 'BLOCKED',
} as const;
const BILL_KINDS = { in_invoice: 'BILL', in_refund: 'CREDIT_NOTE', in_receipt: 'RECEIPT' } as const;
const INVOICE_KINDS = { out_invoice: 'INVOICE', out_refund: 'CREDIT_NOTE', out_receipt: 'RECEIPT' } as const;

/** What bills and invoices have in common. Each is its own journal entry. */
const documentFields = {
  number: documentNumber,
  state: choice('state', POSTING),
  settlement: choice('payment_state', SETTLEMENT),
  reference: plain('ref'),
  origin: plain('invoice_origin'),
  dueDate: plain('invoice_date_due'),
  postingDate: plain('date'),
  untaxed: money('amount_untaxed'),
  tax: money('amount_tax'),
  total: money('amount_total'),
  due: money('amount_residual'),
  facility: facility(),
  lines: members('invoice_line_ids'),
  journalEntry: derived(['id'], ([id]) => toReference('JournalEntry', id as number)),
  ...embedded('journalEntry', entryFields),
} as const;

const documentFilters = {
  facility: facilityFilter(),
  number: textFilter('name'),
  reference: textFilter('ref'),
  state: choiceFilter('state', POSTING),
  settlement: choiceFilter('payment_state', SETTLEMENT),
  dueDate: dateFilter('invoice_date_due'),
  total: decimalFilter('amount_total'),
} as const;

export const vendorBill = entity({
  type: 'VendorBill',
  model: 'account.move',
  visibility: 'facility',
  party: { supplier: ofPartner('partner_id') },
  where: { needs: ['move_type'], bind: ([kind]) => [[kind ?? '', 'in', Object.keys(BILL_KINDS)]] },
  fields: {
    ...documentFields,
    kind: choice('move_type', BILL_KINDS),
    supplier: reference('Supplier', 'partner_id'),
    billDate: plain('invoice_date'),
  },
  filters: {
    ...documentFilters,
    id: idFilter('VendorBill'),
    supplier: idFilter('Supplier', 'partner_id'),
    order: idFilter('PurchaseOrder', 'invoice_line_ids.purchase_line_id.order_id'),
    kind: choiceFilter('move_type', BILL_KINDS),
    billDate: dateFilter('invoice_date'),
  },
  orders: { BILL_DATE: 'invoice_date', DUE_DATE: 'invoice_date_due', TOTAL: 'amount_total' },
  defaultOrder: { field: 'invoice_date', direction: 'DESC' },
});

export const customerInvoice = entity({
  type: 'CustomerInvoice',
  model: 'account.move',
  visibility: 'facility',
  where: { needs: ['move_type'], bind: ([kind]) => [[kind ?? '', 'in', Object.keys(INVOICE_KINDS)]] },
  fields: {
    ...documentFields,
    kind: choice('move_type', INVOICE_KINDS),
    customer: nameOf('partner_id'),
    invoiceDate: plain('invoice_date'),
  },
  filters: {
    ...documentFilters,
    id: idFilter('CustomerInvoice'),
    kind: choiceFilter('move_type', INVOICE_KINDS),
    invoiceDate: dateFilter('invoice_date'),
  },
  orders: { INVOICE_DATE: 'invoice_date', DUE_DATE: 'invoice_date_due', TOTAL: 'amount_total' },
  defaultOrder: { field: 'invoice_date', direction: 'DESC' },
  relations: ['partner_id'],
});

/** Whom the group invoices, by which payers are known here; archived ones too: a domain that names the flag hides nothing. */
export const customerIdentity = entity({
  type: 'Customer',
  model: 'res.partner',
  visibility: 'shared',
  where: {
    needs: ['customer_rank', 'active'],
    bind: ([rank, active]) => allOf([[rank ?? '', '>', 0]], [[active ?? '', 'in', [true, false]]]),
  },
  fields: { code: plain('ref'), active: plain('active'), facility: facility() },
  filters: { changedAt: instantFilter('write_date') },
});

/** Invoices and credit notes, and what they reverse. */
export const customerDocument = entity({
  type: 'CustomerInvoice',
  model: 'account.move',
  visibility: 'facility',
  where: customerInvoice.where,
  fields: {},
  relations: ['ref', 'date', 'reversed_entry_id', 'line_ids'],
});

/** Which debit settles which credit. */
export const matching = entity({
  type: 'Matching',
  model: 'account.partial.reconcile',
  visibility: 'facility',
  fields: {},
  relations: ['debit_move_id', 'credit_move_id'],
});

const DIRECTIONS = { outbound: 'OUTBOUND', inbound: 'INBOUND' } as const;
const PAYMENT_STATES = {
  draft: 'DRAFT',
  in_process: 'IN_PROCESS',
  // Until 17 a payment was posted like any entry, and what the bank says stood elsewhere.
  posted: 'IN_PROCESS',
  paid: 'PAID',
  canceled: 'CANCELLED',
  cancel: 'CANCELLED',
  rejected: 'REJECTED',
} as const;

export const payment = entity({
  type: 'Payment',
  model: 'account.payment',
  visibility: 'facility',
  party: {
    // What is paid to it as a supplier: it may be a customer too.
    supplier: {
      needs: [...ofPartner('partner_id').needs, 'partner_type'],
      bind:
        ([partner = '', kind]) =>
        (id) =>
          allOf(ofPartner().bind([partner])(id), [[kind ?? '', '=', 'supplier']]),
    },
  },
  fields: {
    number: documentNumber,
    date: plain('date'),
    amount: money('amount'),
    direction: choice('payment_type', DIRECTIONS),
    state: choice('state', PAYMENT_STATES),
    memo: plain(['memo', 'ref']),
    journal: reference('Journal', 'journal_id'),
    supplier: derived(['partner_id', 'partner_type'], ([partner, kind]) =>
      partner === null || kind !== 'supplier' ? null : toReference('Supplier', (partner as Many2one).id),
    ),
    facility: facility(),
    bills: members('reconciled_bill_ids'),
  },
  filters: {
    id: idFilter('Payment'),
    facility: facilityFilter(),
    number: textFilter('name'),
    memo: textFilter(['memo', 'ref']),
    date: dateFilter('date'),
    direction: choiceFilter('payment_type', DIRECTIONS),
    state: choiceFilter('state', PAYMENT_STATES),
    amount: decimalFilter('amount'),
  },
  orders: { DATE: 'date', AMOUNT: 'amount' },
  defaultOrder: { field: 'date', direction: 'DESC' },
});

/** Until 15 plans were groups, and meant nothing to the lines. */
export const PLAN = ['root_plan_id', 'plan_id', 'group_id'] as const;

export const costCenter = entity({
  type: 'CostCenter',
  model: 'account.analytic.account',
  visibility: 'shared',
  fields: { code: plain('code'), name: plain('name'), active: plain('active'), facility: facility() },
  filters: {
    id: idFilter('CostCenter'),
    code: textFilter('code'),
    name: textFilter('name'),
    active: flagFilter('active'),
  },
  orders: { CODE: 'code', NAME: 'name' },
  defaultOrder: { field: 'code', direction: 'ASC' },
  relations: [PLAN],
});

/** What posted entries put on cost centers as a cost. What others put there, such as hours worked, is not in the books. */
export const analyticLine = entity({
  type: 'AnalyticLine',
  model: 'account.analytic.line',
  visibility: 'facility',
  where: {
    needs: [['move_line_id', 'move_id'], 'general_account_id.internal_group'],
    bind: ([from, kind]) => allOf([[from ?? '', '!=', false]], [[kind ?? '', '=', 'expense']]),
  },
  fields: {},
  relations: ['account_id', 'date', 'amount'],
});

const TAX_KINDS = { percent: 'PERCENT', fixed: 'FIXED', division: 'DIVISION', group: 'GROUP' } as const;
const TAX_USES = { sale: 'SALES', purchase: 'PURCHASES', none: 'NONE' } as const;

export const tax = entity({
  type: 'Tax',
  model: 'account.tax',
  visibility: 'facility',
  fields: {
    name: plain('name'),
    rate: number('amount', 4),
    kind: choice('amount_type', TAX_KINDS),
    use: choice('type_tax_use', TAX_USES),
    active: plain('active'),
    facility: facility(),
  },
  filters: { id: idFilter('Tax'), facility: facilityFilter(), use: choiceFilter('type_tax_use', TAX_USES) },
});

/** Orders belong to procurement; here are only the bills that came for one, and what is not yet billed of its lines. */
export const orderBills = entity({
  type: 'PurchaseOrder',
  model: 'purchase.order',
  visibility: 'facility',
  party: { supplier: ofPartner('partner_id') },
  fields: { bills: members('invoice_ids') },
});

export const orderedLine = entity({
  type: 'PurchaseOrderLine',
  model: 'purchase.order.line',
  visibility: 'facility',
  party: { supplier: ofPartner('order_id.partner_id') },
  where: {
    needs: ['display_type', 'order_id.state'],
    bind: ([kind, state]) => allOf([[kind ?? '', '=', false]], [[state ?? '', 'in', ['purchase', 'done']]]),
  },
  fields: {
    ordered: plain('product_qty'),
    billed: plain('qty_invoiced'),
    untaxed: plain('price_subtotal'),
    currency: plain('currency_id'),
  },
  relations: ['order_id'],
});
