import { createHash } from 'node:crypto';
import pg from 'pg';
import type { Secret } from '../secret.ts';

/**
 * Runs work under a name, unless work of that name is running already: then it answers undefined at once.
 *
 * `signal` ends when the right to run has been lost meanwhile, with the connection that holds it.
 */
export type Exclusively = <T>(name: string, work: (signal: AbortSignal) => Promise<T>) => Promise<T | undefined>;

/** For a database that no other process has. */
export const exclusivelyHere = (): Exclusively => {
  const running = new Set<string>();
  return async (name, work) => {
    if (running.has(name)) return undefined;
    running.add(name);
    try {
      return await work(new AbortController().signal);
    } finally {
      running.delete(name);
    }
  };
};

/** The first half of our advisory locks' keys; the second is the name's. */
const LOCKS = 0x63_67_77_6b;

/**
 * For all processes of a server, by an advisory lock. It has a connection of its own, so that the system gives the lock
 * back when the process ends in whatever way; a pooler in between must not share connections between transactions.
 */
export const exclusivelyOnServer =
  ({ url, within }: { readonly url: Secret; readonly within: number }): Exclusively =>
  async (name, work) => {
    const client = new pg.Client({
      connectionString: url.reveal(),
      connectionTimeoutMillis: within,
      query_timeout: within,
      keepAlive: true,
      application_name: `caregraph ${name}`,
    });
    const lost = new AbortController();
    client.on('error', () => lost.abort());
    client.on('end', () => lost.abort());
    try {
      await client.connect();
      const { rows } = await client.query<{ mine: boolean }>('select pg_try_advisory_lock($1, $2) as mine', [
        LOCKS,
        createHash('sha256').update(name).digest().readInt32BE(),
      ]);
      return rows[0]?.mine === true ? await work(lost.signal) : undefined;
    } finally {
      await client.end().catch(() => undefined);
    }
  };
