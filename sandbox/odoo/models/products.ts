import type { Behaviour, Compute } from '../engine/behaviour.ts';
import type { Env } from '../engine/env.ts';
import type { Rec } from '../engine/record.ts';
import { sum } from './amounts.ts';
import { stockOf } from './stock-levels.ts';

const labelled = (record: Rec): string => {
  const code = record.text('default_code');
  return code === '' ? record.text('name') : `[${code}] ${record.text('name')}`;
};

/** How much of a product there is, is coming and is going, where the context looks. */
const level = (what: 'onHand' | 'forecast' | 'free' | 'incoming' | 'outgoing'): Compute => ({
  live: (product) => stockOf(product)[what],
});

/** What a template shows is what its variants have. */
const overVariants = (what: 'onHand' | 'forecast' | 'incoming' | 'outgoing'): Compute => ({
  live: (template) => sum(variantsOf(template).map((product) => stockOf(product)[what])),
});

const variantsOf = (template: Rec): Rec[] =>
  [...template.env.db.idsBy('product.product', 'product_tmpl_id', template.id)].map((id) =>
    template.env.record('product.product', id),
  );

const ofOnlyVariant = (field: string, empty: unknown): Compute => ({
  live: (template) => {
    const [only, ...others] = variantsOf(template);
    return only === undefined || others.length > 0 ? empty : only.get(field);
  },
});

/** The company's place for what is lost, found or made. */
const ownPlace = (usage: string): Compute => ({
  live: ({ env }) => {
    for (const [id, row] of env.db.rows('stock.location')) {
      if (row['usage'] === usage && row['company_id'] === env.company) return id;
    }
    return false;
  },
});

const companyCurrency: Compute = {
  live: ({ env }) => env.db.row('res.company', env.company)?.['currency_id'] ?? false,
};

export const product: Behaviour = {
  displayName: labelled,
  searchedByName: ['default_code', 'name', 'barcode'],
  inherits: { product_tmpl_id: 'product.template' },
  computes: {
    code: (record) => record.text('default_code') || false,
    partner_ref: { live: (record) => record.displayName },
    is_product_variant: () => true,
    lst_price: { live: (record) => record.number('list_price') },
    qty_available: level('onHand'),
    virtual_available: level('forecast'),
    free_qty: level('free'),
    incoming_qty: level('incoming'),
    outgoing_qty: level('outgoing'),
    avg_cost: { live: (record) => record.number('standard_price') },
    total_value: { live: (record) => record.number('standard_price') * stockOf(record).onHand },
    nbr_reordering_rules: (record) => record.env.db.idsBy('stock.warehouse.orderpoint', 'product_id', record.id).size,
  },
  copy: { without: ['default_code', 'barcode', 'product_tmpl_id'] },
};

export const template: Behaviour = {
  displayName: labelled,
  searchedByName: ['name', 'default_code'],
  computes: {
    default_code: (record) => ofOnlyVariantNow(record, 'default_code'),
    barcode: ofOnlyVariant('barcode', false),
    standard_price: ofOnlyVariant('standard_price', 0),
    product_variant_id: (record) => variantsOf(record)[0]?.id ?? false,
    product_variant_count: (record) => variantsOf(record).length,
    is_product_variant: () => false,
    currency_id: companyCurrency,
    cost_currency_id: companyCurrency,
    cost_method: () => 'standard',
    valuation: ({ env }) => (env.engine.version === 14 ? 'manual_periodic' : 'periodic'),
    property_stock_inventory: ownPlace('inventory'),
    property_stock_production: ownPlace('production'),
    uom_name: (record) => record.one('uom_id')?.text('name') ?? false,
    weight_uom_name: () => 'kg',
    volume_uom_name: () => 'm³',
    qty_available: overVariants('onHand'),
    virtual_available: overVariants('forecast'),
    incoming_qty: overVariants('incoming'),
    outgoing_qty: overVariants('outgoing'),
  },
  absent: {
    type: 'consu',
    tracking: 'none',
    service_tracking: 'no',
    sale_ok: true,
    purchase_ok: true,
    purchase_method: 'receive',
    sequence: 1,
    uom_id: 1,
  },
  defaults: (env, given) => ({
    type: 'consu',
    uom_id: 1,
    tracking: 'none',
    service_tracking: 'no',
    sale_ok: true,
    purchase_ok: true,
    list_price: 1,
    sequence: 1,
    purchase_method: given['type'] === 'service' ? 'purchase' : 'receive',
    taxes_id: [[6, 0, defaultTaxes(env, 'account_sale_tax_id')]],
    supplier_taxes_id: [[6, 0, defaultTaxes(env, 'account_purchase_tax_id')]],
  }),
  created: (record, given) => {
    // A product brings its own template along; a template made by itself gets its one variant.
    if (record.env.context['making'] === 'product.product') return;
    const { default_code: code = false, barcode = false, standard_price: cost } = given;
    const variant = {
      product_tmpl_id: record.id,
      default_code: code,
      barcode,
      ...(cost !== undefined && { standard_price: cost }),
    };
    record.create('product.product', variant);
  },
  written: (records, values) => {
    const own = ['default_code', 'barcode', 'standard_price', 'active'].filter((name) => name in values);
    if (own.length === 0) return;
    for (const each of records.flatMap(variantsOf))
      each.write(Object.fromEntries(own.map((name) => [name, values[name]])));
  },
};

const ofOnlyVariantNow = (record: Rec, field: string): unknown => {
  const [only, ...others] = variantsOf(record);
  return only === undefined || others.length > 0 ? false : only.get(field);
};

/** Every company's default tax: a product without a company is bought and sold by all. */
const defaultTaxes = (env: Env, field: string): number[] =>
  [...env.db.rows('res.company').values()].flatMap((row) => (typeof row[field] === 'number' ? [row[field]] : []));

const fullName = (record: Rec): string => {
  const parent = record.one('parent_id');
  return parent === null ? record.text('name') : `${parent.text('complete_name')} / ${record.text('name')}`;
};

export const category: Behaviour = {
  displayName: (record) => record.text('complete_name'),
  searchedByName: ['complete_name'],
  computes: { complete_name: fullName },
};

export const supplierPrice: Behaviour = {
  recName: 'partner_id',
  computes: {
    product_uom_id: (record) => record.row['product_uom_id'] || record.one('product_tmpl_id')?.get('uom_id') || false,
    price_discounted: (record) => record.number('price') * (1 - record.number('discount') / 100),
  },
  displayName: (record) => {
    const unitName = record.one('product_tmpl_id')?.one('uom_id')?.text('name') ?? 'Units';
    const symbol = record.one('currency_id')?.text('symbol') ?? '';
    const price = `${symbol}\u00a0${record.number('price').toFixed(2)}`;
    return `${record.one('partner_id')?.displayName ?? ''} (${record.number('min_qty').toFixed(1)} ${unitName} - ${price})`;
  },
  defaults: (env) => ({
    currency_id: env.db.row('res.company', env.company)?.['currency_id'],
    company_id: env.company,
    min_qty: 0,
    price: 0,
    delay: 1,
    sequence: 1,
  }),
};

export const unit: Behaviour = {
  parent: 'relative_uom_id',
  computes: {
    factor: (record): number =>
      record.number('relative_factor') * (record.one('relative_uom_id')?.number('factor') ?? 1),
    rounding: () => 0.01,
  },
  defaults: () => ({ relative_factor: 1, sequence: 100 }),
};
