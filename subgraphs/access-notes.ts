import type { AuditKeys } from '../platform/audit/keys.ts';
import { askerOf } from '../platform/audit/asker.ts';
import type { AccessRecord } from '../platform/audit/records.ts';
import type { Envelope } from '../platform/envelope.ts';
import { decodeId } from '../platform/ids.ts';
import type { Notes } from '../policies/people.ts';

/** What was handed out for one request since the last time it was written down. */
export interface AccessNotes extends Notes {
  /** What has come since; `undefined` when that is nothing. */
  take(): AccessRecord | undefined;
}

/** Of a subgraph that reads this system, for the caller of an envelope. */
export interface NotesOptions {
  readonly subgraph: string;
  /** As the configuration names it. */
  readonly system: string;
  readonly keys: AuditKeys;
  readonly envelope: Envelope;
}

/** People that one record names. Whoever reads more of them at once is not looking at anybody in particular. */
const MOST_PEOPLE = 2000;

export const accessNotes = ({ subgraph, system, keys, envelope }: NotesOptions): AccessNotes => {
  let objects = new Map<string, number>();
  let people = new Set<string>();
  return {
    note: (type, kind, person) => {
      objects.set(type, (objects.get(type) ?? 0) + 1);
      if (typeof person === 'string') people.add(`${kind} ${person}`);
    },
    take: () => {
      if (objects.size === 0) return undefined;
      const [counts, seen] = [objects, people];
      objects = new Map();
      people = new Set();
      const named = [...seen].slice(0, MOST_PEOPLE).flatMap((one) => {
        const [kind = '', id = ''] = one.split(' ');
        const local = decodeId(kind, id);
        return local === null ? [] : [keys.person(system, kind, local)];
      });
      return {
        kind: 'access',
        ...askerOf(envelope.identity, envelope.requestId),
        subgraph,
        objects: Object.fromEntries(counts),
        people: named,
        others: Math.max(0, seen.size - MOST_PEOPLE),
      };
    },
  };
};
