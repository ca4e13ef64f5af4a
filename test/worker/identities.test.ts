import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { encodeId } from '../../platform/ids.ts';
import type { Store, StoreSettings } from '../../platform/store/owner.ts';
import { HOUR } from '../../platform/time.ts';
import {
  change,
  type IdentityKeeper,
  type IdentitySystems,
  patient,
  practitioner,
  startIdentitySystems,
  startKeeper,
} from '../harness/identity-systems.ts';
import { STORE_ENGINES, type StoreEngine } from '../harness/store-engines.ts';

const TODAY = new Date().toISOString().slice(0, 10);
/** Late enough for everything to be read again, at whatever time of day the tests run. */
const TOMORROW = new Date(Date.parse(`${TODAY}T12:00:00Z`) + 24 * HOUR);

describe.each(STORE_ENGINES)('identities, kept on $title', ({ start }) => {
  const test = start === undefined ? it.skip : it;
  let engine: StoreEngine;
  let database: StoreSettings;
  let systems: IdentitySystems;
  let keeper: IdentityKeeper;

  beforeAll(async () => {
    if (start === undefined) return;
    engine = await start();
    database = await engine.database();
  }, 60_000);
  beforeEach(async () => {
    if (start === undefined) return;
    systems = await startIdentitySystems();
    keeper = await startKeeper(systems, database);
    await ask((db) =>
      sql`truncate cross_reference, duplicate_candidate, finding, owner_record, owner_source restart identity`.execute(
        db,
      ),
    );
  });
  afterEach(async () => {
    await keeper?.[Symbol.asyncDispose]();
    await systems?.[Symbol.asyncDispose]();
  });
  afterAll(async () => {
    await engine?.[Symbol.asyncDispose]();
  });

  const ask: Store['ask'] = (work) => {
    const { store } = keeper.owners;
    if (store === undefined) throw new Error('there is no store');
    return store.ours().ask(work);
  };

  /** What the systems call a thing, as `system kind value [from, to)`. */
  const called = async (type: string, local: string): Promise<readonly string[]> => {
    const rows = await ask((db) =>
      db
        .selectFrom('cross_reference')
        .selectAll()
        .where('entity_type', '=', type)
        .where('entity_id', '=', encodeId(type, local))
        .execute(),
    );
    return rows
      .map(({ system, kind, local_id: value, valid_from: from, valid_to: to }) =>
        [
          `${system} ${kind} ${value}`,
          ...(from === null ? [] : [`from ${from}`]),
          ...(to === null ? [] : [`to ${to}`]),
        ].join(' '),
      )
      .toSorted((a, b) => (a < b ? -1 : 1));
  };
  const findings = async (): Promise<readonly string[]> => {
    const rows = await ask((db) => db.selectFrom('finding').selectAll().where('standing', '=', true).execute());
    return rows
      .map(({ source, entity_type: type, field, code, count }) => `${source} ${type}.${field} ${code} ${count}`)
      .toSorted((a, b) => (a < b ? -1 : 1));
  };
  const duplicates = async (): Promise<readonly (readonly unknown[])[]> => {
    const rows = await ask((db) => db.selectFrom('duplicate_candidate').selectAll().orderBy('entity_type').execute());
    return rows.map(({ entity_type: type, left_id: left, right_id: right, reasons }) => [
      type,
      left,
      right,
      ...reasons,
    ]);
  };
  /** All that is kept but for the times of looking. */
  const everything = () =>
    ask(async (db) => [
      await db.selectFrom('cross_reference').selectAll().orderBy('id').execute(),
      await db.selectFrom('duplicate_candidate').selectAll().orderBy('id').execute(),
      await db
        .selectFrom('finding')
        .select(['id', 'source', 'entity_type', 'field', 'code', 'count', 'first_seen_at'])
        .orderBy('id')
        .execute(),
      await db
        .selectFrom('owner_record')
        .select(['entity_type', 'system', 'kind', 'local_id', 'entity_id', 'number', 'link', 'peer', 'facility'])
        .orderBy('entity_type')
        .orderBy('system')
        .orderBy('local_id')
        .execute(),
    ]);

  test('say what each system calls one thing, where both keep a number of it', async () => {
    expect((await keeper.run()).undone).toEqual([]);
    expect(await called('Patient', 'one')).toEqual([
      'billing patient b-one',
      'scheduling number PT-1',
      'scheduling patient one',
    ]);
    expect(await called('Practitioner', 'pra-4')).toEqual([
      'hr employeeNumber E-0005',
      'scheduling number PR-004',
      'scheduling practitioner pra-4',
    ]);
    const partner = expect.stringMatching(/^odoo partner \d+$/);
    expect(await called('Payer', 'pay-1')).toEqual(['billing number PAY-001', 'billing organization pay-1', partner]);
    expect(await called('Employee', 'E-0001')).toEqual([
      'hr number E-0001',
      expect.stringMatching(/^hr user [0-9a-f-]{36}$/),
    ]);
  });

  test('are of the facility of their records, where both are of one', async () => {
    await keeper.run();
    const rows = await ask((db) => db.selectFrom('cross_reference').selectAll().execute());
    const facilityOf = (system: string, local: string) =>
      rows.find((row) => row.system === system && row.local_id === local)?.facility;
    expect(
      ['b-two', 'E-0005', 'pay-1', 'E-0015'].map((local) =>
        facilityOf(local.startsWith('E') ? 'hr' : 'billing', local),
      ),
    ).toEqual(['south-facility', 'north-facility', null, 'south-facility']);
  });

  test('are not taken for one thing when its facilities contradict each other, or a number leads nowhere', async () => {
    await keeper.run();
    expect(await called('Patient', 'four')).toEqual(['scheduling number PT-4', 'scheduling patient four']);
    expect(await called('Patient', 'three')).toEqual(['scheduling number PT-3', 'scheduling patient three']);
    expect(await findings()).toEqual([
      'billing Patient.facility CONTRADICTED 1',
      'billing Patient.number DANGLING 1',
      'billing Payer.code DANGLING 1',
      'scheduling Practitioner.employeeNumber DANGLING 1',
    ]);
  });

  test('hold what HR says of a practitioner against what scheduling says', async () => {
    await change(systems.scheduling, 'PUT', practitioner('pra-4', 'PR-777', 'E-0005'));
    await keeper.run();
    expect(await called('Practitioner', 'pra-4')).toEqual([
      'scheduling number PR-777',
      'scheduling practitioner pra-4',
    ]);
    expect(await findings()).toEqual(
      expect.arrayContaining([
        'hr Employee.practitionerNumber CONTRADICTED 1',
        'hr Employee.practitionerNumber DANGLING 1',
      ]),
    );
  });

  test('do not know whose a number is that two records have', async () => {
    await change(systems.billing, 'PUT', patient('b-again', { number: 'PT-1' }));
    await keeper.run();
    expect(await called('Patient', 'one')).toEqual(['scheduling number PT-1', 'scheduling patient one']);
    expect(await findings()).toContain('billing Patient.number CONTRADICTED 2');
  });

  test('stay as they are when nothing has changed, read in part or as a whole', async () => {
    await keeper.run();
    const before = await everything();
    const second = await keeper.run();
    expect(second.counts).toMatchObject({ opened: 0, closed: 0, gone: 0 });
    expect(await everything()).toEqual(before);
    const third = await keeper.run(TOMORROW);
    expect(third.counts).toMatchObject({ opened: 0, closed: 0, gone: 0 });
    expect(await everything()).toEqual(before);
  });

  test('end with a number that changes, and others begin', async () => {
    await keeper.run();
    await change(systems.scheduling, 'PUT', patient('one', { number: 'PT-77', name: 'Ada Twin' }));
    await keeper.run();
    expect(await called('Patient', 'one')).toEqual([
      `billing patient b-one to ${TODAY}`,
      `billing patient b-other from ${TODAY}`,
      `scheduling number PT-1 to ${TODAY}`,
      `scheduling number PT-77 from ${TODAY}`,
      'scheduling patient one',
    ]);
    // PT-77 is known now, and PT-1 is not any more.
    expect(await findings()).toContain('billing Patient.number DANGLING 1');
    await change(systems.scheduling, 'PUT', patient('one', { number: 'PT-1', name: 'Ada Twin' }));
    await keeper.run(new Date(Date.now() + 1));
    expect(await called('Patient', 'one')).toEqual([
      `billing patient b-one from ${TODAY}`,
      `billing patient b-one to ${TODAY}`,
      `scheduling number PT-1 from ${TODAY}`,
      `scheduling number PT-1 to ${TODAY}`,
      'scheduling patient one',
    ]);
  });

  test('are found gone when everything is read, and end then', async () => {
    await keeper.run();
    await change(systems.billing, 'DELETE', patient('b-one'));
    expect((await keeper.run()).counts['gone']).toBe(0);
    expect((await keeper.run(TOMORROW)).counts).toMatchObject({ gone: 1, closed: 1 });
    expect(await called('Patient', 'one')).toContain(`billing patient b-one to ${TOMORROW.toISOString().slice(0, 10)}`);
  });

  test('do not end when a system seems to have lost everything', async () => {
    await keeper.run();
    const before = await called('Patient', 'one');
    for (const id of ['b-one', 'b-two', 'b-four', 'b-other']) await change(systems.billing, 'DELETE', patient(id));
    const { undone } = await keeper.run(TOMORROW);
    expect(undone).toEqual([{ what: 'billing Patient', code: 'SOR_CONTRACT_BROKEN' }]);
    expect(await called('Patient', 'one')).toEqual(before);
  });

  test('of a system that is away stay; the others go on, and it is said what was not done', async () => {
    await keeper.run();
    await systems.billing.faults.refuse();
    await change(systems.scheduling, 'PUT', practitioner('pra-14', 'PR-014', 'E-0001'));
    const { undone } = await keeper.run(TOMORROW);
    expect(undone.map(({ what }) => what)).toEqual(['billing Patient', 'billing Payer']);
    expect(await called('Patient', 'one')).toContain('billing patient b-one');
    expect(await called('Practitioner', 'pra-14')).toContain(
      `hr employeeNumber E-0001 from ${TOMORROW.toISOString().slice(0, 10)}`,
    );
    await systems.billing.faults.clear();
  });

  test('say nothing of numbers that lead nowhere in a system that was never read', async () => {
    await systems.billing.faults.refuse();
    await keeper.run();
    expect(await findings()).toEqual(['scheduling Practitioner.employeeNumber DANGLING 1']);
    await systems.billing.faults.clear();
  });

  test('list what may be there twice, of records that are in use, and no longer when it is not', async () => {
    await keeper.run();
    const pair = (type: string, ...locals: string[]) => locals.map((local) => encodeId(type, local)).toSorted();
    const patients = ['Patient', ...pair('Patient', 'one', 'three'), 'NAME', 'BIRTH_DATE'];
    expect(await duplicates()).toEqual([
      patients,
      ['Supplier', expect.any(String), expect.any(String), 'NAME', 'TAX_NUMBER'],
    ]);
    await change(systems.scheduling, 'PUT', {
      ...patient('three', { number: 'PT-3', name: 'Ada Twin' }),
      active: false,
    });
    await keeper.run(TOMORROW);
    expect((await duplicates()).map(([type]) => type)).toEqual(['Supplier']);
  });

  test('are kept without a name, a birth date or a number of a tax office', async () => {
    await keeper.run();
    expect(JSON.stringify(await everything())).not.toMatch(/Ada|Twin|1950-01-01|XX ?77/i);
  });
});

describe('reading what identifies records', () => {
  it('takes a call for a page, and one where nothing has changed', async () => {
    await using systems = await startIdentitySystems(450);
    const [kind] = STORE_ENGINES;
    if (kind?.start === undefined) throw new Error('there is always an engine');
    await using engine = await kind.start();
    await using keeper = await startKeeper(systems, await engine.database());
    const searches = () => systems.scheduling.calls.all.filter(({ url }) => /^.Patient/.test(url)).length;
    systems.scheduling.calls.reset();
    await keeper.run();
    expect(searches()).toBe(3);
    systems.scheduling.calls.reset();
    await keeper.run(TOMORROW);
    expect(searches()).toBe(3);
    systems.scheduling.calls.reset();
    await keeper.run(new Date(TOMORROW.getTime() + HOUR));
    expect(searches()).toBe(1);
  }, 60_000);
});
