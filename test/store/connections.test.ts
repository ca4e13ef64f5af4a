import { describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { codeOf } from '../../platform/errors.ts';
import { silentLog } from '../../platform/log.ts';
import { Secret } from '../../platform/secret.ts';
import { openStore } from '../../platform/store/owner.ts';
import { SECOND } from '../../platform/time.ts';
import { startFaultySocket } from '../fakes/faulty-socket.ts';
import { hasPostgres, startPostgres } from '../harness/postgres.ts';

const test = hasPostgres() ? it : it.skip;

describe('a connection that breaks while it is waited for', () => {
  test('is an error of the query, and nothing else', async () => {
    await using postgres = await startPostgres();
    const address = new URL(await postgres.database());
    await using socket = await startFaultySocket(Number(address.port));
    address.port = String(socket.port);
    const store = openStore(
      { url: new Secret(address.href), dir: '', connections: 1, within: 10 * SECOND },
      silentLog(),
    );
    try {
      await store.start();
      socket.hang();
      const seen = socket.nextQuery();
      const asked = store.ours().ask((db) => sql`select 1`.execute(db));
      const code = asked.then(() => 'none', codeOf);
      await seen;
      await socket.refuse();
      expect(await code).toBe('SOR_UNAVAILABLE');
      await socket.heal();
      const { rows } = await store.ours().ask((db) => sql`select 1 as one`.execute(db));
      expect(rows).toEqual([{ one: 1 }]);
    } finally {
      await store.close();
    }
  });
});
