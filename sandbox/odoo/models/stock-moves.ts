import type { Behaviour } from '../engine/behaviour.ts';
import { userError } from '../engine/errors.ts';
import type { Rec } from '../engine/record.ts';
import { inUnit, rounded, sum } from './amounts.ts';
import { reserve, type Shelf, shift } from './stock-quant.ts';

export const move: Behaviour = {
  recName: 'reference',
  displayName: (record) => {
    const origin = record.text('origin');
    const code = record.one('product_id')?.text('default_code') ?? '';
    const [from, to] = [
      record.one('location_id')?.text('name') ?? '',
      record.one('location_dest_id')?.text('name') ?? '',
    ];
    return `${origin === '' ? '' : `${origin}/`}${code === '' ? '' : `${code}: `}${from}>${to}`;
  },
  computes: {
    // In 14 and 19 alike a move is as large as its lines.
    quantity: (record) =>
      sum(
        linesOf(record).map((line) =>
          inUnit(line.number('quantity'), line.one('product_uom_id'), record.one('product_uom')),
        ),
      ),
    product_qty: (record) =>
      rounded(
        inUnit(
          record.number('product_uom_qty'),
          record.one('product_uom'),
          record.one('product_id')?.one('uom_id') ?? null,
        ),
        6,
      ),
    reference: (record) =>
      record.one('picking_id')?.text('name') || record.text('inventory_name') || record.text('origin') || false,
    description_picking: (record) =>
      record.text('description_picking_manual') || record.one('product_id')?.text('name') || false,
    is_in: (record) =>
      isDone(record) && usage(record, 'location_id') !== 'internal' && usage(record, 'location_dest_id') === 'internal',
    is_out: (record) => isDone(record) && leaves(record),
    move_lines_count: (record) => linesOf(record).length,
    lot_ids: (record) => [...new Set(linesOf(record).flatMap((line) => line.one('lot_id')?.id ?? []))],
  },
  absent: { priority: '0', propagate_cancel: true, sequence: 10 },
  defaults: (env, given) => ({
    state: 'draft',
    procure_method: 'make_to_stock',
    priority: '0',
    sequence: 10,
    date: env.now,
    ...(typeof given['product_id'] === 'number' && {
      product_uom: env.sudo().record('product.product', given['product_id']).number('uom_id'),
    }),
  }),
  beforeWrite: (all, values) => {
    const { quantity, ...rest } = values;
    if (typeof quantity === 'number') for (const each of all) setQuantity(each.sudo(), quantity);
    if (typeof rest['picked'] === 'boolean')
      for (const line of all.flatMap(linesOf)) line.store({ picked: rest['picked'] });
    return rest;
  },
  written: (all) => {
    for (const each of all) each.sudo().one('picking_id')?.touch();
  },
};

export const moveLine: Behaviour = {
  displayName: (record) => record.one('product_id')?.displayName ?? '',
  computes: {
    quantity_product_uom: (record) =>
      inUnit(record.number('quantity'), record.one('product_uom_id'), record.one('product_id')?.one('uom_id') ?? null),
    picking_type_id: (record) => record.one('picking_id')?.number('picking_type_id') || false,
    lots_visible: (record) => record.one('product_id')?.text('tracking') !== 'none',
  },
  defaults: (env, given) => {
    const moved = typeof given['move_id'] === 'number' ? env.sudo().record('stock.move', given['move_id']) : null;
    if (moved === null) return { date: env.now };
    const {
      picking_id: picking = false,
      product_id: product = false,
      location_id: from,
      location_dest_id: to,
    } = moved.row;
    return {
      picking_id: picking,
      product_id: product,
      location_id: from,
      location_dest_id: to,
      product_uom_id: moved.number('product_uom'),
      company_id: moved.number('company_id'),
      date: env.now,
    };
  },
};

/** In no particular order: what is asked of them is mostly a sum. */
export const linesOf = (record: Rec): Rec[] =>
  [...record.env.db.idsBy('stock.move.line', 'move_id', record.id)].map((id) =>
    record.env.record('stock.move.line', id),
  );

const usage = (record: Rec, field: 'location_id' | 'location_dest_id'): string =>
  record.one(field)?.text('usage') ?? '';

const isDone = (record: Rec): boolean => record.text('state') === 'done';

const leaves = (record: Rec): boolean =>
  usage(record, 'location_id') === 'internal' && usage(record, 'location_dest_id') !== 'internal';

const shelf = (line: Rec, field: 'location_id' | 'location_dest_id'): Shelf => ({
  product: line.number('product_id'),
  location: line.number(field),
  lot: line.number('lot_id') || false,
});

/** A quantity given for the whole move goes to its first line; further lines are taken away from the end. */
const setQuantity = (record: Rec, quantity: number): void => {
  const [first, ...others] = linesOf(record);
  if (first === undefined) {
    if (quantity > 0) addLine(record, quantity);
    return;
  }
  for (const other of others) other.env.db.remove('stock.move.line', other.id);
  first.store({ quantity });
};

