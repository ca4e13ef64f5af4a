import type { Row } from '../seed.ts';
import { type AccountCode, CHART } from './accounts.ts';

/** One company of a seed. */
export interface BaseCompany {
  readonly name: string;
  /** Two or three capitals: the short name of its warehouse, `WH` → `WH/Stock`, `WH/IN/00001`. */
  readonly warehouseCode: string;
  readonly warehouseName?: string;
  /** Orders above this amount wait for a purchase manager; left out, none do. */
  readonly approvalLimit?: number;
}

/** The ids of everything a company is furnished with. */
export interface CompanyFurniture {
  readonly id: number;
  readonly name: string;
  readonly partnerId: number;
  readonly accounts: Readonly<Record<AccountCode, number>>;
  readonly journals: Readonly<Record<JournalKey, number>>;
  readonly taxes: Readonly<Record<'sale15' | 'purchase15' | 'exports0' | 'imports0', number>>;
  readonly warehouseId: number;
  readonly locations: Readonly<Record<LocationKey, number>>;
  readonly pickingTypes: Readonly<Record<'receipts' | 'deliveries' | 'internal', number>>;
  readonly paymentMethodLines: Readonly<Record<'inbound' | 'outbound', number>>;
}

export type JournalKey = 'sale' | 'purchase' | 'general' | 'exchange' | 'cashBasis' | 'bank' | 'valuation';
export type LocationKey = 'view' | 'stock' | 'input' | 'quality' | 'output' | 'packing' | 'inventory' | 'production';

/** Rows by model, to be filled. */
export type Tables = Record<string, Row[]>;

export const addRow = (tables: Tables, model: string, values: Omit<Row, 'id'> & { readonly id?: number }): number => {
  const rows = (tables[model] ??= []);
  const id = values.id ?? (rows.at(-1)?.id ?? 0) + 1;
  rows.push({ ...values, id });
  return id;
};

/** Locations every company shares, added before any company. */
export const SHARED_LOCATIONS = Object.freeze({ vendors: 1, customers: 2, transit: 3 });

/** Adds a company with its accounts, journals, taxes, warehouse, locations and operation types. */
export const furnish = (
  tables: Tables,
  company: BaseCompany,
  partnerId: number,
  currencyId: number,
): CompanyFurniture => {
  const id = (tables['res.company'] ?? []).length + 1;
  const accounts = addAccounts(tables, id);
  const journals = addJournals(tables, id, accounts);
  const taxes = addTaxes(tables, id);
  const stock = addWarehouse(tables, id, company, partnerId);
  addRow(tables, 'res.company', {
    name: company.name,
    partner_id: partnerId,
    currency_id: currencyId,
    sequence: id === 1 ? 0 : 10,
    account_purchase_tax_id: taxes.purchase15,
    account_sale_tax_id: taxes.sale15,
    transfer_account_id: accounts['101701'],
    internal_transit_location_id: stock.transit,
    po_double_validation: company.approvalLimit === undefined ? 'one_step' : 'two_step',
    po_double_validation_amount: company.approvalLimit ?? 5000,
    po_lock: 'edit',
    account_fiscal_country_id: US,
    country_id: US,
  });
  const { locations, pickingTypes, warehouseId } = stock;
  const bank = journals.bank;
  const inbound = addRow(tables, 'account.payment.method.line', { ...MANUAL, payment_method_id: 1, journal_id: bank });
  const outbound = addRow(tables, 'account.payment.method.line', { ...MANUAL, payment_method_id: 2, journal_id: bank });
  const paymentMethodLines = { inbound, outbound };
  const { name } = company;
  return { id, name, partnerId, accounts, journals, taxes, warehouseId, locations, pickingTypes, paymentMethodLines };
};

const US = 233;
const MANUAL = { name: 'Manual Payment', sequence: 10 };

const addAccounts = (tables: Tables, company: number): Record<AccountCode, number> => {
  const ids = CHART.map(([code, name, type, reconcile]) => [
    code,
    addRow(tables, 'account.account', {
      name,
      code: { [company]: code },
      account_type: type,
      company_ids: [company],
      reconcile: reconcile === 'reconcile',
    }),
  ]);
  return Object.fromEntries(ids) as Record<AccountCode, number>;
};

const addJournals = (
  tables: Tables,
  company: number,
  accounts: Record<AccountCode, number>,
): Record<JournalKey, number> => {
  const add = (code: string, name: string, type: string, sequence: number, more: Omit<Row, 'id'> = {}): number =>
    addRow(tables, 'account.journal', { code, name, type, sequence, company_id: company, ...more });
  return {
    sale: add('INV', 'Sales', 'sale', 5, { default_account_id: accounts['400000'], refund_sequence: true }),
    purchase: add('BILL', 'Purchases', 'purchase', 6, {
      default_account_id: accounts['600000'],
      refund_sequence: true,
    }),
    general: add('MISC', 'Miscellaneous Operations', 'general', 9),
    exchange: add('EXCH', 'Exchange Difference', 'general', 10),
    cashBasis: add('CABA', 'Cash Basis Taxes', 'general', 10),
    bank: add('BNK1', 'Bank', 'bank', 7, {
      default_account_id: accounts['101401'],
      suspense_account_id: accounts['101402'],
      payment_sequence: true,
    }),
    valuation: add('STJ', 'Inventory Valuation', 'general', 10),
  };
};

