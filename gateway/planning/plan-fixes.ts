import type { FetchNode, PlanNode, QueryPlan } from '@apollo/query-planner';
import { type DocumentNode, parse, print } from 'graphql';
import { fillDirectives } from '../../policies/access/executable-directives.ts';
import { mapFetches } from './fixes/plan-tree.ts';
import { resolvableKeysFirst } from './fixes/resolvable-keys.ts';
import { resolveTwins } from './fixes/resolve-twins.ts';
import { ownNames, type RenamedKey, type Separated, separateKeys } from './fixes/separate-keys.ts';
import { graphNames, supergraphText } from './fixes/supergraph-text.ts';
import { withTwins } from './fixes/twin-fields.ts';
import { feedFields } from './fixes/unfed-fields.ts';

/** What has to be different around the planner so that its plans bring what was asked for. */
export interface PlanFixes {
  /**
   * The supergraph the planner has to work with. Clients must see the one it was made of. It would not pass validation:
   * subgraphs mention fields there which they have no use for any more.
   */
  readonly supergraphSdl: string;
  /** The document to plan in place of a client's. */
  readonly prepare: (document: DocumentNode, operationName: string | null) => Separated;
  /** Makes of a plan for that supergraph and that document one for the real subgraphs and the client's. */
  readonly fix: (plan: QueryPlan, renamed: Separated['renamed']) => QueryPlan;
}

/** A step of a plan that is not Apollo's: puts what was fetched under other keys where the client expects it. */
export interface RenameNode {
  readonly kind: 'Rename';
  readonly renamed: readonly RenamedKey[];
}

/** Prepares a supergraph for the planner. Most supergraphs need nothing, and then nothing is done to plans. */
export const planFixes = (supergraphSdl: string): PlanFixes => {
  const real = supergraphText(parse(supergraphSdl, { noLocation: true }));
  const keyed = resolvableKeysFirst(real);
  const twins = withTwins(keyed);
  const own = ownNames(twins.text);
  const fill = fillDirectives(real.document);
  const prepare: PlanFixes['prepare'] = (document, operationName) => separateKeys(own, fill(document), operationName);
  const graphs = graphNames(real);
  const feed = feedFields(twins.text, graphs, own.names);
  const isSame = twins.text === real;
  const fixFetch = (fetch: FetchNode): PlanNode => {
    const graph = graphs.get(fetch.serviceName) ?? '';
    const [first = fetch, ...others] = twins.byName.size > 0 ? resolveTwins(twins, graph, fetch) : [fetch];
    return others.length === 0 ? first : { kind: 'Parallel', nodes: [first, ...others] };
  };
  return {
    supergraphSdl: isSame ? supergraphSdl : print(twins.text.document),
    prepare,
    fix: (plan, renamed) => {
      const { node } = plan;
      if (node === undefined || node.kind === 'Subscription') return plan;
      const fed = feed(node);
      return renameAtTheEnd({ ...plan, node: isSame ? fed : mapFetches(fed, fixFetch) }, renamed);
    },
  };
};

const renameAtTheEnd: PlanFixes['fix'] = (plan, renamed) => {
  const { node } = plan;
  if (renamed.length === 0 || node === undefined || node.kind === 'Subscription') return plan;
  const rename: RenameNode = { kind: 'Rename', renamed };
  // The types are Apollo's; our executor knows this node.
  return { ...plan, node: { kind: 'Sequence', nodes: [node, rename as unknown as PlanNode] } };
};
