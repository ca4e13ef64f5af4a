import { expect } from '@jest/globals';
import type { Graph } from './graph.ts';
import { type RootList, selectAll } from './walk-schema.ts';

/** How many rows a list is asked for. */
const [FEW, MANY] = [5, 50];

export interface ListCalls {
  /** Calls to an owner since `forget`. */
  readonly calls: (graph: Graph) => number;
  /** How deep everything around the rows is asked for, and how many rows of each nested list. */
  readonly depth: number;
  readonly nested: (rows: number) => number;
}

/** Holds that fifty rows of a list, with all around them, take no more calls to an owner than five. */
export const expectSameCalls = async (
  graph: Graph,
  { name, node }: RootList,
  { calls, depth, nested }: ListCalls,
): Promise<void> => {
  const callsFor = async (first: number): Promise<number> => {
    graph.forget();
    const query = `{ ${name}(first: ${first}) { totalCount nodes ${selectAll(node, depth, nested(first))} } }`;
    const { data, errors } = await graph.ask(query, { purpose: 'payroll' });
    expect(errors).toEqual([]);
    const page = data?.[name] as { readonly nodes: readonly unknown[] };
    expect(page.nodes.length).toBeGreaterThan(first === FEW ? FEW - 1 : 20);
    return calls(graph);
  };
  const few = await callsFor(FEW);
  // Fewer where the five are of one facility: the lists of several go together.
  expect(await callsFor(MANY)).toBeLessThanOrEqual(few);
};
