import { type Behaviour, button } from '../engine/behaviour.ts';
import { userError } from '../engine/errors.ts';
import type { Rec } from '../engine/record.ts';
import { nextNumber } from './numbering.ts';
import { assign, cancel, checkLots, finish, linesOf } from './stock-moves.ts';

export const picking: Behaviour = {
  searchedByName: ['name', 'origin'],
  computes: {
    state: (record) => stateOf(record),
    move_line_ids: (record) => [...record.env.db.idsBy('stock.move.line', 'picking_id', record.id)],
    has_tracking: (record) => movesOf(record).some((each) => each.one('product_id')?.text('tracking') !== 'none'),
    return_count: () => 0,
  },
  defaults: (env, given) => {
    const type =
      typeof given['picking_type_id'] === 'number'
        ? env.sudo().record('stock.picking.type', given['picking_type_id'])
        : null;
    return {
      state: 'draft',
      move_type: 'direct',
      priority: '0',
      is_locked: true,
      scheduled_date: env.now,
      user_id: env.user.id,
      ...(type !== null && {
        location_id: type.number('default_location_src_id'),
        location_dest_id: type.number('default_location_dest_id'),
        ...(given['name'] === undefined && { name: nextName(type) }),
      }),
    };
  },
  written: (all) => {
    for (const each of all) for (const order of ordersOf(each.sudo())) order.touch();
  },
  methods: {
    button_validate: button((all) => validate(all.map((each) => each.sudo()))),
    action_confirm: button((all) => each(all, confirm)),
    action_assign: button((all) => each(all, confirm)),
    action_cancel: button((all) => each(all, (record) => movesOf(record).forEach(cancel))),
    do_unreserve: button(() => null),
  },
};

/** What a validation that leaves a rest asks first. */
export const backorderQuestion: Behaviour = {
  methods: {
    process: button((all) => {
      for (const wizard of all) for (const record of wizard.sudo().many('pick_ids')) complete(record, true);
      return true;
    }),
    process_cancel_backorder: button((all) => {
      for (const wizard of all) for (const record of wizard.sudo().many('pick_ids')) complete(record, false);
      return true;
    }),
  },
};

export const nextName = (type: Rec): string => {
  const code = type.one('warehouse_id')?.text('code') ?? 'WH';
  return nextNumber(type.env, 'stock.picking', `${code}/${type.text('sequence_code')}/`, 5);
};

const each = (all: readonly Rec[], run: (record: Rec) => void): true => {
  for (const record of all) run(record.sudo());
  return true;
};

const confirm = (record: Rec): void => {
  for (const move of movesOf(record))
    if (['draft', 'confirmed', 'waiting'].includes(move.text('state')) && linesOf(move).length === 0) assign(move);
};

const movesOf = (record: Rec): Rec[] =>
  [...record.env.db.idsBy('stock.move', 'picking_id', record.id)].map((id) => record.env.record('stock.move', id));

const ordersOf = (record: Rec): Rec[] =>
  movesOf(record).flatMap((move) => move.one('purchase_line_id')?.one('order_id') ?? []);

/** A transfer is where its moves are; one without moves is where it was put. */
const stateOf = (record: Rec): unknown => {
  const states = movesOf(record).map((move) => move.text('state'));
  if (states.length === 0) return record.row['state'] ?? 'draft';
  const open = states.filter((state) => state !== 'cancel');
  if (open.length === 0) return 'cancel';
  if (open.every((state) => state === 'done')) return 'done';
  if (open.includes('draft')) return 'draft';
  if (open.includes('assigned') || open.includes('partially_available')) return 'assigned';
  return open.includes('confirmed') ? 'confirmed' : 'waiting';
};

const isOpen = (move: Rec): boolean => !['done', 'cancel'].includes(move.text('state'));

