import type { Store } from './owner.ts';

/** The last run of a job, of whichever process. */
export interface JobRun {
  readonly startedAt: Date;
  /** Null while it runs, and when it was broken off. */
  readonly finishedAt: Date | null;
  /** Of the error table, when something was left undone. */
  readonly code: string | null;
}

/** Null for a job that has never run. */
export const lastRunOf = async (store: Store, name: string): Promise<JobRun | null> => {
  const row = await store.ask((db) => db.selectFrom('job_run').selectAll().where('name', '=', name).executeTakeFirst());
  return row === undefined ? null : { startedAt: row.started_at, finishedAt: row.finished_at, code: row.code };
};

export const saveRun = async (store: Store, name: string, { startedAt, finishedAt, code }: JobRun): Promise<void> => {
  const run = { started_at: startedAt, finished_at: finishedAt, code };
  await store.ask((db) =>
    db
      .insertInto('job_run')
      .values({ name, ...run })
      .onConflict((conflict) => conflict.column('name').doUpdateSet(run))
      .execute(),
  );
};
