import { join } from 'node:path';
import { type JournalOptions as FileOptions, openJournal as openFile } from '../journal.ts';
import type { Change, StoredRow } from './engine/database.ts';

export interface JournalOptions extends Omit<FileOptions, 'path'> {
  readonly dataDir: string;
}

/** What has been committed on top of a seed. */
export interface Journal {
  /** Writes a transaction; when this returns, `kill -9` does not lose it. */
  append(changes: readonly Change[]): void;
  close(): void;
}

/** `[model, id, row]`; null for a deleted row. */
type Entry = readonly [model: string, id: number, after: StoredRow | null];

/** Opens the journal of a directory and replays what it holds. @throws when it belongs to another seed */
export const openJournal = ({ dataDir, ...options }: JournalOptions, replay: (...entry: Entry) => void): Journal => {
  const journal = openFile<Entry>({ ...options, path: join(dataDir, 'odoo-journal.jsonl') }, (entry) =>
    replay(...entry),
  );
  return { append: (changes) => journal.append(lastOfEach(changes)), close: journal.close };
};

/** A row written ten times in one transaction is journaled as it ended. */
const lastOfEach = (changes: readonly Change[]): Entry[] => {
  const entries = new Map<string, Entry>();
  for (const { model, id, after } of changes) entries.set(`${model},${id}`, [model, id, after]);
  return [...entries.values()];
};
