import { silentLog } from '../../platform/log.ts';
import { openStore, type StoreSettings } from '../../platform/store/owner.ts';
import { Secret } from '../../platform/secret.ts';

/**
 * `writer.ts DIR [URL]`: opens the store and writes facilities for ever, `0`, `1`, `2` …, and says so of each one that the
 * store has acknowledged. For tests that kill it.
 */
const [, , dir = '', url] = process.argv;
const settings: StoreSettings = {
  dir,
  connections: 4,
  within: 10_000,
  ...(url === undefined ? {} : { url: new Secret(url) }),
};
const owner = openStore(settings, silentLog());
try {
  await owner.start();
  process.stdout.write('open\n');
  const store = owner.ours();
  for (let number = 0; ; number += 1) {
    const row = { code: `${process.pid}-${number}`, name: String(number), updated_at: new Date() };
    await store.ask((db) => db.insertInto('facility').values(row).execute());
    process.stdout.write(`${row.code}\n`);
  }
} catch (error) {
  process.stdout.write(`failed: ${error instanceof Error ? error.message : 'unknown'}\n`);
  process.exitCode = 1;
}