const addLine = (record: Rec, quantity: number, lot: number | false = false): void => {
  record.create('stock.move.line', { move_id: record.id, quantity, lot_id: lot });
};

/** Confirms a move and plans it: what comes from outside is there when it comes, what lies inside is set aside. */
export const assign = (record: Rec): void => {
  const wanted = record.number('product_uom_qty');
  const tracking = record.one('product_id')?.text('tracking');
  if (usage(record, 'location_id') !== 'internal') {
    // One line for each serial number to come.
    const lines = tracking === 'serial' ? Array.from({ length: Math.round(wanted) }, () => 1) : [wanted];
    for (const quantity of lines) addLine(record, quantity);
    record.store({ state: 'assigned' });
    return;
  }
  let missing = wanted;
  for (const id of record.env.db.idsBy('stock.quant', 'product_id', record.number('product_id'))) {
    const quant = record.env.record('stock.quant', id);
    const free = quant.number('available_quantity');
    if (quant.number('location_id') !== record.number('location_id') || free <= 0 || missing <= 0) continue;
    const taken = Math.min(free, missing);
    addLine(record, taken, quant.number('lot_id') || false);
    quant.store({ reserved_quantity: quant.number('reserved_quantity') + taken });
    missing -= taken;
  }
  record.store({ state: missing <= 0 ? 'assigned' : missing < wanted ? 'partially_available' : 'confirmed' });
};

/** @throws UserError when a line of a tracked product has no lot. */
export const checkLots = (moves: readonly Rec[]): void => {
  const without = moves.filter((each) => {
    const tracking = each.one('product_id')?.text('tracking');
    return (
      tracking !== 'none' &&
      linesOf(each).some(
        (line) => line.number('quantity') > 0 && line.one('lot_id') === null && line.text('lot_name') === '',
      )
    );
  });
  if (without.length === 0) return;
  const names = without.map((each) => `\n- ${each.one('product_id')?.displayName ?? ''}`).join('');
  throw userError(`You need to supply a Lot/Serial Number for product:${names}`);
};

/** Does a move: goods change place, lots that were only named are made. */
export const finish = (record: Rec): void => {
  const isReserved = usage(record, 'location_id') === 'internal';
  for (const line of linesOf(record)) {
    if (line.number('quantity') <= 0) {
      record.env.db.remove('stock.move.line', line.id);
      continue;
    }
    const lot = lotFor(line);
    line.store({ picked: true, date: line.env.now, lot_id: lot });
    const quantity = line.number('quantity_product_uom');
    if (isReserved) reserve(line.env, shelf(line, 'location_id'), -quantity);
    shift(line.env, shelf(line, 'location_id'), -quantity);
    shift(line.env, shelf(line, 'location_dest_id'), quantity);
  }
  record.store({
    state: 'done',
    picked: true,
    date: record.env.now,
    ...(keepsValue(record) && { value: costOf(record) }),
  });
  if (leaves(record) && record.env.engine.version === 14) addLayer(record);
  const ordered = record.one('purchase_line_id');
  ordered?.touch();
  ordered?.one('order_id')?.touch();
};

/** From 19 on at the movement itself, before in a layer of its own. */
const keepsValue = (record: Rec): boolean => leaves(record) && record.env.engine.version === 19;

const addLayer = (record: Rec): void => {
  const quantity = record.number('product_qty');
  record.create('stock.valuation.layer', {
    stock_move_id: record.id,
    product_id: record.number('product_id'),
    company_id: record.number('company_id'),
    quantity: -quantity,
    value: -costOf(record),
    unit_cost: quantity === 0 ? 0 : costOf(record) / quantity,
    description: record.text('reference') || false,
  });
};

/** What leaves is worth what the product costs its company now. */
const costOf = (record: Rec): number => {
  const price = record.one('product_id')?.inCompany(record.number('company_id')).number('standard_price') ?? 0;
  return rounded(price * sum(linesOf(record).map((line) => line.number('quantity_product_uom'))));
};

const lotFor = (line: Rec): number | false => {
  const known = line.one('lot_id');
  const name = line.text('lot_name');
  if (known !== null || name === '') return known?.id ?? false;
  const product = line.number('product_id');
  for (const id of line.env.db.idsBy('stock.lot', 'name', name)) {
    if (line.env.db.row('stock.lot', id)?.['product_id'] === product) return id;
  }
  const expires = line.text('expiration_date');
  return line.create('stock.lot', {
    name,
    product_id: product,
    company_id: false,
    ...(expires !== '' && { expiration_date: expires }),
  }).id;
};

/** Gives back what was set aside, and ends the move. */
export const cancel = (record: Rec): void => {
  if (record.text('state') === 'done') return;
  for (const line of linesOf(record)) {
    if (usage(record, 'location_id') === 'internal')
      reserve(line.env, shelf(line, 'location_id'), -line.number('quantity_product_uom'));
    record.env.db.remove('stock.move.line', line.id);
  }
  record.store({ state: 'cancel' });
};
