import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readEntries } from '../../platform/audit/lines.ts';
import type { AuditRecord } from '../../platform/audit/records.ts';
import { readFileSync } from 'node:fs';
import { encodeId } from '../../platform/ids.ts';
import { memoryFeed } from '../../platform/access/memory-feed.ts';
import { type Group, GROUP, startGroup } from '../harness/group.ts';

const PATIENT = encodeId('Patient', 'pt-00001');
const NEXT = encodeId('Patient', 'pt-00002');

describe('the audit trail of the product', () => {
  let group: Group;
  const access = memoryFeed();

  beforeAll(async () => {
    group = await startGroup(GROUP, { IDENTITIES_EVERY: '0' }, { access, ships: true });
    await access.restore([]);
  }, 90_000);
  afterAll(async () => group?.[Symbol.asyncDispose]());

  const written = (): readonly AuditRecord[] =>
    group.graph.audit.journal.files
      .flatMap((file) => readEntries(readFileSync(file, 'latin1')))
      .map(({ text }) => JSON.parse(text) as AuditRecord);
  /** What an action has led to. */
  const recorded = async (action: () => Promise<unknown>): Promise<readonly AuditRecord[]> => {
    const before = written().length;
    await action();
    return written().slice(before);
  };
  const ask: Group['graph']['ask'] = (query, asker) => group.graph.ask(query, asker);

  it('has who asked for what, and about whom something was handed out, and nothing of what it says', async () => {
    const name = 'PersonalNameOfAnOperation';
    const records = await recorded(() =>
      ask(
        `query ${name} { secretAlias: patient(id: "${PATIENT}") { name birthDate appointments(first: 3) { nodes { status } } } }`,
      ),
    );
    const [handed, asked] = [
      records.filter(({ kind }) => kind === 'access'),
      records.filter(({ kind }) => kind === 'request'),
    ];
    expect(asked).toMatchObject([
      {
        subject: 'nurse-17',
        client: 'ward-app',
        purpose: 'operations',
        operation: 'query',
        fields: ['patient'],
        classes: ['PHI_ADMIN'],
        masked: [],
        denied: 0,
        status: 200,
      },
    ]);
    const counts = handed.map((one) => one.kind === 'access' && one.objects);
    expect(Object.assign({}, ...counts)).toEqual({ Patient: 1, Appointment: 3 });
    expect(new Set(handed.map((one) => 'requestId' in one && one.requestId))).toEqual(
      new Set(asked.map((one) => 'requestId' in one && one.requestId)),
    );
    const text = JSON.stringify(records);
    for (const secret of [name, 'secretAlias', PATIENT, 'pt-00001', 'PT-00001']) expect(text).not.toContain(secret);
  });

  it('has nothing of a request that read nothing of a class whose readers are written down', async () => {
    expect(await recorded(() => ask('{ currencies { code } facilities { name } __typename }'))).toEqual([]);
  });

  it('has what was denied, by the ids of the decisions, and what was refused', async () => {
    const [denied] = await recorded(() => ask('{ patients(first: 1) { nodes { name } } }', { scopes: [] }));
    expect(denied).toMatchObject({ kind: 'request', denied: 1, classes: [], codes: ['UNAUTHORIZED_FIELD_OR_TYPE'] });
    expect(denied?.kind === 'request' && denied.decisions).toHaveLength(1);
    const [refused] = await recorded(() => ask('{ payers { nodes { id } } }', { client: 'report-app', scopes: [] }));
    expect(refused).toMatchObject({ kind: 'request', client: 'report-app', status: 403 });
    expect(await recorded(() => ask('{ __typename }', { client: 'nobody-knows' }))).toEqual([]);
  });

  it('says who was handed something about a person, also by way of what belongs to the person', async () => {
    await ask(`{ patient(id: "${PATIENT}") { name } }`, {});
    await ask('{ appointments(first: 50, filter: { from: {} }) { nodes { status } } }').catch(() => undefined);
    await ask(`{ patient(id: "${PATIENT}") { appointments(first: 1) { nodes { number } } } }`);
    await group.graph.audit.flush();
    const who = `query ($id: ID!) { disclosures(of: PATIENT, id: $id) { totalCount nodes { kind subject client subgraph objects { type count } people } } }`;
    const { data, errors } = await ask(who, { variables: { id: PATIENT } });
    expect(errors).toEqual([]);
    const found = data?.['disclosures'] as { totalCount: number; nodes: { objects: { type: string }[] }[] };
    expect(found.nodes[0]).toMatchObject({
      kind: 'ACCESS',
      subject: 'nurse-17',
      client: 'ward-app',
      subgraph: 'scheduling',
      people: 1,
    });
    expect(new Set(found.nodes.flatMap(({ objects }) => objects.map(({ type }) => type)))).toEqual(
      new Set(['Patient', 'Appointment']),
    );
    const other = (await ask(who, { variables: { id: NEXT } })).data?.['disclosures'] as { totalCount: number };
    expect(other.totalCount).toBe(0);
  });

  it('is read by those only who may, and that they do stands in it', async () => {
    const query = '{ auditTrail(first: 5) { totalCount nodes { at kind subject fields classes status } } }';
    const withheld = await ask(query, { scopes: ['governance:read'] });
    expect(withheld.data).toEqual({ auditTrail: null });
    const [read] = await recorded(() => ask(query));
    expect(read).toMatchObject({ kind: 'request', fields: ['auditTrail'], classes: ['HR'] });
  });

  it('has the request of a mutation before it begins, and whatever becomes of it', async () => {
    const [begun, tried] = await recorded(() =>
      ask('mutation { endEmergencyAccess(input: { id: "bm9uZQ" }) { grant { id } } }'),
    );
    const mutation = { operation: 'mutation', fields: ['endEmergencyAccess'] };
    expect(begun).toMatchObject({ ...mutation, codes: [], status: null });
    expect(tried).toMatchObject({ ...mutation, codes: ['NOT_FOUND'], status: 200 });
  });

  describe('and breaking the glass', () => {
    const NORTH = 'north-hospital';
    const nurse = { scopes: ['emergency:request'], facilities: [NORTH] };
    const head = { subject: 'head-of-ward', scopes: ['emergency:approve'] };
    const patients = '{ patients(first: 2) { nodes { name } } }';
    const field = async (query: string, asker: Parameters<typeof ask>[1]) => {
      const { data, errors } = await ask(query, asker);
      return {
        code: errors[0]?.extensions.code,
        grant: Object.values(data ?? {})[0] as { grant: { id: string; state: string } } | null,
      };
    };
    const request = (key: string, minutes = 5) =>
      field(
        `mutation { requestEmergencyAccess(input: { reason: "a patient of another ward", scopes: ["scheduling:read"], facilities: [], minutes: ${minutes}, idempotencyKey: "${key}" }) { grant { id state } } }`,
        nurse,
      );
    const decide = (id: string, asker: Parameters<typeof ask>[1], approve = true) =>
      field(
        `mutation { decideEmergencyAccess(input: { id: "${id}", approve: ${approve} }) { grant { id state } } }`,
        asker,
      );
    const emergency = { ...nurse, purpose: 'emergency' };

    it('takes somebody else to confirm it, and ends when it is ended; each step and each use is written down', async () => {
      expect((await ask(patients, emergency)).status).toBe(403);
      const { grant } = await request('k-1');
      expect(grant?.grant.state).toBe('REQUESTED');
      expect((await request('k-1')).grant?.grant.id).toBe(grant?.grant.id);
      expect((await request('k-1', 6)).code).toBe('IDEMPOTENCY_KEY_REUSED');
      expect((await ask(patients, emergency)).status).toBe(403);
      const id = grant?.grant.id ?? '';
      const own = await decide(id, { scopes: ['emergency:approve'], client: 'explorer' });
      expect(own.code).toBe('FORBIDDEN');
      const confirmed = await decide(id, head);
      expect(confirmed.grant?.grant.state).toBe('ACTIVE');
      expect((await decide(id, head, false)).code).toBe('CONFLICT');

      const [, used] = await recorded(() => ask(patients, emergency));
      expect(used).toMatchObject({ kind: 'request', purpose: 'emergency', classes: ['PHI_ADMIN'] });
      expect(used?.kind === 'request' && used.grant).toEqual(expect.stringMatching(/^\d+$/));
      const broken = await ask(patients, emergency);
      expect(broken.data?.['patients']).toMatchObject({ nodes: [{ name: expect.any(String) }, {}] });
      expect(broken.extensions).toMatchObject({ emergency: { grant: expect.any(String) } });
      // It is for this purpose, this person and this application.
      expect((await ask(patients, nurse)).data).toEqual({ patients: null });
      expect((await ask(patients, { ...emergency, client: 'explorer' })).status).toBe(403);
      expect((await ask(patients, { ...emergency, subject: 'somebody-else' })).status).toBe(403);

      const end = `mutation { endEmergencyAccess(input: { id: "${id}" }) { grant { state } } }`;
      expect((await field(end, nurse)).grant?.grant.state).toBe('ENDED');
      expect((await ask(patients, emergency)).status).toBe(403);
      const review = `mutation { reviewEmergencyAccess(input: { id: "${id}", review: "as it should be" }) { grant { state } } }`;
      expect((await field(review, { scopes: ['emergency:approve'] })).code).toBe('FORBIDDEN');
      expect((await field(review, head)).grant?.grant.state).toBe('REVIEWED');
      const steps = written().flatMap((one) => (one.kind === 'emergency' ? [one.step] : []));
      expect(steps).toEqual(expect.arrayContaining(['requested', 'approved', 'ended', 'reviewed']));
      expect(JSON.stringify(written())).not.toContain('a patient of another ward');
    });

    it('gives nothing that would let somebody confirm their own, and nothing for longer than an hour', async () => {
      const wish = (scopes: string, minutes: number) =>
        field(
          `mutation { requestEmergencyAccess(input: { reason: "r", scopes: [${scopes}], facilities: [], minutes: ${minutes}, idempotencyKey: "bad" }) { grant { id state } } }`,
          nurse,
        );
      for (const [scopes, minutes] of [
        ['"emergency:approve"', 5],
        ['"access:revoke"', 5],
        ['"audit:read"', 5],
        ['"no:such"', 5],
        ['', 5],
        ['"hr:read"', 61],
        ['"hr:read"', 0],
      ] as const)
        expect([scopes, minutes, (await wish(scopes, minutes)).code]).toEqual([scopes, minutes, 'BAD_USER_INPUT']);
    });

    it('shows the grants of others only to those who may confirm them', async () => {
      await request('k-2');
      const query = '{ emergencyGrants(state: [REQUESTED]) { totalCount nodes { state subject reason } } }';
      expect((await ask(query, head)).data?.['emergencyGrants']).toMatchObject({ totalCount: 1 });
      expect((await ask(query, nurse)).data?.['emergencyGrants']).toMatchObject({ totalCount: 1 });
      expect((await ask(query, { ...nurse, subject: 'somebody-else' })).data?.['emergencyGrants']).toMatchObject({
        totalCount: 0,
      });
    });
  });
});
