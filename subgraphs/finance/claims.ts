import DataLoader from 'dataloader';
import { groupBy } from '../../platform/group-by.ts';
import type { OdooSession } from '../../platform/odoo/session.ts';
import type { Many2one, OdooRow } from '../../platform/odoo/types.ts';
import { customerDocument, journalLine, matching } from './entities.ts';

/** The books' side of one claim: local ids of entries, the newest first. */
export interface ClaimBooks {
  /** Invoices and credit notes. */
  readonly documents: readonly number[];
  /** These, and the entries that settle them. */
  readonly entries: readonly number[];
}

interface Entry {
  readonly id: number;
  readonly date: string;
}

/**
 * Finds what the books have of claims, which an invoice bears in its reference: the invoices, what reverses them, and the
 * payments that are matched with either. At most three calls for all the claims of a tick.
 */
export const claimBooks = (odoo: OdooSession): DataLoader<string, ClaimBooks> =>
  new DataLoader(async (claims) => {
    const documents = await readDocuments(odoo, claims);
    const settling = await readSettling(odoo, documents);
    const documentsOf = groupBy(documents, ({ claim }) => claim);
    const settlingOf = groupBy(settling, ({ settles }) => settles);
    return claims.map((claim) => {
      const own = documentsOf.get(claim) ?? [];
      const others = own.flatMap(({ id }) => settlingOf.get(id) ?? []);
      return { documents: newestFirst(own), entries: newestFirst([...own, ...others]) };
    });
  });

interface Document extends Entry {
  readonly claim: string;
  readonly lines: readonly number[];
}

const readDocuments = async (odoo: OdooSession, claims: readonly string[]): Promise<readonly Document[]> => {
  const [ref, reverses] = (['ref', 'reversed_entry_id'] as const).map((name) => odoo.column(customerDocument, name));
  const within = ['|', [ref ?? '', 'in', claims], [`${reverses}.${ref}`, 'in', claims]] as const;
  const rows = await odoo.rows(customerDocument, within, ['ref', 'reversed_entry_id', 'date', 'line_ids']);
  const wanted = new Set<unknown>(claims);
  const claimOf = new Map(rows.map((row) => [row['id'], row[ref ?? '']]));
  return rows.flatMap((row) => {
    const own = [row[ref ?? ''], claimOf.get((row[reverses ?? ''] as Many2one | null)?.id)];
    const claim = own.find((each): each is string => typeof each === 'string' && wanted.has(each));
    return claim === undefined ? [] : [{ ...entryOf(row), claim, lines: row['line_ids'] as readonly number[] }];
  });
};

interface Settling extends Entry {
  /** The document that it is matched with. */
  readonly settles: number;
}

const readSettling = async (odoo: OdooSession, documents: readonly Document[]): Promise<readonly Settling[]> => {
  const documentOf = new Map(documents.flatMap(({ id, lines }) => lines.map((line) => [line, id] as const)));
  if (documentOf.size === 0) return [];
  const lines = [...documentOf.keys()];
  const matches = await odoo.rows(
    matching,
    ['|', ['debit_move_id', 'in', lines], ['credit_move_id', 'in', lines]],
    ['debit_move_id', 'credit_move_id'],
  );
  const pairs = matches.flatMap((row): readonly (readonly [line: number, document: number])[] => {
    const [debit, credit] = [row['debit_move_id'] as Many2one, row['credit_move_id'] as Many2one];
    const [debited, credited] = [documentOf.get(debit.id), documentOf.get(credit.id)];
    // Two documents that are matched with each other are both here already.
    if (debited !== undefined && credited !== undefined) return [];
    return debited === undefined ? [[debit.id, credited ?? 0]] : [[credit.id, debited]];
  });
  if (pairs.length === 0) return [];
  const others = await odoo.rows(journalLine, [['id', 'in', pairs.map(([line]) => line)]], ['move_id', 'date']);
  const byLine = new Map(others.map((row) => [row['id'], row]));
  return pairs.flatMap(([line, settles]) => {
    const row = byLine.get(line);
    return row === undefined ? [] : [{ id: (row['move_id'] as Many2one).id, date: String(row['date']), settles }];
  });
};

const entryOf = (row: OdooRow): Entry => ({ id: row['id'] as number, date: String(row['date']) });

const newestFirst = (entries: readonly Entry[]): readonly number[] => {
  const sorted = entries.toSorted((one, other) =>
    one.date === other.date ? other.id - one.id : one.date < other.date ? 1 : -1,
  );
  return [...new Set(sorted.map(({ id }) => id))];
};
