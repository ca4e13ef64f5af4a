import { hash } from 'node:crypto';

/** What of a record tells whether two are one thing. Only fingerprints of it are compared, and none of it is kept. */
export interface ComparedRecord {
  readonly id: string;
  /** Code of its facility; null where it is of none. */
  readonly facility: string | null;
  readonly name?: string | null;
  /** In ISO 8601. */
  readonly birthDate?: string | null;
  readonly taxNumber?: string | null;
  readonly email?: string | null;
  readonly phone?: string | null;
}

export interface DuplicatePair {
  readonly left: Pick<ComparedRecord, 'id' | 'facility'>;
  readonly right: Pick<ComparedRecord, 'id' | 'facility'>;
  /** 0 to 100. */
  readonly score: number;
  readonly reasons: readonly Reason[];
}

export type Reason = 'NAME' | 'BIRTH_DATE' | 'TAX_NUMBER' | 'EMAIL' | 'PHONE';

/** How much each agreement says. A name alone, or a birth date alone, says too little. */
const WEIGHTS: Readonly<Record<Reason, number>> = { NAME: 50, BIRTH_DATE: 35, TAX_NUMBER: 90, EMAIL: 45, PHONE: 30 };
const CONTRADICTIONS: Readonly<Partial<Record<Reason, number>>> = { BIRTH_DATE: 40, TAX_NUMBER: 40 };
const LEAST_SCORE = 60;
/** A value that so many records have tells nothing, like the phone number of a switchboard. */
const LARGEST_GROUP = 20;

/** Without case, marks, punctuation, legal forms and the order of words: `Müller & Co. GmbH` and `co muller`. */
export const normalName = (name: string): string =>
  name
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '' && !LEGAL_FORMS.has(word))
    .toSorted()
    .join(' ');

const LEGAL_FORMS = new Set([
  'gmbh',
  'ag',
  'ltd',
  'limited',
  'inc',
  'llc',
  'sa',
  'srl',
  'bv',
  'nv',
  'plc',
  'corp',
  'kg',
]);

/** Letters and digits of numbers people write in different ways. */
const normalNumber = (text: string): string => text.toUpperCase().replaceAll(/[^0-9A-Z]/g, '');
/** The last nine digits, so that a country's prefix makes no difference. */
const normalPhone = (text: string): string => text.replaceAll(/\D/g, '').slice(-9);

/** Hashes of what is compared: as good as the values for telling whether they agree, small, and of no use to a reader. */
type Fingerprint = Readonly<Partial<Record<Reason, number>>>;

const fingerprintOf = ({ name, birthDate, taxNumber, email, phone }: ComparedRecord): Fingerprint => {
  const parts: [Reason, string][] = [
    ['NAME', normalName(name ?? '')],
    ['BIRTH_DATE', birthDate ?? ''],
    ['TAX_NUMBER', normalNumber(taxNumber ?? '')],
    ['EMAIL', (email ?? '').trim().toLowerCase()],
    ['PHONE', normalPhone(phone ?? '')],
  ];
  return Object.fromEntries(parts.flatMap(([reason, value]) => (value === '' ? [] : [[reason, digest(value)]])));
};

/** 52 bits, which a number holds exactly: two of a million values are alike once in ten thousand times. */
const digest = (value: string): number => Number.parseInt(hash('sha256', value).slice(0, 13), 16);

export interface DuplicateFinder {
  /** Of the record only its id, its facility and hashes are kept. */
  add(record: ComparedRecord): void;
  /** Pairs of records that may be one thing, the likeliest first. */
  pairs(): readonly DuplicatePair[];
}

/**
 * Finds records that may be one thing among any number that are read page by page.
 *
 * Only records that agree in something are compared, so that the work grows with the number of agreements and not with
 * the square of the number of records. A birth date is no reason to compare two people by itself.
 */
export const duplicateFinder = (): DuplicateFinder => {
  const marked = new Map<string, Marked>();
  return {
    add: (record) => {
      marked.set(record.id, { id: record.id, facility: record.facility, print: fingerprintOf(record) });
    },
    pairs: () => {
      const pairs = new Map<string, DuplicatePair>();
      for (const reason of ['NAME', 'TAX_NUMBER', 'EMAIL', 'PHONE'] as const)
        for (const group of groupsBy(marked.values(), ({ print }) => print[reason]))
          if (group.length <= LARGEST_GROUP)
            for (const pair of pairsIn(group)) pairs.set(`${pair.left.id} ${pair.right.id}`, pair);
      return [...pairs.values()].toSorted((a, b) => b.score - a.score || (a.left.id < b.left.id ? -1 : 1));
    },
  };
};

/** The same for records that are at hand. */
export const findDuplicates = (records: readonly ComparedRecord[]): readonly DuplicatePair[] => {
  const finder = duplicateFinder();
  for (const record of records) finder.add(record);
  return finder.pairs();
};

interface Marked extends Pick<ComparedRecord, 'id' | 'facility'> {
  readonly print: Fingerprint;
}

const pairsIn = (group: readonly Marked[]): readonly DuplicatePair[] =>
  group.flatMap((one, index) =>
    group.slice(index + 1).flatMap((other) => {
      const [left, right] = one.id < other.id ? [one, other] : [other, one];
      const { score, reasons } = compare(left.print, right.print);
      return score < LEAST_SCORE ? [] : [{ left: placeOf(left), right: placeOf(right), score, reasons }];
    }),
  );

const placeOf = ({ id, facility }: Marked) => ({ id, facility });

/** Those that share a value with another. */
const groupsBy = <T>(all: Iterable<T>, keyOf: (one: T) => number | undefined): readonly (readonly T[])[] => {
  const groups = new Map<number, T[]>();
  for (const one of all) {
    const key = keyOf(one);
    if (key === undefined) continue;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [one]);
    else group.push(one);
  }
  return [...groups.values()].filter(({ length }) => length > 1);
};

const compare = (left: Fingerprint, right: Fingerprint): { readonly score: number; readonly reasons: Reason[] } => {
  const reasons: Reason[] = [];
  let score = 0;
  for (const reason of Object.keys(WEIGHTS) as Reason[]) {
    const [a, b] = [left[reason], right[reason]];
    if (a === undefined || b === undefined) continue;
    if (a === b) {
      reasons.push(reason);
      score += WEIGHTS[reason];
    } else score -= CONTRADICTIONS[reason] ?? 0;
  }
  return { score: Math.max(0, Math.min(100, score)), reasons };
};
