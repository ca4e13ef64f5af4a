import type { Worker } from 'node:worker_threads';
import { fairQueue } from './fair-queue.ts';
import type { Answer, Message, Question, ThreadData } from './messages.ts';
import { startWorker } from './start-worker.ts';

export interface ThreadOptions {
  /** Milliseconds one question may take. */
  readonly limit: number;
  /** Questions that may wait. */
  readonly queue: number;
  /** Megabytes the thread may hold. */
  readonly memory: number;
}

/** What became of a question. */
export type Outcome =
  | Answer
  /** It took longer than the limit. */
  | { readonly kind: 'late' }
  /** The thread ended by itself. */
  | { readonly kind: 'lost'; readonly error: unknown }
  /** Too many were waiting. */
  | { readonly kind: 'crowded' }
  | { readonly kind: 'closed' };

/** A thread that plans, and its replacement when it was too slow or broke. */
export interface PlanningThread {
  /** Starts the thread if the first question has not. */
  start(): void;
  /**
   * Never rejects.
   *
   * @param caller whose question it is: the time it takes is counted, and who has used much of it lately waits for who has
   *   not. `undefined`: nobody's
   */
  ask(question: Question, caller?: string): Promise<Outcome>;
  /** Ends the thread; whatever is asked or waits is told so. */
  close(): Promise<void>;
}

interface Task {
  readonly question: Question;
  readonly caller: string | undefined;
  readonly settle: (outcome: Outcome) => void;
}

interface Life {
  readonly worker: Worker;
  isReady: boolean;
  task?: Task | undefined;
  /** When the task was begun. */
  since: number;
  timer?: NodeJS.Timeout | undefined;
}

/**
 * A thread, started when it is wanted. Questions wait until it is ready. It keeps the process alive only while there are
 * questions.
 *
 * A thread that ends before it was ready takes everything that waits with it, and another is started with the next
 * question: what stops it would stop each of its replacements.
 */
export const planningThread = (data: ThreadData, { limit, queue, memory }: ThreadOptions): PlanningThread => {
  const waiting = fairQueue<Task>(queue);
  let life: Life | undefined;
  let isClosed = false;
  const ends = new Set<Promise<unknown>>();

  const begin = (): Life => {
    const begun: Life = { worker: startWorker(data, memory), isReady: false, since: 0 };
    const { worker } = begun;
    const isCurrent = () => life === begun;
    worker.unref();
    worker.on('message', (message: Message) => isCurrent() && hear(begun, message));
    worker.on('error', (error) => isCurrent() && replace(begun, lost(begun, error)));
    worker.on('exit', () => isCurrent() && replace(begun, lost(begun, undefined)));
    life = begun;
    return begun;
  };

  const hear = (current: Life, message: Message): void => {
    if (message.kind === 'ready') current.isReady = true;
    else settle(current, message);
    next(current);
  };

  const next = (current: Life): void => {
    if (!current.isReady || current.task !== undefined) return;
    const task = waiting.next();
    if (task === undefined) {
      current.worker.unref();
      return;
    }
    current.task = task;
    current.since = performance.now();
    const tooLate = () => life === current && current.task === task && replace(current, { kind: 'late' });
    // An answer that came while this thread was busy is read before the immediate.
    current.timer = setTimeout(() => setImmediate(tooLate), limit);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- that of a window; this is a thread
    current.worker.postMessage(task.question);
  };

  const settle = (current: Life, outcome: Outcome): void => {
    clearTimeout(current.timer);
    const { task } = current;
    current.task = undefined;
    if (task === undefined) return;
    waiting.charge(task.caller, performance.now() - current.since);
    task.settle(outcome);
  };

  const replace = (ended: Life, outcome: Outcome): void => {
    end(ended);
    settle(ended, outcome);
    if (!ended.isReady) for (const { settle: tell } of waiting.clear()) tell(outcome);
    else if (waiting.size > 0) begin().worker.ref();
    else begin();
  };

  const end = (ended: Life): void => {
    life = undefined;
    const done = ended.worker.terminate().finally(() => ends.delete(done));
    ends.add(done);
  };

  return {
    start: () => {
      if (life === undefined && !isClosed) begin();
    },
    ask: (question, caller) =>
      new Promise((settleTask) => {
        if (isClosed) return settleTask({ kind: 'closed' });
        waiting.add({ question, caller, settle: settleTask })?.settle({ kind: 'crowded' });
        const current = life ?? begin();
        current.worker.ref();
        next(current);
      }),
    close: async () => {
      isClosed = true;
      const last = life;
      if (last !== undefined) end(last);
      if (last !== undefined) settle(last, { kind: 'closed' });
      for (const task of waiting.clear()) task.settle({ kind: 'closed' });
      await Promise.all(ends);
    },
  };
};

/** Out of memory while there is a document is that document's doing. */
const lost = ({ task }: Life, error: unknown): Outcome =>
  task !== undefined && (error as NodeJS.ErrnoException | undefined)?.code === 'ERR_WORKER_OUT_OF_MEMORY'
    ? { kind: 'too-large' }
    : { kind: 'lost', error };
