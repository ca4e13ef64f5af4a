import { mayAccess } from '../engine/access.ts';
import type { Behaviour } from '../engine/behaviour.ts';
import type { Env, Values } from '../engine/env.ts';
import { type Rec, records } from '../engine/record.ts';
import { rounded } from './amounts.ts';

/** Where a quantity lies: a product, a place, and a lot if it has one. */
export interface Shelf {
  readonly product: number;
  readonly location: number;
  readonly lot: number | false;
}

export const quant: Behaviour = {
  displayName: (record) =>
    [record.one('location_id')?.displayName, record.one('lot_id')?.displayName].filter(Boolean).join(' - '),
  computes: {
    available_quantity: (record) => record.number('quantity') - record.number('reserved_quantity'),
    inventory_diff_quantity: (record) =>
      record.row['inventory_quantity_set'] === true
        ? Number(record.row['inventory_quantity'] ?? 0) - record.number('quantity')
        : 0,
    inventory_quantity_auto_apply: (record) => record.number('quantity'),
    value: {
      live: (record) =>
        record.number('quantity') * (record.inOwnCompany().one('product_id')?.number('standard_price') ?? 0),
    },
  },
  insteadOfCreate: (env, values) => {
    if (env.context['inventory_mode'] !== true) return undefined;
    // In 14 counting is a manager's business, done as Odoo itself; later it takes the right to create.
    const mayCount =
      env.engine.version === 14
        ? env.user.groups.includes('stock.group_stock_manager')
        : mayAccess(env, 'stock.quant', 'create');
    if (!mayCount) return undefined;
    const counted = values['inventory_quantity'] ?? values['inventory_quantity_auto_apply'];
    if (typeof counted !== 'number') return undefined;
    const at = shelfOf(values);
    const id = quantAt(env, at) ?? addQuant(env, at);
    const record = env.sudo().record('stock.quant', id);
    record.store({ inventory_quantity: counted, inventory_quantity_set: true, user_id: env.user.id });
    // 14 has no second step, and neither has the field that says so in its name.
    if (env.engine.version === 14 || 'inventory_quantity_auto_apply' in values) applyCount(record);
    return id;
  },
  defaults: (env) => ({ in_date: env.now, reserved_quantity: 0 }),
  beforeWrite: (all, values) => {
    const { inventory_quantity_auto_apply: applied, ...rest } = values;
    if (typeof applied === 'number') {
      for (const each of all) {
        each.store({ inventory_quantity: applied, inventory_quantity_set: true });
        applyCount(each.sudo());
      }
    }
    if (typeof rest['inventory_quantity'] !== 'number') return rest;
    return { ...rest, inventory_quantity_set: true, user_id: all[0]?.env.user.id };
  },
  written: (all, values) => {
    if (all[0]?.env.engine.version !== 14 || typeof values['inventory_quantity'] !== 'number') return;
    for (const each of all) applyCount(each.sudo());
  },
  methods: {
    action_apply_inventory: {
      on: 'records',
      parameters: [],
      run: (env, model, ids) => {
        for (const each of records(env, model, ids))
          if (each.row['inventory_quantity_set'] === true) applyCount(each.sudo());
        return null;
      },
    },
  },
};

/** Moves the difference between what is booked and what was counted out to, or in from, the company's adjustment location. */
const applyCount = (record: Rec): void => {
  const difference = Number(record.row['inventory_quantity'] ?? 0) - record.number('quantity');
  record.store({ inventory_quantity: 0, inventory_quantity_set: false, user_id: false });
  if (difference === 0) return;
  const place = record.one('location_id');
  const company = place?.number('company_id') ?? record.env.company;
  const outside = adjustmentLocation(record.env, company);
  const [from, to] = difference > 0 ? [outside, place?.id ?? 0] : [place?.id ?? 0, outside];
  const quantity = Math.abs(difference);
  const shared = {
    product_id: record.number('product_id'),
    company_id: company,
    location_id: from,
    location_dest_id: to,
    picked: true,
    date: record.env.now,
  };
  const unit = record.one('product_id')?.number('uom_id') ?? 1;
  const move = record.create('stock.move', {
    ...shared,
    product_uom: unit,
    product_uom_qty: quantity,
    is_inventory: true,
    inventory_name: 'Product Quantity Updated',
    origin: 'Product Quantity Updated',
    state: 'done',
  });
  const lot = record.number('lot_id') || false;
  record.create('stock.move.line', { ...shared, product_uom_id: unit, move_id: move.id, quantity, lot_id: lot });
  shift(record.env, { product: shared.product_id, location: from, lot }, -quantity);
  shift(record.env, { product: shared.product_id, location: to, lot }, quantity);
};

const adjustmentLocation = (env: Env, company: number): number => {
  for (const [id, row] of env.db.rows('stock.location')) {
    if (row['usage'] === 'inventory' && row['company_id'] === company) return id;
  }
  return 0;
};

/** Adds to (or takes from) what lies on a shelf. Outside the warehouses it goes below nothing, as in Odoo. */
export const shift = (env: Env, at: Shelf, quantity: number): void => {
  const record = env.sudo().record('stock.quant', quantAt(env, at) ?? addQuant(env, at));
  record.store({ quantity: rounded(record.number('quantity') + quantity, 6) });
};

/** Sets aside (or gives back) what lies on a shelf. */
export const reserve = (env: Env, at: Shelf, quantity: number): void => {
  const id = quantAt(env, at);
  if (id === undefined) return;
  const record = env.sudo().record('stock.quant', id);
  record.store({ reserved_quantity: Math.max(0, rounded(record.number('reserved_quantity') + quantity, 6)) });
};

export const quantAt = (env: Env, { product, location, lot }: Shelf): number | undefined => {
  for (const id of env.db.idsBy('stock.quant', 'product_id', product)) {
    const row = env.db.row('stock.quant', id);
    if (row?.['location_id'] === location && (row['lot_id'] ?? false) === lot) return id;
  }
  return undefined;
};

const shelfOf = (values: Values): Shelf => ({
  product: Number(values['product_id']),
  location: Number(values['location_id']),
  lot: typeof values['lot_id'] === 'number' ? values['lot_id'] : false,
});

const addQuant = (env: Env, { product, location, lot }: Shelf): number => {
  const stamp = { create_uid: env.user.id, create_date: env.now, write_uid: env.user.id, write_date: env.now };
  return env.db.insert('stock.quant', {
    ...stamp,
    product_id: product,
    location_id: location,
    lot_id: lot,
    quantity: 0,
    reserved_quantity: 0,
    in_date: env.now,
  });
};
