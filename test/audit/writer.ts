import { setTimeout as pause } from 'node:timers/promises';
import { openJournal } from '../../platform/audit/journal.ts';
import { auditKeys } from '../../platform/audit/keys.ts';
import { codeOf } from '../../platform/errors.ts';
import { silentLog } from '../../platform/log.ts';

// Writes records until it is killed, and says after each how many it has been promised, or why not.
const journal = openJournal({
  dir: process.argv[2] ?? '',
  key: auditKeys('an invented secret').chain,
  log: silentLog(),
});
for (;;) {
  try {
    journal.append({ kind: 'anchor', heads: [] });
    process.stdout.write(`${journal.head.seq}\n`);
  } catch (error) {
    process.stdout.write(`${codeOf(error)}\n`);
    await pause(20);
  }
}
