import { type Kysely, sql } from 'kysely';

/** Tokens that are refused although they are valid, and who has said so. */
export const revocations = {
  up: async (db: Kysely<never>): Promise<void> => {
    await db.schema
      .createTable('revocation')
      .addColumn('id', 'integer', (column) => column.primaryKey().generatedAlwaysAsIdentity())
      .addColumn('what', 'text', (column) =>
        column.notNull().check(sql`what in ('token', 'subject', 'client', 'issuer')`),
      )
      .addColumn('issuer', 'text', (column) => column.notNull())
      .addColumn('value', 'text', (column) => column.notNull())
      .addColumn('reason', 'text', (column) => column.notNull())
      .addColumn('issued_before', 'timestamptz')
      .addColumn('until', 'timestamptz', (column) => column.notNull())
      .addColumn('revoked_at', 'timestamptz', (column) => column.notNull())
      .addColumn('revoked_by', 'text', (column) => column.notNull())
      .addColumn('revoked_through', 'text', (column) => column.notNull())
      .addColumn('idempotency_key', 'text', (column) => column.notNull())
      .addColumn('fingerprint', 'text', (column) => column.notNull())
      .addUniqueConstraint('revocation_intent', ['revoked_by', 'revoked_through', 'idempotency_key'])
      .execute();
    await db.schema.createIndex('revocation_until').on('revocation').column('until').execute();
  },
};
