import { type Kysely, sql } from 'kysely';

/** Who has broken the glass, why, who has confirmed it, and what came of the review. */
export const emergencyGrants = {
  up: async (db: Kysely<never>): Promise<void> => {
    await db.schema
      .createTable('emergency_grant')
      .addColumn('id', 'integer', (column) => column.primaryKey().generatedAlwaysAsIdentity())
      .addColumn('issuer', 'text', (column) => column.notNull())
      .addColumn('subject', 'text', (column) => column.notNull())
      .addColumn('client', 'text', (column) => column.notNull())
      .addColumn('reason', 'text', (column) => column.notNull())
      .addColumn('scopes', sql`text[]`, (column) => column.notNull())
      .addColumn('facilities', sql`text[]`, (column) => column.notNull())
      .addColumn('minutes', 'integer', (column) => column.notNull().check(sql`minutes between 1 and 60`))
      .addColumn('requested_at', 'timestamptz', (column) => column.notNull())
      .addColumn('idempotency_key', 'text', (column) => column.notNull())
      .addColumn('is_approved', 'boolean')
      .addColumn('decided_at', 'timestamptz')
      .addColumn('decided_by', 'text')
      .addColumn('until', 'timestamptz')
      .addColumn('ended_at', 'timestamptz')
      .addColumn('ended_by', 'text')
      .addColumn('review', 'text')
      .addColumn('reviewed_at', 'timestamptz')
      .addColumn('reviewed_by', 'text')
      .addUniqueConstraint('emergency_grant_intent', ['issuer', 'subject', 'client', 'idempotency_key'])
      .execute();
  },
};
