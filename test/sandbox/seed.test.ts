import { describe, expect, it } from '@jest/globals';
import { loadCatalogue } from '../../sandbox/odoo/catalogue/catalogue.ts';
import { healthcareGroup } from '../../sandbox/odoo/seed/index.ts';
import type { Row } from '../../sandbox/odoo/seed.ts';
import { buyers } from '../../sandbox/story/people.ts';

const seed = healthcareGroup();
const catalogue = loadCatalogue(19);

const rows = (model: string): readonly Row[] => seed.tables[model] ?? [];
const byId = (model: string): ReadonlyMap<unknown, Row> => new Map(rows(model).map((row) => [row.id, row]));
const num = (row: Row | undefined, field: string): number => Number(row?.[field] ?? 0);
const text = (row: Row | undefined, field: string): string => {
  const value = row?.[field];
  return typeof value === 'string' || typeof value === 'number' ? `${value}` : '';
};
const cents = (row: Row | undefined, field: string): number => Math.round(num(row, field) * 100);
const ids = (row: Row, field: string): readonly number[] => (row[field] as readonly number[] | undefined) ?? [];
const where = (model: string, field: string, value: unknown): readonly Row[] =>
  rows(model).filter((row) => row[field] === value);

function groupBy(model: string, field: string): ReadonlyMap<unknown, readonly Row[]> {
  const groups = new Map<unknown, Row[]>();
  for (const row of rows(model)) {
    const group = groups.get(row[field]);
    if (group === undefined) groups.set(row[field], [row]);
    else group.push(row);
  }
  return groups;
}

const sum = (some: readonly Row[], amount: (row: Row) => number): number =>
  some.reduce((total, row) => total + amount(row), 0);
const share = (model: string, field: string, value: string): number =>
  where(model, field, value).length / rows(model).length;

/** Rows that a rule does not hold for, so that a failure names them. */
const offenders = (model: string, holds: (row: Row) => boolean): readonly number[] =>
  rows(model)
    .filter((row) => !holds(row))
    .map((row) => row.id);

const internal = new Set(where('stock.location', 'usage', 'internal').map((row) => row.id));

describe('the volume of the group', () => {
  it('is three facilities with the promised master data', () => {
    expect(rows('res.company').map((row) => row['name'])).toEqual([
      'North Hospital',
      'Harbor Clinic',
      'Lakeside Care Home',
    ]);
    const suppliers = rows('res.partner').filter((row) => num(row, 'supplier_rank') > 0);
    expect(suppliers).toHaveLength(60);
    expect(suppliers.filter((row) => row['company_id'] !== false)).toHaveLength(6);
    expect(where('product.template', 'type', 'consu')).toHaveLength(500);
    expect(where('product.template', 'type', 'service')).toHaveLength(20);
    expect(rows('account.analytic.account')).toHaveLength(25);
    expect(rows('product.supplierinfo').length).toBeGreaterThan(800);
    expect(new Set(rows('product.template').map((row) => row['default_code'])).size).toBe(520);
    const used = new Set(where('product.template', 'type', 'consu').map((row) => row['categ_id']));
    expect(used.size).toBe(3);
  });

  it('is a year of orders, stock and entries', () => {
    expect(rows('purchase.order')).toHaveLength(2000);
    expect(rows('account.move')).toHaveLength(5000);
    expect(rows('purchase.requisition')).toHaveLength(30);
    expect(where('account.move', 'move_type', 'out_invoice')).toHaveLength(600);
    expect(rows('account.payment').length).toBeGreaterThan(1100);
    expect(rows('stock.warehouse.orderpoint')).toHaveLength(150);
    expect(rows('stock.lot').length).toBeGreaterThan(300);
    const levels = rows('stock.quant').filter((row) => internal.has(num(row, 'location_id')));
    expect(levels.length).toBeGreaterThan(1400);
    expect(new Set(levels.map((row) => row['location_id'])).size).toBe(12);
    const places = new Set(where('stock.location', 'name', 'Consumption').map((row) => row.id));
    const used = where('stock.move', 'state', 'done').filter((row) => places.has(num(row, 'location_dest_id')));
    expect(used.length).toBeGreaterThan(540);
  });

  it('has orders in every state, most of them confirmed', () => {
    for (const [state, wanted] of [
      ['purchase', 0.78],
      ['draft', 0.08],
      ['sent', 0.05],
      ['to approve', 0.04],
      ['cancel', 0.05],
    ] as const) {
      expect(Math.abs(share('purchase.order', 'state', state) - wanted)).toBeLessThan(0.015);
    }
  });

  it('multiplies with the scale and keeps the facilities', () => {
    const small = healthcareGroup({ scale: 0.1 });
    expect(small.tables['purchase.order']).toHaveLength(200);
    expect(small.tables['account.move']?.length).toBeGreaterThanOrEqual(500);
    expect(small.tables['account.move']?.length).toBeLessThan(550);
    expect(small.tables['res.company']).toHaveLength(3);
  });
});

