import { once } from 'node:events';
import { request } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ENVELOPE_HEADER, envelopeKey, envelopeSigner } from '../../../platform/envelope.ts';
import { createIdentity } from '../../../platform/identity.ts';
import { Secret } from '../../../platform/secret.ts';
import { deadlineIn, SECOND } from '../../../platform/time.ts';
import { SCOPES } from '../../../policies/scopes.ts';
import { subgraphs } from '../../../subgraphs/index.ts';
import { hasPostgres } from '../../harness/postgres.ts';
import { hasRedis } from '../../harness/redis.ts';
import { eventually } from './eventually.ts';
import type { Ending } from './running.ts';
import { startTopology, type Topology } from './topology.ts';

const canRun = hasPostgres() && hasRedis();
// Nobody shall take a run without it for one with it.
if (!canRun)
  process.stderr.write('SKIPPED: the distributed topology needs redis-server and PostgreSQL on this machine\n');

/** Something that only this subgraph can answer, each with rows in the invented data. */
const ONLY: Readonly<Record<string, string>> = {
  billing: 'claims(first: 2) { totalCount nodes { number } }',
  finance: 'vendorBills(first: 2) { totalCount nodes { number facility { code } } }',
  governance: 'crossReferences(type: "Facility", system: "odoo", kind: "company", value: "1") { type value }',
  hr: 'employees(first: 2) { totalCount nodes { number costCenter { name } facility { openOrders(first: 1) { totalCount } } } }',
  inventory: 'items(first: 2) { totalCount nodes { code } }',
  procurement: 'purchaseOrders(first: 2) { totalCount nodes { number supplier { name } } }',
  scheduling: 'appointments(first: 2) { totalCount nodes { number } }',
};

const EVERYTHING = `{ ${Object.values(ONLY).join(' ')} }`;

interface Answer {
  readonly data?: Readonly<Record<string, unknown>>;
  readonly errors?: readonly { readonly path?: readonly unknown[]; readonly extensions: { readonly code: string } }[];
}

