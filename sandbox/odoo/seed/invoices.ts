import type { Book } from './book.ts';
import { atHour, DAY } from './calendar.ts';
import type { CostCenters } from './cost-centers.ts';
import { addDocument, type Claim, type DocumentLine } from './documents.ts';
import type { Facility, Ground } from './ground.ts';
import type { Item, Items } from './items.ts';
import { claimOf, match } from './matching.ts';
import { memberOf, type Random, randomFor } from './random.ts';
import type { Payer } from './suppliers.ts';

/** The care each facility gives, in the order of the facilities. */
export const CARE: readonly (readonly string[])[] = [
  ['CARE-IPD', 'CARE-OPV', 'CARE-DAY', 'CARE-IMG', 'CARE-LAB'],
  ['CARE-OPV', 'CARE-DAY', 'CARE-IMG', 'CARE-LAB', 'CARE-RHB'],
  ['CARE-RES', 'CARE-RSP', 'CARE-RHB'],
];
/** Care bears no tax; this does. */
const OTHER_INCOME = ['Hire of seminar rooms', 'Cafeteria concession', 'Parking spaces', 'Kiosk rent'];

/** 600 invoices to payers at scale 1, by the month and not by the patient, and a few credit notes. */
export function invoicePayers(
  book: Book,
  ground: Ground,
  scale: number,
  { payers, items, centers }: { payers: readonly Payer[]; items: Items; centers: CostCenters },
): readonly Claim[] {
  const random = randomFor('invoices');
  const count = Math.round(600 * scale);
  const invoices = Array.from({ length: count }, (_, index) => {
    const place = random.chance(0.55) ? 0 : random.chance(0.6) ? 1 : 2;
    const facility = memberOf(ground.facilities, place);
    const date = atHour(ground.start + ((index + 0.5) / count) * 364 * DAY, 0);
    const taxed = random.chance(0.1);
    const care = items.sold.filter(({ code }) => memberOf(CARE, place).includes(code));
    const lines = taxed
      ? [otherLine(facility, random, centers)]
      : random.sample(care, random.int(1, 4)).map((item) => careLine(item, facility, random, centers));
    const young = ground.today - date < 10 * DAY;
    return addDocument(book, {
      facility,
      type: 'out_invoice',
      state: young && random.chance(0.4) ? 'draft' : 'posted',
      date,
      lines,
      tax: taxed ? { id: facility.taxes.sale15, percent: 15 } : null,
      currency: ground.currencies.usd,
      partner: random.pick(payers),
      ref: taxed ? false : `CLM-${String(300_000 + index * 7)}`,
      origin: taxed ? false : `Statement ${new Date(date).toISOString().slice(0, 7)}`,
    });
  });
  const refused = invoices.filter(
    ({ plan }) => plan.state === 'posted' && plan.tax === null && plan.date < ground.today - 40 * DAY,
  );
  const credits = random
    .sample(refused, Math.round(20 * scale))
    .map((invoice) => credit(book, ground, invoice, random));
  return [...invoices, ...credits];
}

function careLine(item: Item, facility: Facility, random: Random, centers: CostCenters): DocumentLine {
  const quantity = random.int(1, item.cost > 100_000 ? 4 : 45);
  const price = item.cost;
  const distribution = centers.spread(facility, random);
  const label = `[${item.code}] ${item.name}`;
  return { label, account: '400000', subtotal: quantity * price, quantity, price, discount: 0, distribution, item };
}

function otherLine(facility: Facility, random: Random, centers: CostCenters): DocumentLine {
  const price = random.int(200, 2400) * 100;
  const distribution = centers.spread(facility, random);
  const label = random.pick(OTHER_INCOME);
  return { label, account: '450000', subtotal: price, quantity: 1, price, discount: 0, distribution };
}

/** Takes back one line of an invoice that a payer did not accept. */
function credit(book: Book, ground: Ground, invoice: Claim, random: Random): Claim {
  const date = invoice.plan.date + random.int(10, 30) * DAY;
  const lines = invoice.plan.lines.slice(0, 1);
  const note = addDocument(book, {
    ...invoice.plan,
    type: 'out_refund',
    state: 'posted',
    date,
    lines,
    reverses: invoice.entry,
    ref: `Reversal of: ${String(invoice.plan.ref)}, not covered`,
  });
  const claims = [claimOf(invoice.entry), claimOf(note.entry)] as const;
  match(book, claims, Math.abs(claims[1].amount), ground.currencies.usd, date);
  if (invoice.plan.lines.length === 1) invoice.entry.row['payment_state'] = 'reversed';
  return note;
}
