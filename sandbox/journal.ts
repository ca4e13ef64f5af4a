import { closeSync, existsSync, fsyncSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

export interface JournalOptions {
  /** Path of the file. */
  readonly path: string;
  /** Of the seed that the journal stands on. */
  readonly fingerprint: string;
  /** Survive a power cut, not only a killed process. */
  readonly fsync: boolean;
}

/** What has been committed on top of a seed: one line of JSON for each transaction. */
export interface Journal<Entry> {
  /** Writes a transaction; when this returns, `kill -9` does not lose it. */
  append(entries: readonly Entry[]): void;
  close(): void;
}

/**
 * Opens a journal and replays what it holds.
 *
 * A last line that was torn by a crash was never acknowledged and is cut off; anything else unreadable is an error.
 *
 * @throws when the journal belongs to another seed: mixing the two would invent a third state.
 */
export const openJournal = <Entry>(options: JournalOptions, replay: (entry: Entry) => void): Journal<Entry> => {
  const { path, fingerprint, fsync } = options;
  mkdirSync(dirname(path), { recursive: true });
  const isNew = !existsSync(path);
  const file = openSync(path, 'a+', 0o600);
  try {
    if (isNew) write(file, { seed: fingerprint }, fsync);
    else restore(file, options, replay);
  } catch (error) {
    closeSync(file);
    throw error;
  }
  let isOpen = true;
  return {
    append: (entries) => {
      if (entries.length > 0) write(file, { c: entries }, fsync);
    },
    close: () => {
      if (isOpen) closeSync(file);
      isOpen = false;
    },
  };
};

const write = (file: number, line: unknown, fsync: boolean): void => {
  const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
  if (fsync) fsyncSync(file);
};

const restore = <Entry>(
  file: number,
  { path, fingerprint, fsync }: JournalOptions,
  replay: (entry: Entry) => void,
): void => {
  const bytes = readFileSync(path);
  const complete = bytes.lastIndexOf(0x0a) + 1;
  if (complete < bytes.length) ftruncateSync(file, complete);
  const [head, ...lines] = bytes.subarray(0, complete).toString('utf8').split('\n').slice(0, -1);
  if (head === undefined) return write(file, { seed: fingerprint }, fsync);
  const { seed } = JSON.parse(head) as { readonly seed?: string };
  if (seed !== fingerprint) {
    throw new Error(
      `${path} was written on the seed ${seed ?? 'of nobody'} and this is ${fingerprint}: move it away, or point the data directory elsewhere.`,
    );
  }
  for (const line of lines) {
    const { c } = JSON.parse(line) as { readonly c: readonly Entry[] };
    for (const entry of c) replay(entry);
  }
};
