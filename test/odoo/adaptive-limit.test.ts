import { describe, expect, it } from '@jest/globals';
import { type AdaptiveLimit, adaptLimit, startLimit } from '../../platform/outbound/adaptive-limit.ts';

const CEILING = 8;

/** Feeds answers that each took `ms`, one after the other, with the limit in full use. */
const answers = (state: AdaptiveLimit, count: number, ms: number, from: number): AdaptiveLimit => {
  let limit = state;
  for (let index = 0; index < count; index += 1) {
    const startedAt = from + index * ms;
    const active = Math.floor(limit.limit);
    limit = adaptLimit(limit, { startedAt, endedAt: startedAt + ms, active, overloaded: false }, CEILING);
  }
  return limit;
};

const refusal = (startedAt: number, endedAt: number) => ({ startedAt, endedAt, active: 8, overloaded: true });

describe('the adaptive limit', () => {
  it('starts at the ceiling and stays there while answers are as fast as usual', () => {
    expect(answers(startLimit(CEILING), 500, 20, 0).limit).toBe(CEILING);
  });

  it('halves when Odoo refuses for load, down to one and no further', () => {
    let state = startLimit(CEILING);
    const seen = [];
    for (let at = 0; at < 5; at += 1) {
      state = adaptLimit(state, refusal(at * 100, at * 100 + 10), CEILING);
      seen.push(state.limit);
    }
    expect(seen).toEqual([4, 2, 1, 1, 1]);
  });

  it('counts the refusals of one burst once', () => {
    const once = adaptLimit(startLimit(CEILING), refusal(0, 50), CEILING);
    const twice = adaptLimit(once, refusal(1, 51), CEILING);
    expect(twice.limit).toBe(4);
  });

  it('shrinks when answers take more than twice their usual time', () => {
    const usual = answers(startLimit(CEILING), 200, 20, 0);
    const slow = answers(usual, 40, 200, 10_000);
    expect(slow.limit).toBeLessThan(CEILING / 2);
    expect(slow.limit).toBeGreaterThanOrEqual(1);
  });

  it('does not shrink for one slow answer among usual ones', () => {
    const usual = answers(startLimit(CEILING), 200, 20, 0);
    expect(answers(usual, 1, 150, 10_000).limit).toBe(CEILING);
  });

  it('grows back by about one per round of answers', () => {
    const cut = adaptLimit(startLimit(CEILING), refusal(0, 50), CEILING);
    const later = answers(cut, 4, 20, 100);
    expect(Math.floor(later.limit)).toBe(4);
    expect(Math.floor(answers(later, 2, 20, 200).limit)).toBe(5);
    expect(answers(later, 200, 20, 400).limit).toBe(CEILING);
  });

  it('does not grow while it is not used', () => {
    const cut = adaptLimit(startLimit(CEILING), refusal(0, 50), CEILING);
    const idle = adaptLimit(cut, { startedAt: 100, endedAt: 120, active: 1, overloaded: false }, CEILING);
    expect(idle.limit).toBe(cut.limit);
  });
});