/** Odoo's button: nothing picked means everything; a rest asks about a backorder, unless the context has answered. */
const validate = (all: readonly Rec[]): unknown => {
  for (const record of all) {
    if (record.text('state') === 'draft') confirm(record);
    const open = movesOf(record).filter(isOpen);
    if (open.length === 0) continue;
    const { context, engine } = record.env;
    const nothingPicked = open.every((move) => !move.flag('picked'));
    // 14 asks whether the untouched transfer is meant as a whole; it calls that an immediate transfer.
    if (nothingPicked && engine.version === 14 && context['skip_immediate'] !== true)
      return question(record, 'Immediate Transfer?', 'stock.immediate.transfer');
    if (nothingPicked) for (const move of open) pickAll(move);
    if (open.every((move) => move.number('quantity') === 0)) {
      throw userError(
        'You cannot validate a transfer if no quantities are reserved nor done. To force the transfer, encode quantities.',
      );
    }
    checkLots(open.filter((move) => move.flag('picked')));
    const leavesRest = open.some(
      (move) => !move.flag('picked') || move.number('quantity') < move.number('product_uom_qty'),
    );
    const asks = record.one('picking_type_id')?.text('create_backorder') !== 'always';
    if (leavesRest && asks && context['skip_backorder'] !== true)
      return question(record, 'Create Backorder?', 'stock.backorder.confirmation');
    complete(record, true);
  }
  return true;
};

export const pickAll = (move: Rec): void => {
  if (linesOf(move).length === 0) assign(move);
  move.store({ picked: true });
};

const VIEWS: Readonly<Record<string, number>> = {
  'stock.backorder.confirmation': 1075,
  'stock.immediate.transfer': 906,
};

const question = (record: Rec, name: string, model: string): unknown => ({
  name,
  type: 'ir.actions.act_window',
  view_mode: 'form',
  res_model: model,
  views: [[VIEWS[model] ?? 1, 'form']],
  view_id: VIEWS[model] ?? 1,
  target: 'new',
  context: {
    ...record.env.context,
    button_validate_picking_ids: [record.id],
    default_show_transfers: false,
    default_pick_ids: [[4, record.id]],
  },
});

/** Does what is picked; the rest becomes a transfer of its own, or is given up. */
const complete = (record: Rec, keepRest: boolean): void => {
  const rest: { readonly move: Rec; readonly quantity: number }[] = [];
  for (const move of movesOf(record).filter(isOpen)) {
    const wanted = move.number('product_uom_qty');
    const done = move.flag('picked') ? move.number('quantity') : 0;
    if (done < wanted) rest.push({ move, quantity: wanted - done });
    if (done === 0) continue;
    if (done < wanted) move.store({ product_uom_qty: done });
    finish(move);
  }
  // The change of state is seen on the transfer itself, whatever moved it.
  record.store({ date_done: record.env.now, state: 'done' });
  if (rest.length > 0 && keepRest) addBackorder(record, rest);
  else for (const { move } of rest) if (isOpen(move)) cancel(move);
};

const addBackorder = (record: Rec, rest: readonly { readonly move: Rec; readonly quantity: number }[]): void => {
  const { id: _id, create_date: _created, write_date: _written, ...values } = record.row;
  const type = record.one('picking_type_id');
  const stamp = { create_date: record.env.now, write_date: record.env.now };
  const name = type === null ? `${record.text('name')} (rest)` : nextName(type);
  const next = record.env.db.insert('stock.picking', {
    ...values,
    ...stamp,
    name,
    state: 'assigned',
    backorder_id: record.id,
    date_done: false,
  });
  for (const { move, quantity } of rest) {
    if (isOpen(move)) {
      // Nothing of it was done: the move itself goes over.
      move.store({ picking_id: next, picked: false });
      for (const line of linesOf(move)) line.store({ picking_id: next, picked: false });
    } else {
      const { id: _old, ...same } = move.row;
      const fresh = record.env.db.insert('stock.move', {
        ...same,
        ...stamp,
        picking_id: next,
        product_uom_qty: quantity,
        state: 'confirmed',
        picked: false,
      });
      assign(record.env.record('stock.move', fresh));
    }
  }
};
