import { describe, expect, it } from '@jest/globals';
import { type FairQueue, fairQueue } from '../../../gateway/planning/fair-queue.ts';
import { MINUTE } from '../../../platform/time.ts';

interface One {
  readonly caller: string | undefined;
  readonly name: string;
}

/** What is asked for a caller has its letter in front. */
const one = (name: string): One => ({ caller: name[0] === '-' ? undefined : name[0], name });
const filled = (most: number, names: string, clock?: () => number): FairQueue<One> => {
  const queue = fairQueue<One>(most, clock);
  for (const name of names.split(' ')) queue.add(one(name));
  return queue;
};

/** Takes out everything; each takes as long as is said. */
const order = (queue: FairQueue<One>, time: (name: string) => number = () => 1): string => {
  const names: string[] = [];
  for (let next = queue.next(); next !== undefined; next = queue.next()) {
    names.push(next.name);
    queue.charge(next.caller, time(next.name));
  }
  return names.join(' ');
};

describe('whose turn it is', () => {
  it('with one caller: whoever came first', () => {
    expect(order(filled(9, 'a1 a2 a3'))).toBe('a1 a2 a3');
  });

  it('with callers whose documents take the same: each in turn', () => {
    expect(order(filled(9, 'a1 a2 a3 b1 b2 c1'))).toBe('a1 b1 c1 a2 b2 a3');
  });

  it('with one whose documents are slow: the others come first until they have used as much', () => {
    const time = (name: string) => (name.startsWith('a') ? 30 : 10);
    expect(order(filled(20, 'a1 a2 a3 b1 b2 b3 b4 b5'), time)).toBe('a1 b1 b2 b3 a2 b4 b5 a3');
  });

  it('when long ago somebody used much, and somebody a little just now: the former', () => {
    let now = 0;
    const queue = filled(9, 'a1 b1', () => now);
    queue.charge('a', 5000);
    now = 20 * MINUTE;
    queue.charge('b', 1);
    expect(order(queue)).toBe('a1 b1');
  });

  it('when it is nobody’s: what comes first, and nobody pays for it', () => {
    expect(order(filled(9, '-1 a1 -2 a2'), () => 100)).toBe('-1 a1 -2 a2');
  });

  it('with none: nobody’s', () => {
    expect(fairQueue<One>(1).next()).toBeUndefined();
  });
});

describe('a full queue', () => {
  const add = (queue: FairQueue<One>, name: string) => queue.add(one(name))?.name;

  it('is all of a caller’s who is alone, and no more', () => {
    const queue = filled(3, 'a1 a2 a3');
    expect(add(queue, 'a4')).toBe('a4');
    expect(order(queue)).toBe('a1 a2 a3');
  });

  it('is shared when others come: who has most gives up what came last', () => {
    const queue = filled(4, 'a1 a2 a3 a4');
    expect([add(queue, 'b1'), add(queue, 'b2'), add(queue, 'b3'), add(queue, 'c1')]).toEqual(['a4', 'a3', 'b3', 'b2']);
    expect(queue.size).toBe(4);
    expect(order(queue)).toBe('a1 b1 c1 a2');
  });

  it('takes nobody’s place for who has as many', () => {
    const queue = filled(2, 'a1 b1');
    expect(add(queue, 'c1')).toBe('c1');
    expect(queue.clear().map(({ name }) => name)).toEqual(['a1', 'b1']);
    expect(queue.size).toBe(0);
  });
});
