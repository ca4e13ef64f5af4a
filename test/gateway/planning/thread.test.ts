import { afterEach, describe, expect, it } from '@jest/globals';
import type { Question } from '../../../gateway/planning/messages.ts';
import { planningThread, type PlanningThread, type ThreadOptions } from '../../../gateway/planning/thread.ts';
import { chained, ENDLESS, trays } from './graphs.ts';

const threads: PlanningThread[] = [];
const threadOf = (supergraphSdl: string, options: Partial<ThreadOptions> = {}): PlanningThread => {
  const thread = planningThread(
    { supergraphSdl, isFixed: true },
    { limit: 60_000, queue: 10, memory: 512, ...options },
  );
  threads.push(thread);
  return thread;
};
afterEach(async () => {
  await Promise.all(threads.splice(0).map((thread) => thread.close()));
});

const asking = (text: string): Question => ({ text, operationName: null, overrides: new Map() });
const trayLabel = asking('{ tray { label } }');

/** What no planner sends: the thread does not survive it. */
const malformed = undefined as unknown as Question;

const kinds = async (outcomes: readonly Promise<{ readonly kind: string }>[]): Promise<string[]> =>
  (await Promise.all(outcomes)).map(({ kind }) => kind);

describe('a thread that breaks', () => {
  it('takes one question with it; the others are answered by its replacement', async () => {
    const thread = threadOf(trays);
    const outcomes = [trayLabel, malformed, trayLabel, malformed, trayLabel].map((question) => thread.ask(question));
    expect(await kinds(outcomes)).toEqual(['planned', 'lost', 'planned', 'lost', 'planned']);
  });

  it('before it was ready takes all of them, and is started again by the next', async () => {
    const thread = threadOf('this is no supergraph');
    thread.start();
    expect(await kinds([thread.ask(trayLabel), thread.ask(trayLabel)])).toEqual(['lost', 'lost']);
    expect(await kinds([thread.ask(trayLabel)])).toEqual(['lost']);
  });
});

describe('a document that cannot be planned', () => {
  it('leaves an error that says where, and quotes nothing', async () => {
    const outcome = await threadOf(trays).ask(asking('{ tray { secretly } }'));
    const { message, stack = '' } = outcome.kind === 'failed' ? outcome.error : new Error(outcome.kind);
    expect(stack).toMatch(/\n {4}at .*federation-internals/);
    expect(message + stack).not.toContain('secretly');
  });
});

describe('a caller who sends slow documents', () => {
  const slow = (n: number) => asking(`${ENDLESS} # ${n}`);
  const quick = asking('{ e0 { f0 } }');

  it('has no other wait for more than the one that is being planned', async () => {
    const thread = threadOf(chained, { limit: 300 });
    const order: string[] = [];
    const ask = async (question: Question, caller: string) => {
      const { kind } = await thread.ask(question, caller);
      order.push(`${caller}: ${kind}`);
    };
    const first = ask(slow(0), 'a');
    const rest = [1, 2, 3].map((n) => ask(slow(n), 'a'));
    const others = [ask(quick, 'b'), ask(quick, 'c'), ask(quick, 'b')];
    await first;
    // One that comes when the others of the slow one have waited for long.
    await Promise.all(others);
    const late = ask(quick, 'b');
    await Promise.all([late, ...rest]);
    expect(order.slice(0, 4)).toEqual(['a: late', 'b: planned', 'c: planned', 'b: planned']);
    expect(order.slice(4)).toEqual(['a: late', 'b: planned', 'a: late', 'a: late']);
  });
});
