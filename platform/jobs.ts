import { setTimeout as pause } from 'node:timers/promises';
import { codeOf, type ErrorCode } from './errors.ts';
import type { Log } from './log.ts';
import { lastRunOf, saveRun } from './store/job-runs.ts';
import type { StoreOwner } from './store/owner.ts';
import type { DependencyHealth } from './subgraph.ts';
import { MINUTE, SECOND } from './time.ts';

/** Work that is done again and again, by one process at a time. */
export interface Job {
  readonly name: string;
  /** Milliseconds from one beginning to the next. */
  readonly every: number;
  /** Ends early, and without harm, when the signal does. */
  run(signal: AbortSignal): Promise<JobReport>;
}

export interface JobReport {
  /** For the log: how much was done. Never what. */
  readonly counts: Readonly<Record<string, number>>;
  /** What was left undone, as `owner: code`; it is tried again sooner. */
  readonly undone: readonly { readonly what: string; readonly code: ErrorCode }[];
}

export interface JobsOptions {
  readonly store: Pick<StoreOwner, 'exclusively' | 'ours'>;
  readonly log: Log;
  /** Milliseconds before the first look whether a job is due. Default 2 s: a start has other things to do. */
  readonly firstAfter?: number;
}

export interface RunningJobs {
  /** How the last run of each job went in this process; well, where another does it. */
  health(): readonly DependencyHealth[];
  /** Begins nothing new, and waits for what runs to come to its next resting place. */
  stop(): Promise<void>;
}

/** How soon something is tried again that failed, was left undone, or is being done by another process. */
const AGAIN = 5 * MINUTE;
const FIRST_AFTER = 2 * SECOND;

/**
 * Runs each job when it is due, whichever process has run it last: of several that do this on one database, one works and
 * the others look again later. A job that was broken off is begun again.
 */
export const runJobs = (jobs: readonly Job[], { store, log, firstAfter = FIRST_AFTER }: JobsOptions): RunningJobs => {
  const stopping = new AbortController();
  const health = new Map<string, DependencyHealth>();

  /** @returns when it is next due, in epoch milliseconds */
  const runIfDue = async (job: Job, lost: AbortSignal): Promise<number> => {
    const { name, every } = job;
    const last = await lastRunOf(store.ours(), name);
    const due = last === null || last.finishedAt === null ? 0 : dueAfter(last.startedAt, every, last.code);
    if (due > Date.now()) {
      log.debug({ job: name }, 'job:not-due');
      return due;
    }
    const startedAt = new Date();
    await saveRun(store.ours(), name, { startedAt, finishedAt: null, code: null });
    const { counts, undone } = await job.run(AbortSignal.any([stopping.signal, lost]));
    const code = undone[0]?.code ?? null;
    if (stopping.signal.aborted || lost.aborted) return Date.now() + AGAIN;
    const finishedAt = new Date();
    await saveRun(store.ours(), name, { startedAt, finishedAt, code });
    const fields = { job: name, ms: finishedAt.getTime() - startedAt.getTime(), ...counts };
    if (code === null) log.info(fields, 'job:done');
    else log.warn({ ...fields, undone: undone.map((each) => `${each.what}: ${each.code}`) }, 'job:incomplete');
    health.set(name, code === null ? { name, status: 'ok' } : { name, status: 'failing', code });
    return dueAfter(startedAt, every, code);
  };

  const attempt = async (job: Job): Promise<number> => {
    const soon = Date.now() + Math.min(job.every, AGAIN);
    try {
      const next = await store.exclusively(job.name, (lost) => runIfDue(job, lost));
      if (next === undefined) log.debug({ job: job.name }, 'job:elsewhere');
      return next ?? soon;
    } catch (error) {
      if (stopping.signal.aborted) return soon;
      log.warn({ job: job.name, error }, 'job:failed');
      health.set(job.name, { name: job.name, status: 'failing', code: codeOf(error) });
      return soon;
    }
  };

  const keepRunning = async (job: Job): Promise<void> => {
    let next = Date.now() + firstAfter;
    while (await waited(next, stopping.signal)) next = await attempt(job);
  };

  const loops = jobs.map(keepRunning);
  return {
    health: () => jobs.map(({ name }) => health.get(name) ?? { name, status: 'ok' }),
    stop: async () => {
      stopping.abort();
      await Promise.all(loops);
    },
  };
};

const dueAfter = (startedAt: Date, every: number, code: string | null): number =>
  startedAt.getTime() + (code === null ? every : Math.min(every, AGAIN));

/** Whether the moment has come; not when the signal ended first. */
const waited = async (moment: number, signal: AbortSignal): Promise<boolean> => {
  try {
    await pause(Math.max(0, moment - Date.now()), undefined, { signal, ref: false });
    return true;
  } catch {
    return false;
  }
};
