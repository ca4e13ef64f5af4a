import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { isRequiredArgument } from 'graphql';
import { loadConfig } from '../../platform/config.ts';
import { silentLog } from '../../platform/log.ts';
import { Secret } from '../../platform/secret.ts';
import { subgraphs } from '../../subgraphs/index.ts';
import { closeOwners, openOwners, type OwnerName, readOwners } from '../../subgraphs/owners.ts';
import { eventually } from '../harness/eventually.ts';
import { broadQuery, type Difference, differences, provenance } from '../harness/broad-query.ts';
import type { Reply } from '../harness/graph.ts';
import { type Group, GROUP, startGroup } from '../harness/group.ts';
import { DOORS, FAULTS, type FaultName, WIRELESS } from '../harness/owner-doors.ts';
import { hasPostgres } from '../harness/postgres.ts';
import { supergraphText } from '../harness/test-owners.ts';
import { apiSchema } from '../harness/walk-schema.ts';

/** What callers are told of each fault. */
const CODES: Readonly<Record<Exclude<FaultName, 'empty'>, string>> = {
  refused: 'SOR_UNAVAILABLE',
  hung: 'SOR_TIMEOUT',
  failing: 'SOR_UNAVAILABLE',
  page: 'SOR_CONTRACT_BROKEN',
  half: 'SOR_UNAVAILABLE',
  misshapen: 'SOR_CONTRACT_BROKEN',
};
/** What PostgreSQL's clients cannot make out is a connection that has ended. */
const codeOf = (owner: OwnerName, fault: Exclude<FaultName, 'empty'>): string =>
  owner === 'store' && fault === 'page' ? 'SOR_UNAVAILABLE' : CODES[fault];

const REQUEST_DEADLINE = 8000;

const schema = apiSchema();
const from = provenance();
const query = broadQuery(schema, from);
const read = [...readOwners(subgraphs)];
const connections = Object.values(schema.getQueryType()?.getFields() ?? {})
  .filter(({ type, args }) => String(type).endsWith('Connection') && !args.some(isRequiredArgument))
  .map(({ name }) => name);

describe('the owners of the product', () => {
  it('have all of them something in front that can break, or nothing that could', async () => {
    const { config, settings } = somewhere();
    const owners = openOwners(subgraphs, settings, config, silentLog());
    await closeOwners(owners);
    expect(Object.keys(owners).toSorted()).toEqual([...read].toSorted());
    for (const name of read) expect([name, name in DOORS || name in WIRELESS]).toEqual([name, true]);
  });

  it('are all asked by the one query', () => {
    for (const { name, connector } of subgraphs)
      expect([name, connections.some((list) => from.subgraphsOf('Query', list).includes(name))]).toEqual([
        name,
        connector.owners.length > 0,
      ]);
  });
});

const NOBODY = new Secret('nobody');

/** Settings that name servers which are not there. */
const somewhere = () => {
  const config = loadConfig({ DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' });
  const at = 'http://127.0.0.1:1';
  const fhir = { url: at, auth: { kind: 'none' }, reads: 1, writes: 1, responseLimit: 1024 } as const;
  const settings = {
    odoo: { url: at, db: 'none', login: undefined, apiKey: NOBODY },
    hr: { url: at, token: NOBODY },
    scheduling: fhir,
    billing: fhir,
    store: { url: config.database.url, dir: '', connections: 1, within: 50 },
    supergraphSdl: supergraphText(),
  };
  return { config, settings };
};

describe('a group whose owners fail, one at a time', () => {
  let group: Group;
  let whole: Reply;

  beforeAll(async () => {
    group = await startGroup(GROUP, { REQUEST_DEADLINE: String(REQUEST_DEADLINE) });
    whole = await group.graph.ask(query);
    // Currencies, facilities and the like have been learned by now, and what follows is the same each time.
    whole = await group.graph.ask(query);
  }, 60_000);
  afterAll(async () => {
    await group?.[Symbol.asyncDispose]();
  });
  // The supervisors look again by themselves: nothing is restarted.
  afterEach(async () => {
    for (const door of group.doors.values()) await door.heal();
    expect(await recovered()).toBe(true);
  });

  const isReady = async (): Promise<boolean> => (await fetch(`${group.graph.url}/readyz`)).status === 200;
  const changes = ({ data }: Reply): readonly Difference[] => differences(schema, from, whole.data, data);
  const isWhole = async (): Promise<boolean> => {
    const reply = await group.graph.ask(query);
    return reply.errors.length === 0 && changes(reply).length === 0;
  };
  const recovered = () => eventually(async () => (await isWhole()) && (await isReady()) && (await isWhole()));
  const isMarked = ({ path }: Difference, { errors }: Reply): boolean =>
    errors.some((error) => {
      const names = (error.path ?? []).filter((step): step is string => typeof step === 'string' && step !== '@');
      const length = Math.min(names.length, path.length);
      return names.slice(0, length).join() === path.slice(0, length).join();
    });
  const listsOf = (owner: OwnerName): readonly string[] =>
    connections.filter((list) => from.ownersOf('Query', list).has(owner));

  it('is whole to begin with, and has rows of everybody', () => {
    expect(whole.errors).toEqual([]);
    for (const name of group.doors.keys()) expect([name, listsOf(name).length]).not.toEqual([name, 0]);
  });

  describe.each(read.filter((name) => name in DOORS))('%s', (owner) => {
    const test = owner === 'store' && !hasPostgres() ? it.skip : it;
    const broken = FAULTS.filter((fault) => fault !== 'empty');

    test.each(broken)(
      '%s: the rest arrives, what is missing is marked, and it is over when it is over',
      async (fault) => {
        const door = group.doors.get(owner);
        await door?.break(fault);
        const reply = await group.graph.ask(query);
        expect(reply.status).toBe(200);
        // None of ours: a deadline of the request, or a failure of a subgraph as a whole.
        const codes = [...new Set(reply.errors.map(({ extensions }) => extensions.code))];
        expect(codes).toContain(codeOf(owner, fault));
        // Once it is known to be away, what comes later in the plan is refused at once.
        expect(codes.filter((code) => ![codeOf(owner, fault), 'SOR_UNAVAILABLE'].includes(code))).toEqual([]);
        for (const list of listsOf(owner)) expect([list, reply.data?.[list]]).toEqual([list, null]);
        for (const change of changes(reply)) {
          expect([change.path, change.after]).toEqual([change.path, null]);
          expect([change.path, [...change.owners]]).toEqual([change.path, expect.arrayContaining([owner])]);
          expect([change.path, isMarked(change, reply)]).toEqual([change.path, true]);
        }
        expect(JSON.stringify(reply)).not.toMatch(/SECRET|Traceback|127\.0\.0\.1|<html|<!doctype/i);
        if (fault === 'refused') expect(await eventually(async () => !(await isReady()))).toBe(true);
        await door?.heal();
        expect(await recovered()).toBe(true);
      },
    );

    test('empty: nothing is missing that is not there', async () => {
      const door = group.doors.get(owner);
      await door?.break('empty');
      const reply = await group.graph.ask(query);
      expect([reply.status, reply.errors]).toEqual([200, []]);
      for (const list of listsOf(owner)) expect([list, reply.data?.[list]]).toEqual([list, { nodes: [] }]);
      for (const change of changes(reply))
        expect([change.path, [...change.owners]]).toEqual([change.path, expect.arrayContaining([owner])]);
    });
  });
});
