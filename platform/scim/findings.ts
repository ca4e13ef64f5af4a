import type { Log } from '../log.ts';

/** Something that is wrong with the owner's data, by kind and place. Never the value. */
export interface Finding {
  readonly kind: 'unmapped' | 'ambiguous-key';
  readonly type: string;
  readonly field: string;
  /** Of the table that has no place for the value. */
  readonly mapping?: string;
}

/** Counts what is wrong with the owner's data. */
export interface Findings {
  note(finding: Finding): void;
}

/**
 * Logs the first of a kind, the tenth, the hundredth and so on: enough to be seen, too little to fill a disk. Each is passed
 * on.
 */
export const countFindings = (log: Log, pass: Findings['note'] = () => undefined): Findings => {
  const counts = new Map<string, number>();
  return {
    note: (finding) => {
      const { kind, ...place } = finding;
      const key = JSON.stringify([kind, place]);
      const count = (counts.get(key) ?? 0) + 1;
      counts.set(key, count);
      if (Number.isInteger(Math.log10(count))) log.warn({ ...place, count }, `finding:${kind}`);
      pass(finding);
    },
  };
};