describe('the rows', () => {
  it('bear the fields of Odoo 19 and refer to rows that exist', () => {
    const present = new Map(
      Object.entries(seed.tables).map(([model, all]) => [model, new Set(all.map(({ id }) => id))]),
    );
    const broken = new Set<string>();
    for (const [model, all] of Object.entries(seed.tables)) {
      const fields = catalogue.get(model)?.fields;
      for (const row of all) {
        for (const [name, value] of Object.entries(row)) {
          const field = fields?.get(name);
          if (field === undefined) broken.add(`${model}.${name} is unknown`);
          if (field?.relation === undefined || value === false) continue;
          const perCompany = field.company_dependent ? Object.values(value) : [value];
          const missing = perCompany.flat().find((id) => !present.get(field.relation ?? '')?.has(id as number));
          if (missing !== undefined) broken.add(`${model}.${name} has ${String(missing)}`);
        }
      }
    }
    expect([...broken]).toEqual([]);
  });

  it('rise in id, without one twice', () => {
    for (const all of Object.values(seed.tables)) {
      expect(all.findIndex((row, index) => index > 0 && row.id <= (all[index - 1]?.id ?? 0))).toBe(-1);
    }
  });

  it('of a facility refer to shared rows and its own only', () => {
    const companies = new Map(
      Object.keys(seed.tables).map((model) => [model, new Map(rows(model).map((row) => [row.id, row['company_id']]))]),
    );
    const strangers = new Set<string>();
    for (const model of Object.keys(seed.tables)) {
      for (const row of rows(model)) {
        const own = row['company_id'];
        if (typeof own !== 'number' || model === 'res.users') continue;
        for (const [name, value] of Object.entries(row)) {
          const relation = catalogue.get(model)?.fields.get(name)?.relation;
          // A user may work for several companies; theirs is only where they begin.
          if (relation === undefined || relation === 'res.users' || value === false) continue;
          for (const id of [value].flat() as number[]) {
            const other = relation === 'res.company' ? id : companies.get(relation)?.get(id);
            if (typeof other === 'number' && other !== own) strangers.add(`${model}.${name}`);
          }
        }
      }
    }
    expect([...strangers]).toEqual([]);
  });

  it('spread over cost centers of their facility, a hundred percent', () => {
    const centers = byId('account.analytic.account');
    for (const model of ['purchase.order.line', 'account.move.line']) {
      const wrong = offenders(model, (row) => {
        const spread = Object.entries(row['analytic_distribution'] || {});
        const known = spread.every(([id]) =>
          [false, row['company_id']].includes(centers.get(Number(id))?.['company_id'] as never),
        );
        return (
          known && (spread.length === 0 || spread.reduce((total, [, percent]) => total + Number(percent), 0) === 100)
        );
      });
      expect(wrong).toEqual([]);
    }
  });

  it('lie before the reference day, but for what is expected', () => {
    for (const [model, field] of [
      ['account.move', 'date'],
      ['account.payment', 'date'],
      ['purchase.order', 'date_order'],
      ['stock.picking', 'date_done'],
      ['stock.quant', 'in_date'],
    ] as const) {
      expect(offenders(model, (row) => row[field] === false || text(row, field) < '2026-11-01')).toEqual([]);
    }
  });

  it('are the same for the same options, and the fingerprint tells them apart', () => {
    const options = { scale: 0.05, today: '2026-03-01' };
    expect(healthcareGroup(options)).toEqual(healthcareGroup(options));
    const others = [{ scale: 0.05 }, { scale: 0.06, today: '2026-03-01' }].map((one) => healthcareGroup(one));
    const fingerprints = [healthcareGroup(options), ...others, seed].map(({ fingerprint }) => fingerprint);
    expect(new Set(fingerprints).size).toBe(4);
  });
});

