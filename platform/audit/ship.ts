import { open, readFile, rm } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { Log } from '../log.ts';
import { headsSince, keepEntries } from '../store/audit-trail.ts';
import type { StoreOwner } from '../store/owner.ts';
import { MINUTE, SECOND } from '../time.ts';
import { type Journal, journalsLeft } from './journal.ts';
import { readEntries } from './lines.ts';
import type { Entry } from './records.ts';

/** Brings journals into the store. */
export interface Shipping {
  /** Brings what there is by now. @throws when the store does not take it */
  flush(): Promise<void>;
  /** Brings what there is, if the store takes it, and ends. What is left stays in its file, for the next process. */
  stop(): Promise<void>;
}

export interface ShippingOptions {
  readonly journal: Journal;
  /** Folder of the journals of this machine. */
  readonly dir: string;
  readonly store: Pick<StoreOwner, 'ours'>;
  readonly log: Log;
}

const EVERY = 1 * SECOND;
/** While the store does not take it. */
const AGAIN = 10 * SECOND;
const AT_ONCE = 500;

/**
 * Brings the journal of this process, and those that processes of this machine have left, into the store within about a
 * second. Entries are known by their place, so that bringing one twice changes nothing. A journal that is over and has been
 * brought is deleted.
 *
 * Each minute in which something was written, an anchor is: where the chains stand in the store. It goes into the chain and,
 * so that it can be kept where nobody gets at it who gets at the store, into the log.
 */
export const shipJournals = ({ journal, dir, store, log }: ShippingOptions): Shipping => {
  const stopping = new AbortController();
  let offset = 0;
  let isFailing = false;
  let anchoredAt = Date.now();
  let underway: Promise<void> = Promise.resolve();

  const bring = async (entries: readonly Entry[]): Promise<void> => {
    for (let start = 0; start < entries.length; start += AT_ONCE)
      await keepEntries(store.ours(), entries.slice(start, start + AT_ONCE));
  };
  const bringOwn = async (): Promise<number> => {
    let brought = 0;
    for (;;) {
      const [file = '', next] = journal.files;
      const { text, end } = await readFrom(file, offset);
      const entries = readEntries(text);
      await bring(entries);
      brought += entries.length;
      if (end > offset) offset = end;
      else if (next === undefined) return brought;
      else {
        journal.release(file);
        offset = 0;
      }
    }
  };
  const bringOthers = async (): Promise<void> => {
    for (const file of journalsLeft(dir)) {
      await bring(readEntries(await readFile(file, 'latin1')));
      await rm(file);
    }
  };
  const anchor = async (): Promise<void> => {
    const since = new Date(anchoredAt - MINUTE);
    anchoredAt = Date.now();
    const heads = await headsSince(store.ours(), since);
    if (heads.length === 0) return;
    journal.append({ kind: 'anchor', heads });
    log.info({ heads: heads.map(({ chain, seq, mac }) => `${chain} ${seq} ${mac}`) }, 'audit:anchored');
  };

  const round = async (isFirst: boolean): Promise<void> => {
    if (isFirst) await bringOthers();
    const brought = await bringOwn();
    if (brought > 0 && Date.now() - anchoredAt >= MINUTE) await anchor();
    isFailing = false;
  };
  /** One at a time, whoever asks. */
  const inTurn = (isFirst = false): Promise<void> => {
    const next = underway.then(() => round(isFirst));
    underway = next.catch(() => undefined);
    return next;
  };

  const keepShipping = async (): Promise<void> => {
    let isFirst = true;
    while (!stopping.signal.aborted) {
      try {
        await inTurn(isFirst);
        isFirst = false;
      } catch (error) {
        if (!isFailing) log.warn({ error }, 'audit:not-shipped');
        isFailing = true;
      }
      await pause(isFailing ? AGAIN : EVERY, undefined, { signal: stopping.signal, ref: false }).catch(() => undefined);
    }
  };
  const shipping = keepShipping();
  return {
    flush: () => inTurn(),
    stop: async () => {
      stopping.abort();
      await shipping;
      await inTurn().catch(() => undefined);
    },
  };
};

/** What stands in a file behind `offset`, as far as its last whole line. */
const readFrom = async (file: string, offset: number): Promise<{ readonly text: string; readonly end: number }> => {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    const bytes = Buffer.alloc(Math.min(size - offset, MOST_BYTES));
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, offset);
    const whole = bytes.subarray(0, bytesRead).lastIndexOf('\n') + 1;
    return { text: bytes.toString('latin1', 0, whole), end: offset + whole };
  } finally {
    await handle.close();
  }
};

const MOST_BYTES = 8 * 1024 * 1024;
