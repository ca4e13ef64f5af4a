import { join } from 'node:path';
import type { Config } from '../config.ts';
import type { Log } from '../log.ts';
import type { StoreOwner } from '../store/owner.ts';
import { type Journal, openJournal } from './journal.ts';
import { type AuditKeys, configuredAuditKeys } from './keys.ts';
import { type Shipping, shipJournals } from './ship.ts';

/** The audit trail of a process. */
export interface Audit {
  readonly journal: Journal;
  readonly keys: AuditKeys;
  /** Has what is written down brought into a store, from now on. */
  ship(store: Pick<StoreOwner, 'ours'>): void;
  /** Brings what the store does not have yet, if it can be had. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** Folder of the journals, in the data directory. */
export const auditFolder = ({ data }: Pick<Config, 'data'>): string => join(data.dir, 'audit');

/** @throws when the data directory cannot be written */
export const openAudit = (config: Pick<Config, 'audit' | 'data'>, log: Log): Audit => {
  const keys = configuredAuditKeys(config);
  const dir = auditFolder(config);
  const journal = openJournal({ dir, key: keys.chain, log });
  let shipping: Shipping | undefined;
  return {
    journal,
    keys,
    ship: (store) => {
      shipping ??= shipJournals({ journal, dir, store, log });
    },
    flush: async () => shipping?.flush(),
    close: async () => {
      await shipping?.stop();
      journal.close();
    },
  };
};