describe('orders', () => {
  const lines = groupBy('purchase.order.line', 'order_id');
  const pickings = byId('stock.picking');
  const billLines = groupBy('account.move.line', 'purchase_line_id');
  const moves = byId('account.move');
  const units = byId('uom.uom');
  const factor = (id: unknown): number => {
    const unit = units.get(id);
    const parent = unit?.['relative_uom_id'];
    return num(unit, 'relative_factor') * (typeof parent === 'number' ? factor(parent) : 1);
  };

  it('total their lines to the cent', () => {
    const taxes = byId('account.tax');
    const wrong = offenders('purchase.order.line', (line) => {
      const subtotal = Math.round(
        num(line, 'product_qty') * cents(line, 'price_unit') * (1 - num(line, 'discount') / 100),
      );
      const percent = sum(
        ids(line, 'tax_ids').map((id) => taxes.get(id) as Row),
        (tax) => num(tax, 'amount'),
      );
      const tax = Math.round((cents(line, 'price_subtotal') * percent) / 100);
      const exact = Math.abs(cents(line, 'price_subtotal') - subtotal) <= 1;
      return exact && cents(line, 'price_total') === cents(line, 'price_subtotal') + tax;
    });
    expect(wrong).toEqual([]);
    const off = offenders('purchase.order', (order) => {
      const own = lines.get(order.id) ?? [];
      const untaxed = sum(own, (line) => cents(line, 'price_subtotal'));
      const total = sum(own, (line) => cents(line, 'price_total'));
      const amounts = [cents(order, 'amount_untaxed'), cents(order, 'amount_tax'), cents(order, 'amount_total')];
      return own.length > 0 && own.length <= 6 && amounts.join() === [untaxed, total - untaxed, total].join();
    });
    expect(off).toEqual([]);
  });

  it('count as received what their done moves brought', () => {
    const stockMoves = groupBy('stock.move', 'purchase_line_id');
    const wrong = offenders('purchase.order.line', (line) => {
      if (line['qty_received_method'] === 'manual') return line['qty_received'] === line['qty_received_manual'];
      const done = (stockMoves.get(line.id) ?? []).filter((move) => move['state'] === 'done');
      const came = sum(done, (move) => num(move, 'quantity') * factor(move['product_uom']));
      return Math.abs(came / factor(line['product_uom_id']) - num(line, 'qty_received')) < 1e-9;
    });
    expect(wrong).toEqual([]);
  });

  it('count as billed what their bills say, less what was credited', () => {
    const wrong = offenders('purchase.order.line', (line) => {
      const live = (billLines.get(line.id) ?? []).filter(
        ({ move_id: move }) => moves.get(move)?.['state'] !== 'cancel',
      );
      const billed = sum(live, (one) => {
        const credit = moves.get(one['move_id'])?.['move_type'] === 'in_refund';
        return (credit ? -1 : 1) * num(one, 'quantity');
      });
      return Math.abs(billed - num(line, 'qty_invoiced')) < 1e-9;
    });
    expect(wrong).toEqual([]);
  });

  it('have the statuses that follow from their lines and receipts', () => {
    const wrong = offenders('purchase.order', (order) => {
      const left = (lines.get(order.id) ?? []).some((line) => num(line, 'qty_to_invoice') !== 0);
      const bills = ids(order, 'invoice_ids');
      const billing =
        order['state'] !== 'purchase' || (!left && bills.length === 0) ? 'no' : left ? 'to invoice' : 'invoiced';
      const states = ids(order, 'picking_ids').map((id) => pickings.get(id)?.['state']);
      const open = states.filter((state) => state !== 'cancel');
      const done = open.filter((state) => state === 'done').length;
      const receiving = open.length === 0 ? false : done === open.length ? 'full' : done > 0 ? 'partial' : 'pending';
      return order['invoice_status'] === billing && order['receipt_status'] === receiving;
    });
    expect(wrong).toEqual([]);
  });

  it('wait for approval only above the limit of their facility', () => {
    const companies = byId('res.company');
    const waiting = where('purchase.order', 'state', 'to approve');
    const below = waiting.filter(
      (order) => num(order, 'amount_total_cc') < num(companies.get(order['company_id']), 'po_double_validation_amount'),
    );
    expect(below).toEqual([]);
  });
});

