import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Journal, openJournal } from '../../platform/audit/journal.ts';
import { auditKeys } from '../../platform/audit/keys.ts';
import { readEntries } from '../../platform/audit/lines.ts';
import { silentLog } from '../../platform/log.ts';
import { ROOT } from '../../platform/root.ts';
import type { SubgraphDefinition } from '../fakes/subgraph.ts';
import { codes, startGraph, type TestGraph } from '../gateway/start-graph.ts';

const COMMON = readFileSync(join(ROOT, 'subgraphs', 'common.graphql'), 'utf8');
/** The links and directives of every subgraph, without its types. */
const HEAD = COMMON.slice(0, COMMON.indexOf('"A day in ISO 8601'));

const seen: string[] = [];
const desk: SubgraphDefinition = {
  sdl: `${HEAD}
    type Query { guest: Guest room: Room }
    type Mutation { move(to: String): Room }
    type Guest @authenticated @systemOfRecord(system: HR) @classification(class: PII) { name: String }
    type Room @authenticated @systemOfRecord(system: HR) @classification(class: INTERNAL) { code: String }
  `,
  resolvers: {
    Query: {
      guest: () => ({ name: seen.push('guest') && 'an invented guest' }),
      room: () => ({ code: seen.push('room') && 'R-1' }),
    },
    Mutation: { move: () => ({ code: seen.push('move') && 'R-2' }) },
  },
};

describe('what has to be written down', () => {
  let dir: string;
  let journal: Journal;
  let graph: TestGraph;
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'caregraph-write-down-'));
  });
  afterAll(() => rmSync(dir, { recursive: true }));
  beforeEach(async () => {
    seen.length = 0;
    journal = openJournal({ dir, key: auditKeys('an invented secret').chain, log: silentLog() });
    graph = await startGraph({ local: { desk }, options: { journal } });
  });
  afterEach(async () => {
    await graph[Symbol.asyncDispose]();
  });

  const written = () =>
    readdirSync(dir)
      .filter((name) => name.startsWith(journal.head.chain))
      .flatMap((name) => readEntries(readFileSync(join(dir, name), 'latin1')))
      .map(({ text }) => JSON.parse(text) as Record<string, unknown>)
      .filter(({ kind }) => kind === 'request')
      .map(({ operation, fields, classes, status }) => ({ operation, fields, classes, status }));

  it('is written before a write begins, and when it has ended; of a read, with its answer', async () => {
    await graph.ask('mutation { move(to: "a name nobody may find again") { code } }');
    await graph.ask('{ mine: guest { name } }');
    await graph.ask('{ room { code } }');
    const move = { operation: 'mutation', fields: ['move'], classes: [] };
    expect(written()).toEqual([
      { ...move, status: null },
      { ...move, status: 200 },
      { operation: 'query', fields: ['guest'], classes: ['PII'], status: 200 },
    ]);
    const text = readdirSync(dir)
      .map((name) => readFileSync(join(dir, name), 'latin1'))
      .join('');
    expect(text).not.toMatch(/nobody may find|mine|invented guest/);
    journal.close();
  });

  it('does not begin while the journal takes nothing, and what need not be written goes on', async () => {
    journal.close();
    const move = await graph.ask('mutation { move { code } }');
    expect([move.status, codes(move)]).toEqual([503, ['AUDIT_UNAVAILABLE']]);
    for (const _ of [1, 2]) {
      const guest = await graph.ask('{ guest { name } }');
      expect([guest.status, codes(guest)]).toEqual([503, ['AUDIT_UNAVAILABLE']]);
    }
    expect(seen).toEqual([]);
    const room = await graph.ask('{ room { code } }');
    expect(room.body.data).toEqual({ room: { code: 'R-1' } });
    expect(written()).toEqual([]);
  });
});
