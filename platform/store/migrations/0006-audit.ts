import { type Kysely, sql } from 'kysely';

/** The audit trail: who asked for what, and whose records were handed out. Rows come, and never change or go. */
export const audit = {
  up: async (db: Kysely<never>): Promise<void> => {
    await db.schema
      .createTable('audit_record')
      .addColumn('id', 'bigint', (column) => column.generatedAlwaysAsIdentity().unique())
      .addColumn('chain', 'text', (column) => column.notNull())
      .addColumn('seq', 'bigint', (column) => column.notNull())
      .addColumn('mac', 'text', (column) => column.notNull())
      .addColumn('record', 'text', (column) => column.notNull())
      .addColumn('at', 'timestamptz', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('request_id', 'text')
      .addColumn('subject', 'text')
      .addColumn('client', 'text')
      .addPrimaryKeyConstraint('audit_record_place', ['chain', 'seq'])
      .execute();
    await db.schema.createIndex('audit_record_at').on('audit_record').column('at').execute();
    await db.schema.createIndex('audit_record_request').on('audit_record').column('request_id').execute();
    await db.schema.createIndex('audit_record_subject').on('audit_record').columns(['subject', 'id']).execute();
    await db.schema
      .createTable('audit_person')
      .addColumn('person', 'text', (column) => column.notNull())
      .addColumn('at', 'timestamptz', (column) => column.notNull())
      .addColumn('chain', 'text', (column) => column.notNull())
      .addColumn('seq', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('audit_person_place', ['person', 'at', 'chain', 'seq'])
      .execute();
    // What the MACs would only bring to light is not to happen by mistake.
    await sql`
      create function audit_is_kept() returns trigger language plpgsql as
      $$ begin raise exception 'the audit trail is not changed'; end $$
    `.execute(db);
    for (const table of ['audit_record', 'audit_person'])
      await sql`
        create trigger ${sql.ref(`${table}_is_kept`)} before update or delete or truncate on ${sql.table(table)}
        for each statement execute function audit_is_kept()
      `.execute(db);
  },
};
