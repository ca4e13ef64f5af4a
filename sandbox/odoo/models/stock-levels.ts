import type { StoredRow } from '../engine/database.ts';
import type { Env } from '../engine/env.ts';
import { descendants } from '../engine/filter.ts';
import type { Rec } from '../engine/record.ts';

export interface StockLevel {
  readonly onHand: number;
  readonly reserved: number;
  readonly free: number;
  readonly incoming: number;
  readonly outgoing: number;
  readonly forecast: number;
}

/** The stock of a product where the context looks: `location`, `warehouse_id`, or the warehouses of the companies. */
export const stockOf = (product: Rec): StockLevel => {
  const { env, id } = product;
  const places = placesOf(env);
  const lot = env.context['lot_id'];
  let onHand = 0;
  let reserved = 0;
  for (const quant of env.db.idsBy('stock.quant', 'product_id', id)) {
    const row = env.db.row('stock.quant', quant);
    if (row === undefined || !places.has(Number(row['location_id']))) continue;
    if (typeof lot === 'number' && row['lot_id'] !== lot) continue;
    onHand += Number(row['quantity'] ?? 0);
    reserved += Number(row['reserved_quantity'] ?? 0);
  }
  const { incoming, outgoing } = expected(env, id, places);
  return { onHand, reserved, free: onHand - reserved, incoming, outgoing, forecast: onHand + incoming - outgoing };
};

const OPEN: ReadonlySet<unknown> = new Set(['waiting', 'confirmed', 'assigned', 'partially_available']);

const expected = (env: Env, product: number, places: ReadonlySet<number>): { incoming: number; outgoing: number } => {
  let incoming = 0;
  let outgoing = 0;
  for (const id of env.db.idsBy('stock.move', 'product_id', product)) {
    const row = env.db.row('stock.move', id);
    if (row === undefined || !OPEN.has(row['state'])) continue;
    const from = places.has(Number(row['location_id']));
    const to = places.has(Number(row['location_dest_id']));
    if (to && !from) incoming += demand(env, row);
    if (from && !to) outgoing += demand(env, row);
  }
  return { incoming, outgoing };
};

/** What a move is for, in the unit of the product. */
const demand = (env: Env, row: StoredRow): number => env.sudo().record('stock.move', row.id).number('product_qty');

interface Places {
  readonly version: number;
  readonly byKey: Map<string, ReadonlySet<number>>;
}

const known = new WeakMap<Env['engine'], Places>();

/** The locations to count, remembered until something changes: a list of products asks for each of them. */
const placesOf = (env: Env): ReadonlySet<number> => {
  const { engine } = env;
  let places = known.get(engine);
  if (places === undefined || places.version !== engine.db.version)
    known.set(engine, (places = { version: engine.db.version, byKey: new Map() }));
  const roots = rootsOf(env);
  const key = roots.join();
  let found = places.byKey.get(key);
  if (found === undefined) places.byKey.set(key, (found = descendants(env, 'stock.location', roots)));
  return found;
};

const rootsOf = (env: Env): number[] => {
  const { location, warehouse_id: warehouse, warehouse: older } = env.context;
  if (location !== undefined && location !== false) return numbers(location);
  const warehouses = env.db.rows('stock.warehouse');
  const asked = numbers(warehouse ?? older ?? []);
  const chosen = [...warehouses.values()].filter((row) =>
    asked.length > 0 ? asked.includes(row.id) : env.companies.includes(Number(row['company_id'])),
  );
  return chosen.map((row) => Number(row['view_location_id']));
};

const numbers = (value: unknown): number[] =>
  (Array.isArray(value) ? value : [value]).filter((each): each is number => typeof each === 'number');
