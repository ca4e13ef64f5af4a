import type { PageArgs } from '../../platform/connection.ts';
import { decodeId, encodeId } from '../../platform/ids.ts';
import type { Currency, Facility } from '../../platform/odoo/directory.ts';
import { localId } from '../../platform/odoo/filters.ts';
import { toMoney } from '../../platform/odoo/mappings.ts';
import type { ListArgs, ListSelection } from '../../platform/odoo/session.ts';
import type { Connector } from '../define-subgraph.ts';
import type { Sessions } from '../owners.ts';
import { recordsOf } from '../records.ts';
import { claimBooks } from './claims.ts';
import { costCenterByCode } from './cost-centers.ts';
import { commitmentOf, payableLoader } from './balances.ts';
import {
  account,
  analyticLine,
  billLine,
  costCenter,
  customerDocument,
  customerIdentity,
  customerInvoice,
  journal,
  journalEntry,
  journalLine,
  matching,
  openItem,
  orderBills,
  orderedLine,
  payment,
  tax,
  vendorBill,
} from './entities.ts';
import { type Period, spendOf } from './spend.ts';

const ENTITIES = {
  Account: account,
  Journal: journal,
  JournalEntry: journalEntry,
  JournalLine: journalLine,
  VendorBill: vendorBill,
  BillLine: billLine,
  CustomerInvoice: customerInvoice,
  Payment: payment,
  CostCenter: costCenter,
  Tax: tax,
} as const;

const connectFinance = ({ odoo }: Pick<Sessions, 'odoo'>) => {
  const payables = payableLoader(odoo);
  const costCenters = costCenterByCode(odoo);
  const claims = claimBooks(odoo);
  const spend = spendOf(odoo);
  const booksOf = async (number: unknown) => (typeof number === 'string' && number !== '' ? claims.load(number) : null);
  const toLegalEntity = ({ record, company, currency }: Facility) => {
    const known = odoo.directory.currency(currency);
    const id = encodeId('LegalEntity', company);
    return { id, name: record.name, currency: known === undefined ? null : toCurrency(known), facility: record };
  };
  return {
    ...recordsOf(odoo, ENTITIES),

    facilities: () => odoo.facilities.map(({ record }) => record),
    facility: (id: unknown) => odoo.facility(id)?.record ?? null,
    legalEntities: () => odoo.facilities.map(toLegalEntity),
    legalEntity: (id: unknown) => odoo.facilities.map(toLegalEntity).find((entity) => entity.id === id) ?? null,
    currencies: () => odoo.directory.currencies.filter(({ active }) => active).map(toCurrency),
    currency: (code: unknown) => {
      const found = odoo.directory.currencies.find((currency) => currency.code === code);
      return found === undefined ? null : toCurrency(found);
    },

    accounts: (facilityId: unknown, args: ListArgs, selected: ListSelection) => {
      const facility = odoo.facility(facilityId);
      return facility === undefined ? null : odoo.list(account, args, selected, { facility });
    },

    costCenter: async (code: unknown, fields: ReadonlySet<string>) => {
      const id = typeof code === 'string' && code !== '' ? await costCenters.load(code) : null;
      return id === null ? null : odoo.follow(costCenter, { __typename: 'CostCenter', id, code }, fields);
    },

    /** What the cost center of a code carries, or, where it is known by id, that of the id. */
    spend: async ({ id, code }: { readonly id?: unknown; readonly code?: unknown }, period: Period) => {
      const known = id ?? (typeof code === 'string' && code !== '' ? await costCenters.load(code) : null);
      const center = localId(decodeId('CostCenter', known));
      return center === null ? null : spend(center, period);
    },

    entriesOfClaim: async (number: unknown, args: PageArgs, selected: ListSelection) => {
      const books = await booksOf(number);
      return books === null ? null : odoo.members(journalEntry, books.entries, args, selected);
    },
    invoicesOfClaim: async (number: unknown, args: PageArgs, selected: ListSelection) => {
      const books = await booksOf(number);
      return books === null ? null : odoo.members(customerInvoice, books.documents, args, selected);
    },

    /** Of a partner given by its own id, as cross-references have it; null where none is known. */
    invoicesOfPartner: async (partner: unknown, args: PageArgs, selected: ListSelection) => {
      const local = localId(typeof partner === 'string' ? partner : null);
      return local === null ? null : odoo.children(customerInvoice, 'partner_id', local, args, selected);
    },

    billsOfOrder: async (orderId: unknown, args: PageArgs, selected: ListSelection) => {
      const order = await odoo.find(orderBills, orderId, new Set(['bills']));
      return order === null ? null : odoo.members(vendorBill, order['bills'], args, selected);
    },
    commitment: async (orderId: unknown) => {
      const order = localId(decodeId('PurchaseOrder', orderId));
      if (order === null) return null;
      const fields = new Set(['ordered', 'billed', 'untaxed', 'currency']);
      return commitmentOf(await odoo.childRecords(orderedLine, 'order_id', order, fields), odoo);
    },
    payable: async (supplierId: unknown) => {
      const supplier = localId(decodeId('Supplier', supplierId));
      if (supplier === null) return null;
      const owed = await payables.load(supplier);
      return odoo.facilities.map(({ record, company, currency }) => ({
        facility: record,
        amount: toMoney(owed.get(company)?.toNumber() ?? 0, { id: currency }, odoo),
      }));
    },
  };
};

export type Finance = { readonly finance: ReturnType<typeof connectFinance> };

export const connector: Connector<Finance> = {
  owners: ['odoo'],
  odoo: [
    ...Object.values(ENTITIES),
    analyticLine,
    customerDocument,
    customerIdentity,
    matching,
    openItem,
    orderBills,
    orderedLine,
  ],
  identities: [
    {
      type: 'Payer',
      system: 'odoo',
      kind: 'partner',
      entity: customerIdentity,
      number: 'code',
      linkField: 'Payer.code',
    },
  ],
  connect: (sessions) => ({ finance: connectFinance(sessions) }),
};

const toCurrency = ({ code, digits }: Currency) => ({ code, digits });
