import type { Findings } from '../findings.ts';
import type { Log } from '../log.ts';
import { SECOND } from '../time.ts';
import { saveFindings } from './findings.ts';
import type { StoreOwner } from './owner.ts';

const EVERY = 5 * SECOND;

/** Writes down now and then what has been found, as long as the store is there. */
export const keepFindings = (findings: Findings, store: StoreOwner, log: Log): { stop(): Promise<void> } => {
  let saving: Promise<void> | undefined;
  const save = async (): Promise<void> => {
    // A database that has not been opened is not opened for this.
    if (store.health().some(({ status }) => status !== 'ok')) return;
    const taken = findings.take();
    try {
      await saveFindings(store.ours(), taken);
    } catch (error) {
      log.warn({ lost: taken.length, error }, 'findings:lost');
    }
  };
  const timer = setInterval(() => {
    saving = save();
  }, EVERY).unref();
  return {
    stop: async () => {
      clearInterval(timer);
      await saving;
      await save();
    },
  };
};
