import type { PlanNode } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import type { RenameNode } from '../../planning/plan-fixes.ts';
import { compileFetch } from './fetch.ts';
import type { JsonObject } from './json-object.ts';
import { below, type PlanPath, ROOT } from './plan-path.ts';
import { compileRenamed } from './rewrites.ts';
import type { Run, RunNode } from './run.ts';

/** Compiles a plan, or a part of one that is for the objects at a path. `schema` is that of the whole supergraph. */
export const compileNode = (
  schema: GraphQLSchema,
  node: PlanNode | RenameNode | undefined,
  at: PlanPath = ROOT,
): RunNode => {
  switch (node?.kind) {
    case undefined:
      return nothing;
    case 'Fetch':
      return compileFetch(schema, node, at);
    case 'Flatten':
      return compileNode(schema, node.node, below(at, node.path));
    case 'Sequence':
      return inOrder(node.nodes.map((child) => compileNode(schema, child, at)));
    case 'Parallel':
      return atOnce(node.nodes.map((child) => compileNode(schema, child, at)));
    case 'Rename':
      return inPlace(compileRenamed(schema, node.renamed));
    case 'Condition':
      return either(node.condition, compileNode(schema, node.ifClause, at), compileNode(schema, node.elseClause, at));
    default:
      throw new Error('the planner was not told that answers may come in parts');
  }
};

const nothing: RunNode = () => Promise.resolve();

const inPlace =
  (change: (data: JsonObject) => void): RunNode =>
  (run) => {
    change(run.data);
    return nothing(run);
  };

const inOrder =
  (nodes: readonly RunNode[]): RunNode =>
  async (run) => {
    for (const node of nodes) await node(run);
  };

const atOnce =
  (nodes: readonly RunNode[]): RunNode =>
  async (run) => {
    await Promise.all(nodes.map((node) => node(run)));
  };

/** Variables are coerced: a condition's variable is there, and boolean. */
const either =
  (variable: string, whenTrue: RunNode, whenFalse: RunNode): RunNode =>
  (run: Run) =>
    run.variables[variable] === true ? whenTrue(run) : whenFalse(run);
