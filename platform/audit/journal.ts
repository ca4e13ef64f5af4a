import { randomUUID } from 'node:crypto';
import {
  closeSync,
  fdatasync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { fail } from '../errors.ts';
import { type Log, LoggableError } from '../log.ts';
import { SECOND } from '../time.ts';
import { startChain } from './chain.ts';
import { readEntries, writtenLine } from './lines.ts';
import type { AuditRecord, Head } from './records.ts';

/** Where a process writes down who saw what, before anybody sees it. */
export interface Journal {
  /** Resolves to nothing: when it returns, the record outlives this process. @throws AUDIT_UNAVAILABLE */
  append(record: AuditRecord): void;
  /** For what must not even begin where its record could not follow. Costs nothing while all is well. @throws AUDIT_UNAVAILABLE */
  check(): void;
  readonly head: Head;
  /** The files of this chain that are still wanted, the one that is being written last. */
  readonly files: readonly string[];
  /** Nobody wants a file any more. It is deleted, unless it is being written. */
  release(file: string): void;
  close(): void;
}

export interface JournalOptions {
  /** Folder of the journals of this machine. */
  readonly dir: string;
  readonly key: Uint8Array;
  readonly log: Log;
}

/**
 * Opens a chain of its own for this process, in a file of its own. Its first record says where the chains of earlier
 * processes ended, as far as they are still here.
 *
 * A record is handed to the operating system before `append` returns, which takes a few microseconds and survives the
 * death of the process; once a second all of it is brought to the disk, so that a loss of power costs a second at most. A
 * disk that does not take it is a reason to show nobody anything.
 *
 * @throws when the folder cannot be written
 */
export const openJournal = ({ dir, key, log }: JournalOptions): Journal => {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const heads = headsIn(dir);
  const chain = startChain(randomUUID(), key);
  OPEN.add(chain.head.chain);
  const files: string[] = [];
  let descriptor = -1;
  let size = 0;
  let parts = 0;
  let isDirty = false;
  let isFailing = false;

  const begin = (): void => {
    const file = join(dir, fileName(chain.head.chain, parts));
    const next = openSync(file, 'ax', 0o600);
    if (descriptor >= 0) closeSync(descriptor);
    parts += 1;
    files.push(file);
    [descriptor, size] = [next, 0];
  };
  const write = (line: string): void => {
    if (size >= MOST_BYTES) begin();
    const written = writeSync(descriptor, line, null, 'latin1');
    if (written === line.length) {
      size += written;
      isDirty = true;
      return;
    }
    ftruncateSync(descriptor, size);
    throw new LoggableError('the journal takes no more', { written });
  };

  // What the chain has counted and the file has not taken goes there first, or the chain would have a gap. It is one
  // record at most: nothing new is counted before it, however long the disk takes nothing.
  let owed: string | undefined;
  const settle = (): void => {
    if (owed === undefined) return;
    try {
      write(owed);
      owed = undefined;
      isFailing = false;
    } catch (error) {
      if (!isFailing) log.error({ error }, 'audit:failed');
      isFailing = true;
      throw fail('AUDIT_UNAVAILABLE', { cause: error });
    }
  };
  const append = (record: AuditRecord): void => {
    settle();
    owed = writtenLine(chain.next(record));
    settle();
  };

  const sync = () => {
    if (!isDirty || descriptor < 0) return;
    isDirty = false;
    fdatasync(descriptor, (error) => {
      if (error !== null) log.error({ error }, 'audit:failed');
    });
  };
  const timer = setInterval(sync, SECOND);
  timer.unref();
  begin();
  append({ kind: 'opened', heads });
  return {
    append,
    check: settle,
    get head() {
      return chain.head;
    },
    files,
    release: (file) => {
      const index = files.indexOf(file);
      if (index < 0 || index === files.length - 1) return;
      files.splice(index, 1);
      rmSync(file, { force: true });
    },
    close: () => {
      clearInterval(timer);
      OPEN.delete(chain.head.chain);
      closeSync(descriptor);
      // Its number is given to the next file or connection that is opened; a late record must not end up there.
      descriptor = -1;
    },
  };
};

/** Of one file. What is in it has to be read as a whole by whoever looks for the end of a chain. */
const MOST_BYTES = 64 * 1024 * 1024;

/** The process that writes it stands in the name: a journal of a living one is not over. */
const fileName = (chain: string, part: number): string =>
  `${chain}.${process.pid}.${String(part).padStart(6, '0')}.ndjson`;

/** Chains that this process writes. */
const OPEN = new Set<string>();

const NAME = /^([0-9a-f-]{36})\.(\d+)\.\d{6}\.ndjson$/;

/** Every journal in a folder, whoever writes it, each chain's in their order. */
export const journalsIn = (dir: string): readonly string[] =>
  readdirSync(dir)
    .filter((name) => NAME.test(name))
    .toSorted()
    .map((name) => join(dir, name));

/** The files in a folder that nobody writes any more, each chain's in their order. */
export const journalsLeft = (dir: string): readonly string[] =>
  readdirSync(dir)
    .flatMap((name) => {
      const [, chain, pid] = NAME.exec(name) ?? [];
      if (chain === undefined || OPEN.has(chain)) return [];
      // A process that bears the number of this one is an earlier one.
      return Number(pid) === process.pid || !isAlive(Number(pid)) ? [join(dir, name)] : [];
    })
    .toSorted();

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

const headsIn = (dir: string): readonly Head[] => {
  const heads = new Map<string, Head>();
  for (const file of journalsLeft(dir)) {
    const last = readEntries(readFileSync(file, 'latin1')).at(-1);
    if (last !== undefined) heads.set(last.chain, { chain: last.chain, seq: last.seq, mac: last.mac });
  }
  return [...heads.values()];
};
