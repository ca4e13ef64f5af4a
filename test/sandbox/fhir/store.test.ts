import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Version } from '../../../sandbox/fhir/resource.ts';
import { createStore } from '../../../sandbox/fhir/store/store.ts';

const TYPES = ['Patient', 'Slot'];
const operation = fc.record({
  type: fc.constantFrom(...TYPES),
  id: fc.constantFrom('a', 'b', 'c'),
  removes: fc.boolean(),
});

const open = () => {
  const committed: (readonly Version[])[] = [];
  const store = createStore({ types: TYPES, clock: () => 0, commit: (versions) => committed.push(versions) });
  const heard = new Map<string, unknown>();
  store.listen((before, after) => {
    const { resourceType, id } = (after ?? before) as { resourceType: string; id: string };
    heard.set(`${resourceType}/${id}`, after);
  });
  const run = ({ type, id, removes }: { type: string; id: string; removes: boolean }) =>
    removes ? store.remove(type, id) : store.put({ resourceType: type, id });
  const state = () =>
    TYPES.flatMap((type) => ['a', 'b', 'c'].map((id) => [store.get(type, id), ...store.versions(type, id)]));
  return { store, committed, heard, run, state };
};

describe('the store', () => {
  it('is after a transaction that failed as it was before, also for those who listen', () => {
    fc.assert(
      fc.property(fc.array(operation), fc.array(operation), (done, failed) => {
        const { store, committed, heard, run, state } = open();
        store.transaction(() => done.map(run));
        const [before, commits] = [structuredClone(state()), committed.length];
        const fails = (): void =>
          store.transaction(() => {
            for (const each of failed) run(each);
            throw new Error('changed my mind');
          });
        expect(fails).toThrow('changed my mind');
        expect(state()).toEqual(before);
        expect(committed).toHaveLength(commits);
        for (const [key, after] of heard) {
          const [type = '', id = ''] = key.split('/');
          expect(after).toEqual(store.get(type, id));
        }
      }),
    );
  });

  it('comes back from what it has committed', () => {
    fc.assert(
      fc.property(fc.array(operation), (done) => {
        const first = open();
        for (const each of done) first.store.transaction(() => first.run(each));
        const second = open();
        for (const version of first.committed.flat()) second.store.restore(version);
        expect(second.state()).toEqual(first.state());
      }),
    );
  });

  it('takes back what cannot be made durable', () => {
    const store = createStore({
      types: TYPES,
      clock: () => 0,
      commit: () => {
        throw new Error('disk full');
      },
    });
    expect(() => store.transaction(() => store.put({ resourceType: 'Patient', id: 'a' }))).toThrow('disk full');
    expect(store.get('Patient', 'a')).toBeUndefined();
    expect(store.versions('Patient', 'a')).toEqual([]);
  });
});
