import type { Seen, Snapshot } from './snapshot.ts';

/** One thing that a client sees otherwise than before. */
export interface Change {
  readonly client: string;
  /** `Type.field purpose`, or `file operation purpose: path`. */
  readonly place: string;
  readonly before: Seen | undefined;
  readonly after: Seen | undefined;
}

export interface Changes {
  readonly gains: readonly Change[];
  readonly losses: readonly Change[];
  /** Masked in another way, or by other rows, of which it is not plain that it is more or less. */
  readonly others: readonly Change[];
}

type ByClient = Snapshot['fields'];

/** What clients see more and less of. A client or a place that is not there sees, or shows, nothing. */
export const compare = (before: ByClient, after: ByClient): Changes => {
  const changes = [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((client) => {
    const [old = {}, new_ = {}] = [before[client], after[client]];
    return [...new Set([...Object.keys(old), ...Object.keys(new_)])].map(
      (place): Change => ({ client, place, before: old[place], after: new_[place] }),
    );
  });
  const by = (kind: ReturnType<typeof kindOf>) => changes.filter((change) => kindOf(change) === kind);
  return { gains: by('gain'), losses: by('loss'), others: by('other') };
};

const kindOf = ({ before, after }: Change): 'gain' | 'loss' | 'other' | 'none' => {
  const [old, new_] = [before?.level ?? 0, after?.level ?? 0];
  if (new_ > old) return 'gain';
  if (new_ < old) return 'loss';
  if (new_ === 0 || before === undefined || after === undefined) return 'none';
  const lifted = before.rows.some((one) => !after.rows.includes(one));
  const added = after.rows.some((one) => !before.rows.includes(one));
  if (lifted !== added) return lifted ? 'gain' : 'loss';
  return lifted || before.as !== after.as ? 'other' : 'none';
};

/** The rank of what is gained: that of before counts as well, since a class can be lowered to hide a gain. */
export const rankOf = ({ before, after }: Change): number => Math.max(before?.rank ?? -1, after?.rank ?? -1);

export const inWords = ({ client, place, before, after }: Change): string =>
  `${client}: ${place}: ${seenInWords(before)} → ${seenInWords(after)}`;

const seenInWords = (seen: Seen | undefined): string =>
  seen === undefined
    ? 'not there'
    : `${seen.as}${seen.rows.length === 0 ? '' : ` (rows by ${seen.rows.join(' and ')})`}`;
