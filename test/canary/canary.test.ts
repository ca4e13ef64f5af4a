import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createGeneration } from '../../gateway/supergraph/generation.ts';
import { loadConfig } from '../../platform/config.ts';
import { SECOND } from '../../platform/time.ts';
import { createLog } from '../../platform/log.ts';
import { AUDIENCES } from '../../policies/audiences.ts';
import { registeredClients } from '../../policies/clients.ts';
import { SCOPES } from '../../policies/scopes.ts';
import { broadQuery, provenance } from '../harness/broad-query.ts';
import { eventually } from '../harness/eventually.ts';
import { type Group, startGroup } from '../harness/group.ts';
import { FAULTS } from '../harness/owner-doors.ts';
import { supergraphText } from '../harness/test-owners.ts';
import { filtersOf, rootLists } from '../harness/walk-schema.ts';
import { plantedWorld } from './planted-world.ts';
import { createTeller } from './told.ts';

/**
 * Every free text of every owner holds a string that stands nowhere else. Wherever one turns up that is not an answer to
 * somebody who may see it, something leaks.
 */
describe('what the owners hold', () => {
  const { world, found } = plantedWorld();
  const generation = createGeneration(supergraphText());
  const { schema } = generation;
  const query = broadQuery(schema, provenance());
  const wronglyTold = createTeller(schema, (text) => found(text).length > 0);
  const lines: string[] = [];
  let group: Group;

  beforeAll(async () => {
    const log = createLog('debug', { write: (line) => void lines.push(line) });
    group = await startGroup(world, { REQUEST_DEADLINE: String(8 * SECOND) }, { log });
  }, 90_000);
  afterAll(async () => group?.[Symbol.asyncDispose]());
  // Whatever a test has done, and its owners have said to it.
  afterEach(() => {
    expect(found(lines.join('\n'))).toEqual([]);
    const trail = group.graph.audit.journal.files.map((file) => readFileSync(file, 'latin1')).join('\n');
    expect(trail).toContain('"kind":"access"');
    expect(found(trail)).toEqual([]);
  });

  const textOf = async (asker: Parameters<Group['graph']['ask']>[1], text = query): Promise<string> =>
    JSON.stringify(await group.graph.ask(text, asker));

  it('is planted in what every owner answers', async () => {
    const { data, errors } = await group.graph.ask(query);
    expect(errors).toEqual([]);
    const planted = Object.entries(data ?? {}).filter(([, value]) => found(JSON.stringify(value)).length > 0);
    expect(new Set(planted.flatMap(([field]) => provenance().subgraphsOf('Query', field)))).toEqual(
      new Set(['billing', 'finance', 'hr', 'inventory', 'procurement', 'scheduling']),
    );
  });

  it('is not told to a caller without a scope, nor to one of no facility', async () => {
    expect(found(await textOf({ scopes: [] }))).toEqual([]);
    expect(found(await textOf({ facilities: [] }))).toEqual([]);
  });

  it.each(Object.keys(SCOPES))('is told to a caller of %s only where that opens it', async (scope) => {
    const { data, errors } = await group.graph.ask(query, { scopes: [scope] });
    expect(wronglyTold(data, { scopes: [scope], audience: 'internal', purpose: 'operations' })).toEqual([]);
    expect(found(JSON.stringify(errors))).toEqual([]);
  });

  it.each(['operations-console', 'report-app', 'supplier-portal', 'payer-portal'])(
    'is told to %s only where its audience sees it in clear',
    async (client) => {
      const registered = registeredClients(loadConfig({})).get(client);
      if (registered === undefined) throw new Error('nobody is registered by that name');
      const { audience, purposes, scopes } = registered;
      const { contract } = AUDIENCES[audience];
      const shown = generation.by(contract)?.schema;
      if (shown === undefined) throw new Error('there is no such contract');
      const { data, errors } = await group.graph.ask(broadQuery(shown, provenance()), { client });
      expect(Object.values(data ?? {}).filter((value) => value !== null)).not.toEqual([]);
      const told = { scopes: scopes === '*' ? Object.keys(SCOPES) : scopes, audience, purpose: purposes[0] ?? '' };
      expect(wronglyTold(data, told)).toEqual([]);
      expect(found(JSON.stringify(errors))).toEqual([]);
    },
  );

  it('is not in an error about a value that a caller sends', async () => {
    for (const list of rootLists(schema))
      for (const { key } of filtersOf(list)) {
        const { errors } = await group.graph.ask(
          `query ($value: JSON) { ${list.name}(filter: { ${key}: $value }) { totalCount } }`,
        );
        expect(found(JSON.stringify(errors))).toEqual([]);
      }
  });

  it.each(FAULTS.filter((fault) => fault !== 'empty'))(
    'is not in an error or a log line when owners are %s',
    async (fault) => {
      for (const door of group.doors.values()) await door.break(fault);
      const { errors } = await group.graph.ask(query);
      for (const door of group.doors.values()) await door.heal();
      expect(errors.length).toBeGreaterThan(0);
      expect(found(JSON.stringify(errors))).toEqual([]);
      expect(JSON.stringify(errors) + lines.join('\n')).not.toContain('SECRET');
      expect(await eventually(async () => (await group.graph.ask(query)).errors.length === 0)).toBe(true);
    },
    60_000,
  );
});
