import { LRUCache } from 'lru-cache';
import { deadlineIn, MINUTE, SECOND } from '../time.ts';
import type { ScimEntity } from './entity.ts';
import { allOf, compare, present } from './filter.ts';
import type { ScimClient, Spending } from './types.ts';

/** Which codes are facilities at all. Nobody sees the group's own records by a code that is none. */
export interface KnownFacilities {
  /** Those of the codes that are facilities, in their order. */
  among(codes: readonly string[], spending: Spending): Promise<readonly string[]>;
}

const KNOWN_FOR = 10 * MINUTE;
const UNKNOWN_FOR = MINUTE;
const MAX_CODES = 1000;
const LOOK_WITHIN = 5 * SECOND;

/**
 * The configured codes where there are any. Else those at which the server has a record: each is asked about once, by a
 * count, and the answer kept for a while.
 */
export const knownFacilities = (
  client: ScimClient,
  entities: readonly ScimEntity[],
  configured: readonly string[] | undefined,
): KnownFacilities => {
  if (configured !== undefined) {
    const codes = new Set(configured);
    return { among: (asked) => Promise.resolve(asked.filter((code) => codes.has(code))) };
  }
  const answers = new LRUCache<string, Promise<boolean>>({ max: MAX_CODES });
  const look = async (code: string, spending: Spending): Promise<boolean> => {
    for (const { resource, key, facility } of entities) {
      const filter = allOf(present(key), compare(facility, 'eq', code));
      if ((await client.list(resource, { filter, count: 0 }, spending)).total > 0) return true;
    }
    return false;
  };
  const isKnown = (code: string, spending: Spending): Promise<boolean> => {
    const known = answers.get(code);
    if (known !== undefined) return known;
    // Others may come to wait for the same answer, so it does not end with whoever asked first.
    const answer = look(code, { deadline: Math.max(spending.deadline, deadlineIn(LOOK_WITHIN)) });
    answers.set(code, answer, { ttl: KNOWN_FOR });
    answer.then(
      (found) => (found ? undefined : answers.set(code, answer, { ttl: UNKNOWN_FOR })),
      () => answers.delete(code),
    );
    return answer;
  };
  return {
    among: async (codes, spending) => {
      const known = await Promise.all(codes.map((code) => isKnown(code, spending)));
      return codes.filter((_, index) => known[index]);
    },
  };
};
