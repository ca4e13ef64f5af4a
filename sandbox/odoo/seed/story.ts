/**
 * Documents one may point at. They are the same whatever the scale, as long as there are that many orders.
 *
 * The first supplier (SUP-001) sells the first items, the nitrile gloves, which lie at every location of every
 * facility. North Hospital ordered gloves from it twice:
 *
 * - `P00042`: received, billed and paid in full;
 * - `P00043`: received in part, the rest still expected; what came is billed, and the bill is paid in part.
 */
export const STORY_ITEMS = 4;

export const COMPLETE_ORDER = 42;
export const UNFINISHED_ORDER = 43;

export const isStory = (number: number): boolean => number === COMPLETE_ORDER || number === UNFINISHED_ORDER;
