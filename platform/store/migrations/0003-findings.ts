import type { Kysely } from 'kysely';

/** What was found to be wrong with the data of a source, counted. */
export const findings = {
  up: async (db: Kysely<never>): Promise<void> => {
    await db.schema
      .createTable('finding')
      .addColumn('id', 'integer', (column) => column.primaryKey().generatedAlwaysAsIdentity())
      .addColumn('source', 'text', (column) => column.notNull())
      .addColumn('entity_type', 'text', (column) => column.notNull())
      .addColumn('field', 'text', (column) => column.notNull())
      .addColumn('code', 'text', (column) => column.notNull())
      .addColumn('count', 'bigint', (column) => column.notNull())
      .addColumn('first_seen_at', 'timestamptz', (column) => column.notNull())
      .addColumn('last_seen_at', 'timestamptz', (column) => column.notNull())
      .addUniqueConstraint('finding_place', ['source', 'entity_type', 'field', 'code'])
      .execute();
  },
};
