import { type Draft, textOf } from './book.ts';
import type { Entry } from './entries.ts';

interface Sequence {
  readonly prefix: string;
  readonly digits: number;
}

/**
 * Numbers posted entries in the order of their dates, each journal on its own: bills and general entries by the month,
 * the others by the year, as a fresh Odoo does. Drafts have no number.
 */
export function numberEntries(entries: readonly Entry[], journals: readonly Draft[]): void {
  const codes = new Map(journals.map((journal) => [journal.id, textOf(journal, 'code')]));
  const last = new Map<string, number>();
  const posted = entries.filter(({ row }) => row['state'] !== 'draft');
  for (const { row, lines } of posted.toSorted(byDate)) {
    const { prefix, digits } = sequenceOf(row, codes.get(Number(row['journal_id'])) ?? '');
    const key = `${Number(row['journal_id'])}:${prefix}`;
    const number = (last.get(key) ?? 0) + 1;
    last.set(key, number);
    const name = `${prefix}${String(number).padStart(digits, '0')}`;
    row['name'] = name;
    row['sequence_prefix'] = prefix;
    row['sequence_number'] = number;
    if (textOf(row, 'move_type').startsWith('out_')) row['payment_reference'] = name;
    for (const line of lines) {
      line.row['move_name'] = name;
      if (line.row['name'] === '') line.row['name'] = name;
    }
  }
}

const byDate = (one: Entry, other: Entry): number => {
  const [first, second] = [textOf(one.row, 'date'), textOf(other.row, 'date')];
  return first < second ? -1 : first > second ? 1 : one.row.id - other.row.id;
};

function sequenceOf(row: Draft, code: string): Sequence {
  const [year, month] = textOf(row, 'date').split('-');
  const refund = textOf(row, 'move_type').endsWith('refund');
  const payment = row['origin_payment_id'] !== false;
  const name = `${refund ? 'R' : payment ? 'P' : ''}${code}`;
  const monthly = code === 'BILL' || code === 'MISC';
  return monthly ? { prefix: `${name}/${year}/${month}/`, digits: 4 } : { prefix: `${name}/${year}/`, digits: 5 };
}
