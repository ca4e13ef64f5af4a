import type { Log } from '../log.ts';

/** Something wrong with what an owner keeps. It names the place and never the value. */
export interface Finding {
  readonly kind: 'unmapped' | 'malformed' | 'ambiguous';
  /** Canonical type and field. */
  readonly type: string;
  readonly field: string;
  /** The mapping table and its version, where one was asked. */
  readonly mapping?: { readonly name: string; readonly version: number };
}

export type OnFinding = (finding: Finding) => void;

/** Counts findings and logs a place when it is first met and at every tenfold after that. */
export const countFindings = (owner: string, log: Log, pass: OnFinding = () => undefined): OnFinding => {
  const counts = new Map<string, number>();
  return (finding) => {
    const { kind, type, field, mapping } = finding;
    const place = `${kind} ${type}.${field} ${mapping?.version ?? ''}`;
    const count = (counts.get(place) ?? 0) + 1;
    counts.set(place, count);
    if (/^10*$/.test(String(count)))
      log.warn({ owner, kind, type, field, table: mapping?.name, version: mapping?.version, count }, 'value:found');
    pass(finding);
  };
};
