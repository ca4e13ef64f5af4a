import { BEGINNING, sealer } from './chain.ts';
import type { AuditRecord, Entry, Head } from './records.ts';

/** What is wrong with a trail, and where. */
export interface Problem {
  readonly chain: string;
  /** The first record that is not as it was written, or is not there. */
  readonly seq: number;
  /** `hidden`: it is whole, and what it is looked for by says something else. */
  readonly what: 'changed' | 'missing' | 'cut' | 'hidden';
}

export interface Verdict {
  readonly records: number;
  readonly chains: number;
  /** One for each chain with something wrong, the first of it. */
  readonly problems: readonly Problem[];
}

/**
 * Checks a trail from its entries, in the order of their places within each chain.
 *
 * A record that was changed, taken out or moved breaks the MACs of its chain. One that was cut off the end breaks none, but
 * the other chains say how far this one had come: in their anchors, and in those kept outside (`kept`).
 */
export const verifyTrail = (entries: readonly Entry[], key: Uint8Array, kept: readonly Head[] = []): Verdict => {
  const trail = createVerifier(key);
  for (const entry of entries) trail.add(entry);
  const macs = new Map(entries.map(({ chain, seq, mac }) => [`${chain} ${seq}`, mac]));
  return trail.finish(kept, ({ chain, seq }) => macs.get(`${chain} ${seq}`));
};

/** The same for entries that come a few at a time, those of one chain in their order. */
export const createVerifier = (key: Uint8Array): Verifier => {
  const seal = sealer(key);
  const heads = new Map<string, Head>();
  const problems = new Map<string, Problem>();
  const anchored: Head[] = [];
  let records = 0;

  const report = (problem: Problem): undefined => {
    const known = problems.get(problem.chain);
    if (known === undefined || problem.seq < known.seq) problems.set(problem.chain, problem);
  };
  return {
    add: (entry) => {
      const { chain, seq, mac, text } = entry;
      const before = heads.get(chain) ?? { chain, seq: 0, mac: BEGINNING };
      heads.set(chain, { chain, seq, mac });
      records += 1;
      if (problems.has(chain)) return undefined;
      if (seq !== before.seq + 1) return report({ chain, seq: before.seq + 1, what: 'missing' });
      if (seal(chain, seq, before.mac, text) !== mac) return report({ chain, seq, what: 'changed' });
      const record = JSON.parse(text) as AuditRecord;
      if (record.kind === 'anchor' || record.kind === 'opened') anchored.push(...record.heads);
      return record;
    },
    report,
    anchored: () => anchored,
    reached: (chain) => heads.get(chain)?.seq ?? 0,
    finish: (kept, macAt) => {
      for (const head of [...anchored, ...kept]) {
        const { chain, seq, mac } = head;
        const reached = heads.get(chain)?.seq ?? 0;
        if (reached < seq) report({ chain, seq: reached + 1, what: 'cut' });
        else if (macAt(head) !== mac) report({ chain, seq, what: 'changed' });
      }
      return { records, chains: heads.size, problems: [...problems.values()] };
    },
  };
};

export interface Verifier {
  /** @returns the record, if it is as it was written */
  add(entry: Entry): AuditRecord | undefined;
  /** Something is wrong with a record that the MACs do not cover. */
  report(problem: Problem): void;
  /** What the chains seen so far say of each other. */
  anchored(): readonly Head[];
  /** The place of the last record of a chain that was added; 0 for none. */
  reached(chain: string): number;
  /** `macAt` gives the MAC of the record in a place. */
  finish(kept: readonly Head[], macAt: (place: Pick<Head, 'chain' | 'seq'>) => string | undefined): Verdict;
}
