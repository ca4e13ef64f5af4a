import type { Behaviour } from '../engine/behaviour.ts';
import { userError } from '../engine/errors.ts';
import type { Rec } from '../engine/record.ts';

export const location: Behaviour = {
  parent: 'location_id',
  displayName: (record) => record.text('complete_name'),
  searchedByName: ['complete_name', 'barcode'],
  computes: {
    complete_name: (record): string => {
      const parent = record.one('location_id');
      return parent === null || record.text('usage') === 'view'
        ? record.text('name')
        : `${parent.text('complete_name')}/${record.text('name')}`;
    },
    warehouse_id: (record) => warehouseOf(record) ?? false,
    is_empty: (record) =>
      ![...record.env.db.idsBy('stock.quant', 'location_id', record.id)].some(
        (id) => Number(record.env.db.row('stock.quant', id)?.['quantity']) > 0,
      ),
  },
  defaults: (env) => ({ usage: 'internal', company_id: env.company }),
};

/** The warehouse whose view location this one lies under. */
const warehouseOf = (place: Rec): number | undefined => {
  const [own] = place.env.db.idsBy('stock.warehouse', 'view_location_id', place.id);
  if (own !== undefined) return own;
  const parent = place.one('location_id');
  return parent === null ? undefined : warehouseOf(parent);
};

export const warehouse: Behaviour = { searchedByName: ['name', 'code'] };

export const operationType: Behaviour = {
  displayName: (record) => {
    const name = record.one('warehouse_id')?.text('name');
    return name === undefined ? record.text('name') : `${name}: ${record.text('name')}`;
  },
};

export const lot: Behaviour = {
  searchedByName: ['name', 'ref'],
  computes: {
    product_qty: {
      live: (record) => {
        const { env } = record;
        let quantity = 0;
        for (const id of env.db.idsBy('stock.quant', 'lot_id', record.id)) {
          const quant = env.sudo().record('stock.quant', id);
          const place = quant.one('location_id');
          const isHere = place?.text('usage') === 'internal' && env.companies.includes(place.number('company_id'));
          if (isHere) quantity += quant.number('quantity');
        }
        return quantity;
      },
    },
  },
  created: (record) => {
    const { env } = record;
    const same = [...env.db.idsBy('stock.lot', 'name', record.text('name'))].filter((id) => {
      const row = env.db.row('stock.lot', id);
      return (
        id !== record.id &&
        row?.['product_id'] === record.row['product_id'] &&
        row?.['company_id'] === record.row['company_id']
      );
    });
    if (same.length === 0) return;
    throw userError(
      `The combination of serial number and product must be unique within a company including when no company is defined.\nThe following combinations contain duplicates:\n- Product: ${record.one('product_id')?.displayName ?? ''}, Lot/Serial Number: ${record.text('name')}`,
    );
  },
};
