import { type Kysely, sql } from 'kysely';

/** Pairs of records that may be one thing. */
export const duplicateCandidates = {
  up: async (db: Kysely<never>): Promise<void> => {
    await db.schema
      .createTable('duplicate_candidate')
      .addColumn('id', 'integer', (column) => column.primaryKey().generatedAlwaysAsIdentity())
      .addColumn('entity_type', 'text', (column) => column.notNull())
      .addColumn('left_id', 'text', (column) => column.notNull())
      .addColumn('right_id', 'text', (column) => column.notNull())
      .addColumn('left_facility', 'text')
      .addColumn('right_facility', 'text')
      .addColumn('score', 'integer', (column) => column.notNull())
      .addColumn('reasons', 'jsonb', (column) => column.notNull())
      .addColumn('found_at', 'timestamptz', (column) => column.notNull())
      .addUniqueConstraint('duplicate_candidate_pair', ['entity_type', 'left_id', 'right_id'])
      .addCheckConstraint('duplicate_candidate_order', sql`left_id < right_id`)
      .addCheckConstraint('duplicate_candidate_score', sql`score between 0 and 100`)
      .execute();
    await db.schema
      .createIndex('duplicate_candidate_by_score')
      .on('duplicate_candidate')
      .expression(sql`entity_type, score desc, id`)
      .execute();
  },
};