const addTaxes = (tables: Tables, company: number): CompanyFurniture['taxes'] => {
  const group = (name: string) => addRow(tables, 'account.tax.group', { name, company_id: company, sequence: 10 });
  const groups = { fifteen: group('Tax 15%'), zero: group('Tax 0%') };
  const add = (name: string, amount: number, use: 'sale' | 'purchase', taxGroup: number) =>
    addRow(tables, 'account.tax', {
      name,
      amount,
      amount_type: 'percent',
      type_tax_use: use,
      company_id: company,
      tax_group_id: taxGroup,
      country_id: US,
      sequence: 1,
      tax_exigibility: 'on_invoice',
    });
  return {
    sale15: add('15%', 15, 'sale', groups.fifteen),
    purchase15: add('15%', 15, 'purchase', groups.fifteen),
    exports0: add('0% Exports', 0, 'sale', groups.zero),
    imports0: add('0% Imports', 0, 'purchase', groups.zero),
  };
};

interface StockFurniture extends Pick<CompanyFurniture, 'warehouseId' | 'locations' | 'pickingTypes'> {
  readonly transit: number;
}

/** Odoo makes the first company's warehouse before its counterpart locations, and every later one after them. */
const addWarehouse = (tables: Tables, company: number, base: BaseCompany, partner: number): StockFurniture => {
  const warehouseId = (tables['stock.warehouse'] ?? []).length + 1;
  const early = company === 1 ? addInside(tables, company, base.warehouseCode, warehouseId) : null;
  const outside = addOutside(tables, company);
  const inside = early ?? addInside(tables, company, base.warehouseCode, warehouseId);
  const types = addPickingTypes(tables, company, warehouseId, inside);
  addRow(tables, 'stock.warehouse', {
    name: base.warehouseName ?? base.name,
    code: base.warehouseCode,
    company_id: company,
    partner_id: partner,
    view_location_id: inside.view,
    lot_stock_id: inside.stock,
    wh_input_stock_loc_id: inside.input,
    wh_qc_stock_loc_id: inside.quality,
    wh_output_stock_loc_id: inside.output,
    wh_pack_stock_loc_id: inside.packing,
    in_type_id: types[0] ?? false,
    out_type_id: types[1] ?? false,
    int_type_id: types[6] ?? false,
    reception_steps: 'one_step',
    delivery_steps: 'ship_only',
    buy_to_resupply: true,
    sequence: 10,
  });
  return {
    warehouseId,
    locations: { ...inside, inventory: outside.inventory, production: outside.production },
    pickingTypes: { receipts: types[0] ?? 0, deliveries: types[1] ?? 0, internal: types[6] ?? 0 },
    transit: outside.transit,
  };
};

type Inside = Record<'view' | 'stock' | 'input' | 'quality' | 'output' | 'packing', number>;

const addInside = (tables: Tables, company: number, code: string, warehouse: number): Inside => {
  const common = { company_id: company, warehouse_id: warehouse };
  const view = addRow(tables, 'stock.location', { name: code, usage: 'view', ...common });
  const add = (name: string, active: boolean) =>
    addRow(tables, 'stock.location', {
      name,
      usage: 'internal',
      location_id: view,
      active,
      replenish_location: name === 'Stock',
      ...common,
    });
  return {
    view,
    stock: add('Stock', true),
    input: add('Input', false),
    quality: add('Quality Control', false),
    output: add('Output', false),
    packing: add('Packing Zone', false),
  };
};

const addOutside = (tables: Tables, company: number): Record<'transit' | 'inventory' | 'production', number> => {
  const add = (name: string, usage: string, active = true) =>
    addRow(tables, 'stock.location', { name, usage, company_id: company, active });
  const outside = {
    transit: add('Inter-warehouse transit', 'transit', false),
    inventory: add('Inventory adjustment', 'inventory'),
    production: add('Production', 'production'),
  };
  if (company !== 1) add('Scrap', 'inventory');
  return outside;
};

const addPickingTypes = (tables: Tables, company: number, warehouse: number, at: Inside): number[] => {
  const { vendors, customers } = SHARED_LOCATIONS;
  const first = (warehouse - 1) * 7;
  const types: readonly (readonly [string, string, string, number, number, number, boolean])[] = [
    ['Receipts', 'incoming', 'IN', vendors, at.stock, 1, true],
    ['Delivery Orders', 'outgoing', 'OUT', at.stock, customers, 7, true],
    ['Pick', 'internal', 'PICK', at.stock, at.packing, 5, false],
    ['Pack', 'internal', 'PACK', at.packing, at.stock, 6, false],
    ['Quality Control', 'internal', 'QC', at.input, at.quality, 2, false],
    ['Storage', 'internal', 'STOR', at.quality, at.stock, 3, false],
    ['Internal Transfers', 'internal', 'INT', at.stock, at.stock, 4, true],
    ['Cross Dock', 'internal', 'XD', at.input, at.output, 8, false],
  ];
  return types.map(([name, code, prefix, from, to, sequence, active]) =>
    addRow(tables, 'stock.picking.type', {
      name,
      code,
      sequence_code: prefix,
      warehouse_id: warehouse,
      company_id: company,
      default_location_src_id: from,
      default_location_dest_id: to,
      sequence: sequence + first,
      active,
      use_create_lots: code === 'incoming',
      use_existing_lots: code !== 'incoming',
      reservation_method: 'at_confirm',
      create_backorder: 'ask',
    }),
  );
};
