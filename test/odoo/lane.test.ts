import { describe, expect, it } from '@jest/globals';
import { Lane, LaneRefusal } from '../../platform/outbound/lane.ts';
import { manualClock } from './manual-clock.ts';

const open = (options: { ceiling?: number; adaptive?: boolean; queue?: number } = {}) => {
  const clock = manualClock();
  const lane = new Lane({ ceiling: 2, adaptive: false, queue: 10, ...options, clock });
  return { clock, lane, deadline: clock.now() + 1000 };
};

const reasonOf = (entering: Promise<unknown>) =>
  entering.then(
    () => 'let in',
    (error: unknown) => (error instanceof LaneRefusal ? error.reason : error),
  );

describe('a lane', () => {
  it('lets in as many as its limit and the rest in order as places fall free', async () => {
    const { lane, deadline } = open();
    const first = await lane.enter(deadline);
    const second = await lane.enter(deadline);
    const order: string[] = [];
    const third = lane.enter(deadline).then((pass) => (order.push('third'), pass));
    const fourth = lane.enter(deadline).then((pass) => (order.push('fourth'), pass));
    expect([lane.active, lane.waiting]).toEqual([2, 2]);
    first.leave('ok');
    await third;
    expect([lane.active, lane.waiting]).toEqual([2, 1]);
    second.leave('ok');
    await fourth;
    expect(order).toEqual(['third', 'fourth']);
  });

  it('gives a place back once, however often it is left', async () => {
    const { lane, deadline } = open();
    const pass = await lane.enter(deadline);
    pass.leave('ok');
    pass.leave('ok');
    expect(lane.active).toBe(0);
  });

  it('refuses a call whose deadline passes while it waits, and keeps no timer', async () => {
    const { clock, lane, deadline } = open({ ceiling: 1 });
    const running = await lane.enter(deadline);
    const waiting = reasonOf(lane.enter(clock.now() + 50));
    const patient = lane.enter(deadline);
    clock.advance(50);
    await expect(waiting).resolves.toBe('deadline');
    expect(lane.waiting).toBe(1);
    running.leave('ok');
    (await patient).leave('ok');
    expect([lane.active, clock.pending]).toEqual([0, 0]);
  });

  it('refuses a call whose deadline has passed before', async () => {
    const { clock, lane } = open();
    await expect(reasonOf(lane.enter(clock.now()))).resolves.toBe('deadline');
  });

  it('lets a cancelled call go at once and listens to its signal no more', async () => {
    const { clock, lane, deadline } = open({ ceiling: 1 });
    const running = await lane.enter(deadline);
    const caller = new AbortController();
    const waiting = reasonOf(lane.enter(deadline, caller.signal));
    caller.abort();
    await expect(waiting).resolves.toBe('cancelled');
    expect([lane.waiting, clock.pending]).toEqual([0, 0]);
    await expect(reasonOf(lane.enter(deadline, caller.signal))).resolves.toBe('cancelled');
    running.leave('ok');
    expect(lane.active).toBe(0);
  });

  it('refuses when too many wait already', async () => {
    const { lane, deadline } = open({ ceiling: 1, queue: 1 });
    const running = await lane.enter(deadline);
    const waiting = lane.enter(deadline);
    await expect(reasonOf(lane.enter(deadline))).resolves.toBe('full');
    running.leave('ok');
    (await waiting).leave('ok');
  });

  it('refuses those who wait and those who come when it closes', async () => {
    const { clock, lane, deadline } = open({ ceiling: 1 });
    const running = await lane.enter(deadline);
    const waiting = reasonOf(lane.enter(deadline));
    lane.close();
    await expect(waiting).resolves.toBe('closed');
    await expect(reasonOf(lane.enter(deadline))).resolves.toBe('closed');
    running.leave('ok');
    expect([lane.active, clock.pending]).toEqual([0, 0]);
  });

  it('shrinks with refusals for load when it is adaptive, and only then', async () => {
    for (const [adaptive, limit] of [
      [true, 4],
      [false, 8],
    ] as const) {
      const { lane, deadline } = open({ ceiling: 8, adaptive });
      (await lane.enter(deadline)).leave('overload');
      expect(lane.limit).toBe(limit);
    }
  });

  it('learns nothing from a call that was cancelled', async () => {
    const { lane, deadline } = open({ ceiling: 8, adaptive: true });
    (await lane.enter(deadline)).leave('ignore');
    expect(lane.limit).toBe(8);
  });

  it('admits several at once when the limit has grown', async () => {
    const { clock, lane, deadline } = open({ ceiling: 2, adaptive: true });
    const running = [await lane.enter(deadline), await lane.enter(deadline)];
    const waiting = [lane.enter(deadline), lane.enter(deadline), lane.enter(deadline)];
    running[0]?.leave('overload');
    expect([lane.limit, lane.active, lane.waiting]).toEqual([1, 1, 3]);
    clock.advance(1);
    running[1]?.leave('ok');
    for (const next of waiting) {
      const pass = await next;
      clock.advance(10);
      pass.leave('ok');
    }
    expect([lane.limit, lane.active, lane.waiting]).toEqual([2, 0, 0]);
  });
});
