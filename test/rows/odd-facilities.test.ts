import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'graphql';
import { rowScopes } from '../../policies/rows.ts';
import { type Graph, startGraph } from '../harness/graph.ts';
import { type OdooServer, startSandboxOdoo } from '../harness/odoo-servers.ts';
import { readRows, rootFields } from '../harness/row-sets.ts';
import { supergraphText } from '../harness/test-owners.ts';
import { apiSchema } from '../harness/walk-schema.ts';

const OWN = 'north-facility';

/** Lists of what is the same for everybody, or is asked for by somebody's id. */
const ELSEWHERE: ReadonlySet<string> = new Set(['currencies', 'mappings', 'dataQualityFindings']);

const scopes = rowScopes(parse(supergraphText()));
const lists = rootFields(apiSchema()).lists.filter(({ name }) => !ELSEWHERE.has(name));

describe('a caller whose token names odd facilities', () => {
  let odoo: OdooServer;
  let graph: Graph;
  let right: readonly (readonly [string, number, number | null])[];

  beforeAll(async () => {
    odoo = await startSandboxOdoo();
    graph = await startGraph({ odoo: odoo.settings, store: 'embedded' });
    right = await sizes([OWN]);
  }, 60_000);
  afterAll(async () => {
    await graph?.[Symbol.asyncDispose]();
    await odoo?.[Symbol.asyncDispose]();
  });

  /** How many rows each list has, and is said to have; an error of any is thrown. */
  const sizes = async (facilities: readonly string[]) => {
    const found: (readonly [string, number, number | null])[] = [];
    for (const list of lists) {
      const { rows, total } = await readRows(graph, list, { facilities }, { facility: OWN, pages: 1 });
      found.push([list.name, rows.size, total]);
    }
    return found;
  };

  it('sees what is right with a right one, which is something', () => {
    expect(right.filter(([, rows]) => rows > 0).length).toBeGreaterThan(35);
  });

  it.each([
    ['none at all', []],
    ['one that there is not', ['nowhere']],
    ['every one that somebody could think to be all of them', ['*', '%', 'all', 'ALL', '_', '.*']],
    ['a right one in other letters', [OWN.toUpperCase()]],
    ['a right one with space around it', [` ${OWN}`, `${OWN} `, `${OWN}\n`]],
    [
      'the syntax of queries',
      [
        `${OWN}' or '1'='1`,
        `${OWN},south-facility`,
        `${OWN}" or facilityCode pr or "`,
        `urn:caregraph:facility|${OWN}`,
      ],
    ],
    ['names of what objects have', ['__proto__', 'constructor', 'toString', 'hasOwnProperty']],
  ])('sees nothing with %s', async (_, facilities) => {
    expect((await sizes(facilities)).filter(([, rows, total]) => rows > 0 || (total ?? 0) > 0)).toEqual([]);
  });

  it.each([
    ['twice', [OWN, OWN, OWN]],
    ['among some that there are not', ['nowhere', OWN, 'elsewhere']],
    ['among very many', [...Array.from({ length: 250 }, (_, at) => `nowhere-${at}`), OWN]],
  ])('sees what is right with a right one %s', async (_, facilities) => {
    expect(await sizes(facilities)).toEqual(right);
  });

  it('knows of every type whose rows are by facility', () => {
    const listed = new Set(lists.map(({ row }) => row.name));
    const others = [...scopes].filter(([type, { byFacility }]) => byFacility && !listed.has(type));
    // Parts of what is listed.
    expect(others.map(([type]) => type).toSorted()).toEqual([
      'BillLine',
      'JournalLine',
      'Position',
      'PurchaseOrderLine',
      'PurchaseRequisitionLine',
    ]);
  });
});
