import { type Deadline, deadlineIn } from '../time.ts';

/** What a call to an owner may spend. */
export interface Spending {
  readonly deadline: Deadline;
  readonly signal?: AbortSignal;
}

/**
 * What each call of one request may spend: `within` milliseconds from when it begins, and no more than is left of the
 * request. The deadline is another whenever it is looked at, so a call takes a copy first.
 *
 * The time of an owner does not begin with the request: what another owner has taken before is not taken from it.
 */
export const spendingOf = (request: Deadline, within: number, signal?: AbortSignal): Spending => ({
  get deadline() {
    return Math.min(request, deadlineIn(within));
  },
  ...(signal !== undefined && { signal }),
});