(canRun ? describe : describe.skip)('the services of docker-compose.yml, as processes', () => {
  let topology: Topology;
  let token: string;

  beforeAll(async () => {
    topology = await startTopology();
    token = await topology.standIns.issuer.mint({
      scopes: Object.keys(SCOPES),
      facilities: ['north-hospital', 'harbor-clinic'],
    });
    for (const gateway of [0, 1])
      await eventually(async () => expect((await readiness('gateway', gateway)).status).toBe(200));
  }, 240_000);
  afterAll(async () => topology?.[Symbol.asyncDispose](), 60_000);

  const ask = async (gateway: number, query = EVERYTHING, headers: Record<string, string> = {}): Promise<Answer> => {
    const response = await fetch(`${topology.url('gateway', gateway)}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...headers },
      body: JSON.stringify({ query }),
    });
    return (await response.json()) as Answer;
  };
  const readiness = async (service: string, replica = 0) => {
    const response = await fetch(`${topology.url(service, replica)}/readyz`);
    return { status: response.status, body: (await response.json()) as { dependencies?: readonly { name: string }[] } };
  };

  it('are ready, each by itself and the gateways with all that they need', async () => {
    for (const { name } of subgraphs) expect([name, (await readiness(name)).status]).toEqual([name, 200]);
    for (const gateway of [0, 1]) {
      const told = (await readiness('gateway', gateway)).body.dependencies?.map(({ name }) => name);
      expect(told?.toSorted()).toEqual(['access-feed', 'issuer', ...subgraphs.map(({ name }) => name)].toSorted());
    }
    await eventually(async () => expect((await readiness('worker')).status).toBe(200));
  });

  it('are asked here for something of every subgraph', () => {
    expect(Object.keys(ONLY).toSorted()).toEqual(subgraphs.map(({ name }) => name).toSorted());
  });

  it('answer one query across all domains, the same by either gateway', async () => {
    const [first, second] = [await ask(0), await ask(1)];
    expect(first.errors).toBeUndefined();
    expect(second).toEqual(first);
    for (const part of Object.values(first.data ?? {})) {
      const rows = Array.isArray(part) ? part : (part as { nodes: unknown[] }).nodes;
      expect(rows.length).toBeGreaterThan(0);
    }
  });

  it('mask alike, whichever process does it', async () => {
    const explorer = await topology.standIns.issuer.mint({
      scopes: Object.keys(SCOPES),
      facilities: ['north-hospital', 'harbor-clinic'],
      claims: { client_id: 'explorer' },
    });
    const headers = { authorization: `Bearer ${explorer}`, 'caregraph-purpose': 'support' };
    // The one number HR masks, and the other the gateway, since subgraphs join by it.
    const query =
      '{ employees(first: 200) { nodes { practitionerNumber } } practitioners(first: 100) { nodes { number } } }';
    const answers = [await ask(0, query, headers), await ask(1, query, headers)];
    expect(answers[1]).toEqual(answers[0]);
    const { employees, practitioners } = (answers[0]?.data ?? {}) as Record<
      string,
      { nodes: Record<string, string | null>[] }
    >;
    const numbers = new Set(practitioners?.nodes.map(({ number }) => number));
    const employed = employees?.nodes.flatMap(({ practitionerNumber }) => practitionerNumber ?? []) ?? [];
    expect([...numbers].every((number) => /^[\w-]{22}$/.test(String(number)))).toBe(true);
    expect(employed.length).toBeGreaterThan(0);
    expect(employed.filter((number) => !numbers.has(number))).toEqual([]);
  });

  const inDatabase = async (column: string, table: string): Promise<readonly string[]> => {
    const client = new pg.Client({ connectionString: topology.standIns.database });
    await client.connect();
    const { rows } = await client.query<{ value: string }>(
      `select distinct ${column} as value from ${table} order by 1`,
    );
    await client.end();
    return rows.map(({ value }) => value);
  };

  it('keep what is theirs in the PostgreSQL server', async () => {
    expect(await inDatabase('code', 'facility')).toEqual(['harbor-clinic', 'north-hospital']);
  });

  /** What a gateway would send with it. */
  const signedFor = (subgraph: string, body: string): Record<string, string> => {
    const secret = new Secret(readFileSync(join(topology.place.folder, 'secrets/subgraph_secret'), 'utf8'));
    const identity = createIdentity({
      audience: 'internal',
      purpose: 'operations',
      subject: 's',
      client: 'c',
      scopes: [],
      facilities: [],
    });
    const envelope = { identity, requestId: 'r', deadline: deadlineIn(20 * SECOND) };
    return { [ENVELOPE_HEADER]: envelopeSigner(subgraph, envelopeKey(secret, subgraph))(envelope, body) };
  };

  it.each(subgraphs.map(({ name }) => name))('%s refuses who is not the gateway', async (name) => {
    const body = '{"query":"{ __typename }"}';
    const post = async (headers: Record<string, string>) => {
      const response = await fetch(`${topology.url(name)}/graphql`, { method: 'POST', headers, body });
      return [response.status, ((await response.json()) as Answer).errors?.[0]?.extensions.code];
    };
    expect(await post({})).toEqual([401, 'UNAUTHENTICATED']);
    const another = subgraphs.find((subgraph) => subgraph.name !== name)?.name ?? '';
    expect(await post(signedFor(another, body))).toEqual([401, 'UNAUTHENTICATED']);
    expect(await post(signedFor(name, body))).toEqual([200, undefined]);
  });

  // What a test has ended runs again for the next one, whatever came of it.
  const ended: (readonly [service: string, replica: number])[] = [];
  const end = (service: string, replica: number, signal: NodeJS.Signals): Promise<Ending> => {
    ended.push([service, replica]);
    return topology.process(service, replica).end(signal);
  };
  const restart = async (): Promise<void> => {
    for (const [service, replica] of ended.splice(0)) await topology.restart(service, replica);
  };
  afterEach(restart);

  it('answer without a subgraph that is killed, mark what is missing, and have it back', async () => {
    const whole = await ask(0);
    await end('finance', 0, 'SIGKILL');
    for (const gateway of [0, 1]) {
      const { data, errors = [] } = await ask(gateway);
      expect(data?.['vendorBills']).toBeNull();
      // `@` is for each row of a list whose join failed.
      const marked = [['vendorBills'], ['employees', 'nodes', '@', 'costCenter']];
      expect(errors.map(({ path }) => path)).toEqual(marked);
      for (const { extensions } of errors) expect(extensions.code).toBe('DOWNSTREAM_SERVICE_ERROR');
      const { vendorBills: _missing, employees, ...others } = whole.data ?? {};
      expect(data).toMatchObject(others);
      expect(data?.['employees']).toMatchObject({ totalCount: (employees as { totalCount: number }).totalCount });
    }
    // What it says is good for two seconds.
    await eventually(async () => expect((await readiness('gateway')).status).toBe(503));
    await restart();
    for (const gateway of [0, 1]) await eventually(async () => expect(await ask(gateway)).toEqual(whole));
    await eventually(async () => expect((await readiness('gateway')).status).toBe(200));
  }, 90_000);

  it('go on when one gateway is killed, and take it back', async () => {
    const whole = await ask(1);
    await end('gateway', 0, 'SIGKILL');
    await expect(ask(0)).rejects.toThrow();
    expect(await ask(1)).toEqual(whole);
    await restart();
    expect(await ask(0)).toEqual(whole);
  });

  it('refuse by one gateway what was revoked through the other, within a second and without Redis as well', async () => {
    const meant = await topology.standIns.issuer.mint({ claims: { sub: 'nurse-99' } });
    const post = async (gateway: number, bearer: string, query: string, input?: object) => {
      const response = await fetch(`${topology.url('gateway', gateway)}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${bearer}` },
        body: JSON.stringify({ query, variables: { input } }),
      });
      return { status: response.status, body: (await response.json()) as Answer };
    };
    const statuses = async () => [
      (await post(0, meant, '{ __typename }')).status,
      (await post(1, meant, '{ __typename }')).status,
    ];
    expect(await statuses()).toEqual([200, 200]);
    const wish = { what: 'SUBJECT', value: 'nurse-99', reason: 'lost badge', idempotencyKey: 'topology' };
    const revoke = 'mutation ($input: RevokeAccessInput!) { revokeAccess(input: $input) { passedOn } }';
    const { body } = await post(0, token, revoke, { ...wish, issuer: topology.standIns.issuer.issuer });
    expect(body).toEqual({ data: { revokeAccess: { passedOn: true } } });
    const latest = Date.now() + SECOND;
    while ((await statuses()).join() !== '401,401') expect(Date.now()).toBeLessThan(latest);
    await end('redis', 0, 'SIGKILL');
    await eventually(async () =>
      expect((await readiness('gateway', 1)).body.dependencies).toContainEqual(
        expect.objectContaining({ name: 'access-feed', status: 'degraded' }),
      ),
    );
    expect((await readiness('gateway', 1)).status).toBe(200);
    expect(await statuses()).toEqual([401, 401]);
    expect((await ask(1)).errors).toBeUndefined();
  }, 60_000);

  /** Sends a request whose head is read before the service is told to stop, and the rest after it. */
  const postAcrossEnd = async (service: string, headers: Record<string, string>, body: string) => {
    const options = { method: 'POST', headers: { ...headers, expect: '100-continue' } };
    const begun = request(`${topology.url(service)}/graphql`, options);
    begun.flushHeaders();
    await once(begun, 'continue');
    const ending = end(service, 0, 'SIGTERM');
    // It listens no more.
    await eventually(() => expect(readiness(service)).rejects.toThrow());
    begun.end(body);
    const [response] = (await once(begun, 'response')) as [AsyncIterable<Buffer> & { statusCode: number }];
    let text = '';
    for await (const chunk of response) text += chunk.toString();
    return { status: response.statusCode, answer: JSON.parse(text) as Answer, ending: await ending };
  };

  it('let a request finish that has begun when a gateway is told to stop', async () => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
    const whole = await ask(0);
    const { status, answer, ending } = await postAcrossEnd('gateway', headers, JSON.stringify({ query: EVERYTHING }));
    expect([status, answer, ending]).toEqual([200, whole, [0, null]]);
  });

  it('let a call finish that has begun when a subgraph is told to stop', async () => {
    const body = '{"query":"{ __typename }"}';
    const { status, answer, ending } = await postAcrossEnd('scheduling', signedFor('scheduling', body), body);
    expect([status, answer, ending]).toEqual([200, { data: { __typename: 'Query' } }, [0, null]]);
  });

  it('have a worker that finds out what the systems call one thing', async () => {
    await eventually(async () => {
      const systems = await inDatabase('system', "cross_reference where entity_type <> 'Facility'");
      expect(systems).toEqual(expect.arrayContaining(['billing', 'hr', 'odoo', 'scheduling']));
    });
  }, 60_000);

  it('all end in peace on SIGTERM', async () => {
    const endings = await topology.stop();
    expect(endings.size).toBeGreaterThan(subgraphs.length + 4);
    expect([...endings].filter(([, [code]]) => code !== 0)).toEqual([]);
  }, 60_000);
});