describe('stock', () => {
  it('on hand is the sum of the moves that led to it, nowhere short', () => {
    const kept = new Set(where('product.template', 'is_storable', true).map((row) => row.id));
    const storable = new Set(
      rows('product.product')
        .filter((row) => kept.has(num(row, 'product_tmpl_id')))
        .map((row) => row.id),
    );
    const balance = new Map<string, number>();
    const add = (line: Row, location: unknown, quantity: number): void => {
      const key = `${text(line, 'product_id')}:${String(location)}:${text(line, 'lot_id')}`;
      balance.set(key, (balance.get(key) ?? 0) + quantity);
    };
    for (const line of where('stock.move.line', 'state', 'done')) {
      if (!storable.has(num(line, 'product_id'))) continue;
      add(line, line['location_id'], -num(line, 'quantity'));
      add(line, line['location_dest_id'], num(line, 'quantity'));
    }
    for (const quant of rows('stock.quant')) add(quant, quant['location_id'], -num(quant, 'quantity'));
    expect([...balance].filter(([, quantity]) => Math.abs(quantity) > 1e-6)).toEqual([]);
    const short = rows('stock.quant').filter(
      (quant) => internal.has(num(quant, 'location_id')) && num(quant, 'quantity') < num(quant, 'reserved_quantity'),
    );
    expect(short).toEqual([]);
    expect(rows('stock.quant').filter((quant) => num(quant, 'reserved_quantity') > 0).length).toBeGreaterThan(30);
  });

  it('of a tracked item lies by lot, a serial number once', () => {
    const templates = byId('product.template');
    const products = byId('product.product');
    const tracking = (product: unknown): unknown =>
      templates.get(products.get(product)?.['product_tmpl_id'])?.['tracking'];
    const lots = byId('stock.lot');
    const wrong = rows('stock.quant').filter((quant) => {
      const kind = tracking(quant['product_id']);
      if ((kind === 'none') !== (quant['lot_id'] === false)) return true;
      if (kind !== 'none' && lots.get(quant['lot_id'])?.['product_id'] !== quant['product_id']) return true;
      return kind === 'serial' && Math.abs(num(quant, 'quantity')) !== 1;
    });
    expect(wrong).toEqual([]);
  });

  it('is below the minimum of about twenty reorder rules', () => {
    const onHand = new Map<string, number>();
    for (const quant of rows('stock.quant')) {
      const key = `${text(quant, 'product_id')}:${text(quant, 'location_id')}`;
      onHand.set(key, (onHand.get(key) ?? 0) + num(quant, 'quantity'));
    }
    const below = rows('stock.warehouse.orderpoint').filter(
      (rule) =>
        (onHand.get(`${text(rule, 'product_id')}:${text(rule, 'location_id')}`) ?? 0) < num(rule, 'product_min_qty'),
    );
    expect(below.length).toBeGreaterThanOrEqual(18);
    expect(below.length).toBeLessThanOrEqual(30);
  });

  it('knows batches that have expired on the shelf, and some that are fresh', () => {
    const expired = rows('stock.lot').filter((lot) => lot['expiration_date'] !== false);
    expect(expired.some((lot) => text(lot, 'expiration_date') < '2026-11-01')).toBe(true);
    expect(expired.some((lot) => text(lot, 'expiration_date') > '2027-06-01')).toBe(true);
  });

  it('is worth what the item costs the facility when it is used', () => {
    const products = byId('product.product');
    const used = where('stock.move', 'is_out', true).filter(
      (row) => byId('stock.location').get(row['location_dest_id'])?.['usage'] === 'production',
    );
    expect(used.length).toBeGreaterThan(540);
    const wrong = used.filter((row) => {
      const costs = products.get(row['product_id'])?.['standard_price'] as Readonly<Record<string, number>>;
      const cost = costs[text(row, 'company_id')] ?? 0;
      return Math.abs(cents(row, 'value') - cost * 100 * num(row, 'quantity')) > 1;
    });
    expect(wrong.map(({ id }) => id)).toEqual([]);
  });
});

