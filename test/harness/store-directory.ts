import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StoreSettings } from '../../platform/store/owner.ts';
import { prepareTemplate } from '../../platform/store/template.ts';
import { SECOND } from '../../platform/time.ts';

export interface StoreDirectory {
  readonly settings: StoreSettings;
  remove(): Promise<void>;
}

/** A place for an embedded store. The template is made once for all tests: making a database takes seconds. */
export const storeDirectory = async (): Promise<StoreDirectory> => {
  await prepareTemplate();
  const dir = await mkdtemp(join(tmpdir(), 'caregraph-store-'));
  return {
    settings: { dir: join(dir, 'store'), connections: 4, within: 10 * SECOND },
    remove: () => rm(dir, { recursive: true, force: true }),
  };
};
