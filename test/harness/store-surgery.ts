import pg from 'pg';

/** Changes a database behind everybody's back. Resolves with the way to undo it. */
type Surgery = (url: string) => Promise<() => Promise<void>>;

const run = async (url: string, statements: readonly string[]): Promise<void> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
};

const aside =
  (move: readonly string[], back: readonly string[]): Surgery =>
  async (url) => {
    await run(url, move);
    return () => run(url, back);
  };

/** Other tables than those we know, as after somebody else's migration. */
export const misshapen = aside(
  ['alter schema public rename to aside', 'create schema public'],
  ['drop schema public', 'alter schema aside rename to public'],
);

/** Our tables, with nothing in them. */
export const emptied = aside(
  [
    'alter schema public rename to aside',
    'create schema public',
    `do $$ declare one text; begin
       for one in select tablename from pg_tables where schemaname = 'aside' loop
         execute format('create table public.%I (like aside.%I including all)', one, one);
       end loop; end $$`,
  ],
  ['drop schema public cascade', 'alter schema aside rename to public'],
);
