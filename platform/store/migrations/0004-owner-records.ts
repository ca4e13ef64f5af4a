import { type Kysely, sql } from 'kysely';

/** What is compared to keep cross-references, how far it has been read, and when jobs have run. */
export const ownerRecords = {
  up: async (db: Kysely<never>): Promise<void> => {
    await db.schema
      .createTable('owner_record')
      .addColumn('entity_type', 'text', (column) => column.notNull())
      .addColumn('system', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('local_id', 'text', (column) => column.notNull())
      .addColumn('entity_id', 'text')
      .addColumn('number', 'text')
      .addColumn('link', 'text')
      .addColumn('peer', 'text')
      .addColumn('facility', 'text')
      .addColumn('seen_at', 'timestamptz', (column) => column.notNull())
      .addPrimaryKeyConstraint('owner_record_key', ['entity_type', 'system', 'kind', 'local_id'])
      .execute();
    await db.schema.createIndex('owner_record_by_link').on('owner_record').columns(['entity_type', 'link']).execute();
    await db.schema
      .createIndex('owner_record_by_number')
      .on('owner_record')
      .columns(['entity_type', 'number'])
      .execute();
    await db.schema
      .createIndex('owner_record_by_entity')
      .on('owner_record')
      .columns(['entity_type', 'entity_id'])
      .execute();
    await db.schema
      .createTable('owner_source')
      .addColumn('entity_type', 'text', (column) => column.notNull())
      .addColumn('system', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('checked_at', 'timestamptz', (column) => column.notNull())
      .addColumn('whole_at', 'timestamptz', (column) => column.notNull())
      .addColumn('compared_at', 'timestamptz')
      .addPrimaryKeyConstraint('owner_source_key', ['entity_type', 'system', 'kind'])
      .execute();
    await db.schema
      .createTable('job_run')
      .addColumn('name', 'text', (column) => column.primaryKey())
      .addColumn('started_at', 'timestamptz', (column) => column.notNull())
      .addColumn('finished_at', 'timestamptz')
      .addColumn('code', 'text')
      .execute();
    // What is so of records now is told from what was met while reading, and one place may have both.
    await db.schema
      .alterTable('finding')
      .addColumn('standing', 'boolean', (column) => column.notNull().defaultTo(false))
      .execute();
    await db.schema.alterTable('finding').dropConstraint('finding_place').execute();
    await db.schema
      .alterTable('finding')
      .addUniqueConstraint('finding_place', ['source', 'entity_type', 'field', 'code', 'standing'])
      .execute();
    // What is found is ended for the type and the source as a whole.
    await sql`create index cross_reference_open on cross_reference (entity_type, source, entity_id)
      where valid_to is null`.execute(db);
  },
};
