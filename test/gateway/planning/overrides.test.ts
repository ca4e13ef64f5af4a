import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'graphql';
import { drawLabels, overrideLabels } from '../../../gateway/planning/overrides.ts';
import { createPlanner, type Planner } from '../../../gateway/planning/planner.ts';
import { readSupergraph } from '../../../policies/access/read-supergraph.ts';
import { supergraphOf, trays } from './graphs.ts';

const moving = supergraphOf({
  old: 'type Query { tray: Tray } type Tray @key(fields: "id") { id: ID! label: String grams: Int depth: Int }',
  new: `type Tray @key(fields: "id") {
    id: ID!
    label: String @override(from: "old", label: "percent(20)")
    grams: Int @override(from: "old", label: "scales")
    depth: Int @override(from: "old", label: "percent(20)")
  }`,
});

describe('the labels of a supergraph', () => {
  it('are sorted, each once', () => {
    expect(overrideLabels(readSupergraph(moving).schema)).toEqual(['percent(20)', 'scales']);
  });

  it('are none where nothing is overridden by halves', () => {
    expect(overrideLabels(readSupergraph(trays).schema)).toEqual([]);
  });
});

describe('a field on its way to another subgraph', () => {
  let planner: Planner;
  beforeAll(() => {
    planner = createPlanner(moving);
  });
  afterAll(async () => planner.close());

  const asked = async (overrides?: Readonly<Record<string, boolean>>): Promise<string[]> => {
    const given = overrides === undefined ? [] : [new Map(Object.entries(overrides))];
    const plan = await planner.plan(parse('{ tray { label grams depth } }'), null, ...given);
    return [...JSON.stringify(plan).matchAll(/"serviceName":"(\w+)".*?"operation":"([^"]*)"/g)].map(
      ([, name, operation]) => `${name}: ${operation?.replace(/.*(?:\.\.\.on Tray|\{tray)\{|\}+$/g, '')}`,
    );
  };

  it('is taken from its old home unless told otherwise', async () => {
    const old = ['old: label grams depth'];
    expect(await asked()).toEqual(old);
    expect(await asked({})).toEqual(old);
    expect(await asked({ 'percent(20)': false, scales: false })).toEqual(old);
    expect(await asked({ 'no such label': true })).toEqual(old);
  });

  it('is taken from its new home where its label is true, and again from the old one after that', async () => {
    expect(await asked({ 'percent(20)': true })).toEqual(['old: __typename id grams', 'new: label depth']);
    expect(await asked({ scales: true })).toEqual(['old: __typename id label depth', 'new: grams']);
    expect(await asked({ 'percent(20)': true, scales: true })).toEqual([
      'old: __typename id',
      'new: label grams depth',
    ]);
    expect(await asked()).toEqual(['old: label grams depth']);
  });
});

describe('labels drawn for a request', () => {
  const drawn = (label: string, draw: number): boolean | undefined =>
    drawLabels([label], undefined, () => draw).get(label);

  it.each([
    ['percent(20)', 0.199, true],
    ['percent(20)', 0.2, false],
    ['percent(0)', 0, false],
    ['percent(100)', 0.999_999, true],
    ['percent(0.05)', 0.000_49, true],
    ['percent(0.05)', 0.000_5, false],
    ['scales', 0, false],
    ['percent(a)', 0, false],
    ['percent(20)x', 0, false],
  ])('%s is, for a draw of %d, %s', (label, draw, expected) => {
    expect(drawn(label, draw)).toBe(expected);
  });

  it('are as configured, where they are', () => {
    const configured = new Map([
      ['scales', true],
      ['percent(100)', false],
      ['of no field', true],
    ]);
    expect([...drawLabels(['percent(100)', 'scales'], configured)]).toEqual([
      ['percent(100)', false],
      ['scales', true],
    ]);
  });

  it('are drawn one by one, in proportion', () => {
    let state = 1;
    const draw = () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
    const truths = Array.from({ length: 2000 }, () => drawLabels(['percent(25)', 'percent(50)'], undefined, draw));
    const share = (label: string) => truths.filter((labels) => labels.get(label)).length / truths.length;
    expect(share('percent(25)')).toBeCloseTo(0.25, 1);
    expect(share('percent(50)')).toBeCloseTo(0.5, 1);
  });
});
