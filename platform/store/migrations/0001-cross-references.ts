import { type Kysely, sql } from 'kysely';

/** Facilities as reference data, and what each system calls the things of the graph. */
export const crossReferences = {
  up: async (db: Kysely<never>): Promise<void> => {
    await db.schema
      .createTable('facility')
      .addColumn('code', 'text', (column) => column.primaryKey())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('updated_at', 'timestamptz', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('cross_reference')
      .addColumn('id', 'integer', (column) => column.primaryKey().generatedAlwaysAsIdentity())
      .addColumn('entity_type', 'text', (column) => column.notNull())
      .addColumn('entity_id', 'text', (column) => column.notNull())
      .addColumn('system', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('local_id', 'text', (column) => column.notNull())
      .addColumn('facility', 'text')
      .addColumn('valid_from', 'date')
      .addColumn('valid_to', 'date')
      .addColumn('source', 'text', (column) => column.notNull())
      .addColumn('created_at', 'timestamptz', (column) => column.notNull().defaultTo(sql`now()`))
      .addCheckConstraint(
        'cross_reference_period',
        sql`valid_from is null or valid_to is null or valid_from < valid_to`,
      )
      .execute();
    await db.schema
      .createIndex('cross_reference_by_entity')
      .on('cross_reference')
      .columns(['entity_type', 'entity_id'])
      .execute();
    // Unknown beginnings count as one, or a row could be there twice.
    await sql`create unique index cross_reference_by_local_id
      on cross_reference (system, kind, local_id, entity_type, entity_id, coalesce(valid_from, '-infinity'))`.execute(
      db,
    );
  },
};
