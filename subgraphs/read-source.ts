import { fail } from '../platform/errors.ts';
import { LoggableError } from '../platform/log.ts';
import { replaceDuplicates } from '../platform/store/duplicates.ts';
import { type DuplicateFinder, duplicateFinder } from '../platform/store/find-duplicates.ts';
import {
  forgetRecords,
  progressOf,
  saveOwnerRecords,
  saveProgress,
  unseenRecords,
} from '../platform/store/owner-records.ts';
import type { Store } from '../platform/store/owner.ts';
import { MINUTE } from '../platform/time.ts';
import { findIdentities, IDENTITY_PAGE, type IdentitySource, isIncremental, readIdentities } from './identities.ts';
import type { Sessions } from './owners.ts';

export interface ReadSourceOptions {
  readonly store: Store;
  /** For one page. */
  readonly openSession: (source: IdentitySource) => Promise<Sessions>;
  readonly startedAt: Date;
  /** Everything is read when that has not been done since. */
  readonly wholeSince: Date;
  readonly signal: AbortSignal;
}

export interface ReadCounts {
  readonly read: number;
  readonly gone: number;
  /** Pairs that may be one thing; none where not everything was read. */
  readonly duplicates: number;
}

/** The owner's clock and ours may differ by so much. */
const OVERLAP = 5 * MINUTE;

/**
 * Reads a source: what has changed since the last time where the owner can tell, else everything.
 *
 * When everything is read, what did not come is asked for by its id before it is taken for gone: rows move between pages
 * while they are read. How far it has come is noted at the end, so that a run that is broken off is done again.
 */
export const readSource = async (source: IdentitySource, options: ReadSourceOptions): Promise<ReadCounts> => {
  const { store, startedAt, wholeSince, signal } = options;
  const progress = await progressOf(store, source);
  const isWhole = progress === null || progress.wholeAt < wholeSince || !isIncremental(source);
  const changedSince = isWhole ? null : new Date(progress.checkedAt.getTime() - OVERLAP);
  const finder = isWhole && source.compared !== undefined ? duplicateFinder() : undefined;
  const read = await readPages(source, changedSince, finder, options);
  const gone = isWhole ? await forgetUnseen(source, read, finder, options) : 0;
  signal.throwIfAborted();
  const pairs = finder?.pairs();
  if (pairs !== undefined) await replaceDuplicates(store, source.type, pairs, startedAt);
  await saveProgress(store, source, {
    checkedAt: startedAt,
    wholeAt: isWhole ? startedAt : progress.wholeAt,
    comparedAt: finder === undefined ? (progress?.comparedAt ?? null) : startedAt,
  });
  return { read, gone, duplicates: pairs?.length ?? 0 };
};

const readPages = async (
  source: IdentitySource,
  changedSince: Date | null,
  finder: DuplicateFinder | undefined,
  { store, openSession, startedAt, signal }: ReadSourceOptions,
): Promise<number> => {
  let read = 0;
  for (let after: string | null = null, more = true; more; ) {
    signal.throwIfAborted();
    const { records, next } = await readIdentities(await openSession(source), source, { changedSince, after });
    await saveOwnerRecords(store, source, records, startedAt);
    for (const { compared } of records) if (compared !== null) finder?.add(compared);
    read += records.length;
    after = next;
    more = next !== null;
  }
  return read;
};

const forgetUnseen = async (
  source: IdentitySource,
  read: number,
  finder: DuplicateFinder | undefined,
  { store, openSession, startedAt, signal }: ReadSourceOptions,
): Promise<number> => {
  let gone = 0;
  for (let after = ''; ; ) {
    signal.throwIfAborted();
    const unseen = await unseenRecords(store, source, startedAt, after, IDENTITY_PAGE);
    const last = unseen.at(-1);
    if (last === undefined) return gone;
    // A system that has lost everything has lost our access, or its facilities.
    if (read === 0)
      throw fail('SOR_CONTRACT_BROKEN', { cause: new LoggableError('a source that had records has none') });
    const found = await findIdentities(await openSession(source), source, unseen);
    await saveOwnerRecords(store, source, found, startedAt);
    for (const { compared } of found) if (compared !== null) finder?.add(compared);
    const there = new Set(found.map(({ localId }) => localId));
    const missing = unseen.flatMap(({ localId }) => (there.has(localId) ? [] : [localId]));
    await forgetRecords(store, source, missing);
    gone += missing.length;
    after = last.localId;
  }
};
