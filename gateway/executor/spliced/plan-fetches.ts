import type { FetchNode, PlanNode, QueryPlanSelectionNode } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import { namesWithin } from '../compiled/type-names.ts';
import { positionsOn, type Route, routeTo } from './find-source.ts';
import { type Position } from './position.ts';
import { UNSUITED } from './unsuited.ts';

/** A fetch of the plan, and what it is for. */
export interface PlannedFetch {
  readonly node: FetchNode;
  /** Its place among the fetches of the plan. */
  readonly number: number;
  /** `undefined`: it is for the root. */
  readonly entities: EntityFetch | undefined;
}

export interface EntityFetch {
  readonly route: Route;
  /** By object type: the keys of a representation, in order. Types it asks nothing for are not there. */
  readonly keysOf: ReadonlyMap<string, readonly string[]>;
}

/**
 * The fetches of a plan in the order in which one can need another.
 *
 * @throws UNSUITED for what rewrites, depends on conditions, or requires more than scalars
 */
export const fetchesOf = (schema: GraphQLSchema, root: Position, plan: PlanNode): readonly PlannedFetch[] => {
  const found: PlannedFetch[] = [];
  const visit = (node: PlanNode, path: readonly (string | number)[]): void => {
    if (node.kind === 'Sequence' || node.kind === 'Parallel') for (const child of node.nodes) visit(child, path);
    else if (node.kind === 'Flatten') visit(node.node, [...path, ...node.path]);
    else if (node.kind === 'Fetch') found.push(fetchOf(schema, root, node, path, found.length));
    else throw UNSUITED;
  };
  visit(plan, []);
  return found;
};

const fetchOf = (
  schema: GraphQLSchema,
  root: Position,
  node: FetchNode,
  path: readonly (string | number)[],
  number: number,
): PlannedFetch => {
  const { inputRewrites, outputRewrites, requires } = node;
  const contextRewrites = (node as { readonly contextRewrites?: readonly unknown[] }).contextRewrites;
  if ([inputRewrites, outputRewrites, contextRewrites].some((rewrites) => (rewrites?.length ?? 0) > 0)) throw UNSUITED;
  if (requires === undefined) {
    if (path.length > 0) throw UNSUITED;
    return { node, number, entities: undefined };
  }
  const route = routeTo(root, path);
  const keysOf = new Map<string, readonly string[]>();
  for (const type of route.types) {
    const keys = [...new Set(keysRequired(schema, requires, type))];
    if (keys.includes('__typename')) keysOf.set(type, keys);
  }
  if (keysOf.size === 0) throw UNSUITED;
  return { node, number, entities: { route, keysOf } };
};

const keysRequired = (
  schema: GraphQLSchema,
  requires: readonly QueryPlanSelectionNode[],
  typeName: string,
): readonly string[] =>
  requires.flatMap((selection) => {
    if (selection.kind === 'Field') {
      if ((selection.selections?.length ?? 0) > 0) throw UNSUITED;
      return [selection.alias ?? selection.name];
    }
    const { typeCondition, selections } = selection;
    if (typeCondition === undefined) throw UNSUITED;
    return namesWithin(schema, typeCondition).has(typeName) ? keysRequired(schema, selections, typeName) : [];
  });

/** Positions that fetches go to, or through: their objects have to be told apart. */
export const visitedBy = (fetches: readonly PlannedFetch[]): ReadonlySet<Position> =>
  new Set(fetches.flatMap(({ entities }) => (entities === undefined ? [] : positionsOn(entities.route))));

/** What fetches require of objects of a type at a position, besides the type. */
export const requiredBy =
  (fetches: readonly PlannedFetch[]) =>
  (position: Position, typeName: string): ReadonlySet<string> =>
    new Set(
      fetches.flatMap(({ entities }) =>
        entities?.route.target === position
          ? (entities.keysOf.get(typeName) ?? []).filter((key) => key !== '__typename')
          : [],
      ),
    );

/** Numbers of the fetches that get entities for objects of a type at a position. */
export const linkedBy =
  (fetches: readonly PlannedFetch[]) =>
  (position: Position, typeName: string): readonly number[] =>
    fetches.flatMap(({ number, entities }) =>
      entities?.route.target === position && entities.keysOf.has(typeName) ? [number] : [],
    );