describe('the books', () => {
  const lines = groupBy('account.move.line', 'move_id');

  it('balance, entry by entry', () => {
    const wrong = offenders('account.move', (move) => {
      const own = lines.get(move.id) ?? [];
      const debit = sum(own, (line) => cents(line, 'debit'));
      const credit = sum(own, (line) => cents(line, 'credit'));
      const foreign = sum(own, (line) => cents(line, 'amount_currency'));
      return own.length > 1 && debit === credit && debit > 0 && foreign === 0;
    });
    expect(wrong).toEqual([]);
    expect(
      offenders('account.move.line', (line) => cents(line, 'debit') - cents(line, 'credit') === cents(line, 'balance')),
    ).toEqual([]);
  });

  it('have documents that total their lines', () => {
    const wrong = offenders('account.move', (move) => {
      if (move['move_type'] === 'entry') return true;
      const own = lines.get(move.id) ?? [];
      const products = own.filter((line) => line['display_type'] === 'product');
      const tax = own.filter((line) => line['display_type'] === 'tax');
      const claim = own.filter((line) => line['display_type'] === 'payment_term');
      const untaxed = sum(products, (line) => cents(line, 'price_subtotal'));
      const total = sum(products, (line) => cents(line, 'price_total'));
      return (
        untaxed === cents(move, 'amount_untaxed') &&
        total === cents(move, 'amount_total') &&
        total - untaxed === cents(move, 'amount_tax') &&
        Math.abs(sum(tax, (line) => cents(line, 'amount_currency'))) === total - untaxed &&
        Math.abs(sum(claim, (line) => cents(line, 'amount_currency'))) === total
      );
    });
    expect(wrong).toEqual([]);
  });

  it('leave open what was not matched, and say so on the document', () => {
    const matched = new Map<unknown, number>();
    const settle = (line: unknown, amount: number): void => void matched.set(line, (matched.get(line) ?? 0) + amount);
    for (const partial of rows('account.partial.reconcile')) {
      settle(partial['debit_move_id'], -cents(partial, 'debit_amount_currency'));
      settle(partial['credit_move_id'], cents(partial, 'credit_amount_currency'));
    }
    const wrong = offenders('account.move', (move) => {
      if (move['move_type'] === 'entry' || move['state'] !== 'posted') return move['payment_state'] === 'not_paid';
      const claim = (lines.get(move.id) ?? []).find((line) => line['display_type'] === 'payment_term');
      const open = cents(claim, 'amount_currency') + (matched.get(claim?.id) ?? 0);
      const total = cents(move, 'amount_total');
      const states = open === 0 ? ['paid', 'reversed'] : Math.abs(open) === total ? ['not_paid'] : ['partial'];
      const told =
        cents(move, 'amount_residual') === Math.abs(open) && cents(claim, 'amount_residual_currency') === open;
      return told && states.includes(text(move, 'payment_state'));
    });
    expect(wrong).toEqual([]);
    const states = new Set(rows('account.move').map((move) => move['payment_state']));
    expect(states).toEqual(new Set(['not_paid', 'paid', 'partial', 'reversed']));
  });

  it('have an entry for every payment that was made, over its amount', () => {
    const moves = byId('account.move');
    const wrong = offenders('account.payment', (payment) => {
      const made = payment['state'] === 'paid' || payment['state'] === 'in_process';
      if (!made) return payment['move_id'] === false && payment['name'] === false;
      const move = moves.get(payment['move_id']);
      const amounts = (lines.get(move?.id) ?? []).map((line) => Math.abs(cents(line, 'amount_currency')));
      const known = ids(payment, 'invoice_ids').every((id) =>
        ids(moves.get(id) as Row, 'matched_payment_ids').includes(payment.id),
      );
      const named = move?.['origin_payment_id'] === payment.id && move['name'] === payment['name'];
      return named && known && amounts.every((amount) => amount === cents(payment, 'amount'));
    });
    expect(wrong).toEqual([]);
    expect(new Set(rows('account.payment').map((payment) => payment['state'])).size).toBe(4);
  });

  it('number what is posted once in each journal, in the order of the dates', () => {
    const sequences = new Map<string, Row[]>();
    for (const move of rows('account.move')) {
      if (move['name'] === false) continue;
      const key = `${text(move, 'journal_id')}:${text(move, 'sequence_prefix')}`;
      sequences.set(key, [...(sequences.get(key) ?? []), move]);
    }
    for (const moves of sequences.values()) {
      const sorted = moves.toSorted((one, other) => num(one, 'sequence_number') - num(other, 'sequence_number'));
      expect(sorted.map((move) => num(move, 'sequence_number'))).toEqual(sorted.map((_, index) => index + 1));
      const dates = sorted.map((move) => text(move, 'date'));
      expect(dates).toEqual(dates.toSorted());
    }
    expect(offenders('account.move', (move) => (move['state'] === 'draft') === (move['name'] === false))).toEqual([]);
  });

  it('leave on the cost centers what posted lines are spread over, to the cent', () => {
    const spread = rows('account.move.line').filter(
      (line) => line['parent_state'] === 'posted' && typeof line['analytic_distribution'] === 'object',
    );
    const left = groupBy('account.analytic.line', 'move_line_id');
    expect(left.size).toBe(spread.length);
    const wrong = spread.filter((line) => {
      const own = left.get(line.id) ?? [];
      const centers = own.map((row) => text(row, 'x_plan2_id')).toSorted();
      const named = Object.keys(line['analytic_distribution'] as object).toSorted();
      return (
        JSON.stringify(centers) !== JSON.stringify(named) ||
        sum(own, (row) => cents(row, 'amount')) !== -cents(line, 'balance')
      );
    });
    expect(wrong.map(({ id }) => id)).toEqual([]);
  });
});

