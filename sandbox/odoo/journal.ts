import { closeSync, existsSync, fsyncSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Change, StoredRow } from './engine/database.ts';

export interface JournalOptions {
  readonly dataDir: string;
  readonly fingerprint: string;
  /** Survive a power cut, not only a killed process. */
  readonly fsync: boolean;
}

/** What has been committed on top of a seed: one line of JSON for each transaction. */
export interface Journal {
  /** Writes a transaction; when this returns, `kill -9` does not lose it. */
  append(changes: readonly Change[]): void;
  close(): void;
}

/** `[model, id, row]`; null for a deleted row. */
type Entry = readonly [model: string, id: number, after: StoredRow | null];

/**
 * Opens the journal of a directory and replays what it holds.
 *
 * A last line that was torn by a crash was never acknowledged and is cut off; anything else unreadable is an error.
 *
 * @throws when the journal belongs to another seed: mixing the two would invent a third database.
 */
export const openJournal = (options: JournalOptions, replay: (...entry: Entry) => void): Journal => {
  mkdirSync(options.dataDir, { recursive: true });
  const path = join(options.dataDir, 'odoo-journal.jsonl');
  const isNew = !existsSync(path);
  const file = openSync(path, 'a+');
  try {
    if (isNew) write(file, { seed: options.fingerprint }, options.fsync);
    else restore(path, file, options, replay);
  } catch (error) {
    closeSync(file);
    throw error;
  }
  let isOpen = true;
  return {
    append: (changes) => {
      if (changes.length > 0) write(file, { c: lastOfEach(changes) }, options.fsync);
    },
    close: () => {
      if (isOpen) closeSync(file);
      isOpen = false;
    },
  };
};

/** A row written ten times in one transaction is journaled as it ended. */
const lastOfEach = (changes: readonly Change[]): Entry[] => {
  const entries = new Map<string, Entry>();
  for (const { model, id, after } of changes) entries.set(`${model},${id}`, [model, id, after]);
  return [...entries.values()];
};

const write = (file: number, line: unknown, fsync: boolean): void => {
  const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
  if (fsync) fsyncSync(file);
};

const restore = (path: string, file: number, options: JournalOptions, replay: (...entry: Entry) => void): void => {
  const bytes = readFileSync(path);
  const complete = bytes.lastIndexOf(0x0a) + 1;
  if (complete < bytes.length) ftruncateSync(file, complete);
  const [head, ...lines] = bytes.subarray(0, complete).toString('utf8').split('\n').slice(0, -1);
  if (head === undefined) return write(file, { seed: options.fingerprint }, options.fsync);
  const { seed } = JSON.parse(head) as { readonly seed?: string };
  if (seed !== options.fingerprint) {
    throw new Error(
      `${path} was written on the seed ${seed ?? 'of nobody'} and this is ${options.fingerprint}: move it away, or point the data directory elsewhere.`,
    );
  }
  for (const line of lines) {
    const { c } = JSON.parse(line) as { readonly c: readonly Entry[] };
    for (const entry of c) replay(...entry);
  }
};
