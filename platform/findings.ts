/** What can be wrong with a value that a source gave. The list is closed, so that findings can be counted. */
export type FindingCode =
  /** The source has a word that the graph's enum does not know; the answer says UNMAPPED. */
  | 'UNMAPPED'
  /** A value that has to be there is not. */
  | 'MISSING'
  /** A value is not of the form it has to be of. */
  | 'MALFORMED'
  /** A reference leads nowhere. */
  | 'DANGLING'
  /** Two sources contradict each other. */
  | 'CONTRADICTED';

/** Where something is wrong. There is no place in it for the value: findings are kept, and read by many. */
export interface Finding {
  /** The owner the value came from, as the configuration names it: `odoo`, `scheduling`, `hr`. */
  readonly source: string;
  /** Canonical type and field. */
  readonly type: string;
  readonly field: string;
  readonly code: FindingCode;
}

/** Notes a finding. It costs no call, never fails, and may be called for each row of a list. */
export type RecordFinding = (finding: Finding) => void;

/** A finding, as often as it was noted since it was last taken. */
export interface CountedFinding extends Finding {
  readonly count: number;
  readonly firstSeen: Date;
  readonly lastSeen: Date;
}

export interface Findings {
  readonly record: RecordFinding;
  /** What has been noted; it is forgotten here. */
  take(): readonly CountedFinding[];
}

/** Types and fields are those of the schema, so there cannot be many; this is for the case that somebody is wrong. */
const MOST = 10_000;

export const collectFindings = (): Findings => {
  let counted = new Map<string, CountedFinding>();
  return {
    record: ({ source, type, field, code }) => {
      const key = `${source}|${type}|${field}|${code}`;
      const now = new Date();
      const known = counted.get(key);
      if (known === undefined && counted.size >= MOST) return;
      const { count = 0, firstSeen = now } = known ?? {};
      counted.set(key, { source, type, field, code, count: count + 1, firstSeen, lastSeen: now });
    },
    take: () => {
      const taken = [...counted.values()];
      counted = new Map();
      return taken;
    },
  };
};