const orderNamed = (name: string): Row => where('purchase.order', 'name', name)[0] as Row;
const billsOf = (row: Row): readonly Row[] =>
  rows('account.move').filter(({ id }) => ids(row, 'invoice_ids').includes(id));

describe('documents to point at', () => {
  it('are an order received, billed and paid in full, of things that lie at every location of its facility', () => {
    const complete = orderNamed('P00042');
    expect(complete).toMatchObject({ company_id: 1, receipt_status: 'full', invoice_status: 'invoiced' });
    expect(billsOf(complete)).toMatchObject([{ state: 'posted', payment_state: 'paid', amount_residual: 0 }]);
    const places = rows('stock.location').filter(
      (row) => row['company_id'] === 1 && row['usage'] === 'internal' && row['active'] !== false,
    );
    expect(places).toHaveLength(4);
    for (const line of where('purchase.order.line', 'order_id', complete.id)) {
      const found = where('stock.quant', 'product_id', line['product_id']).map((quant) => quant['location_id']);
      expect(found).toEqual(expect.arrayContaining(places.map(({ id }) => id)));
    }
  });

  it('are an order of which a rest is expected and half the bill is paid', () => {
    const unfinished = orderNamed('P00043');
    expect(unfinished).toMatchObject({ company_id: 1, receipt_status: 'partial', invoice_status: 'invoiced' });
    expect(billsOf(unfinished)).toMatchObject([{ state: 'posted', payment_state: 'partial' }]);
  });
});

describe('users', () => {
  it('are the administrator, the gateway in every facility, and a buyer in each, who is an employee', () => {
    expect(seed.users.map(({ login, companyIds }) => [login, companyIds])).toEqual([
      ['admin', [1, 2, 3]],
      ['svc.gateway', [1, 2, 3]],
      ...buyers().map(({ userName }, index) => [userName, [index + 1]]),
    ]);
    expect(seed.users.every(({ apiKey }) => /^[0-9a-f]{40}$/.test(apiKey))).toBe(true);
    expect(new Set(seed.users.map(({ apiKey }) => apiKey)).size).toBe(5);
    const companyOf = new Map(seed.users.map(({ id, companyIds }) => [id, companyIds]));
    expect(offenders('purchase.order', (row) => companyOf.get(num(row, 'user_id'))?.[0] === row['company_id'])).toEqual(
      [],
    );
  });
});
