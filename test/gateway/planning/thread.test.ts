import { afterEach, describe, expect, it } from '@jest/globals';
import type { Question } from '../../../gateway/planning/messages.ts';
import { planningThread, type PlanningThread } from '../../../gateway/planning/thread.ts';
import { trays } from './graphs.ts';

const threads: PlanningThread[] = [];
const threadOf = (supergraphSdl: string): PlanningThread => {
  const thread = planningThread({ supergraphSdl, isFixed: true }, { limit: 60_000, queue: 10, memory: 512 });
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
