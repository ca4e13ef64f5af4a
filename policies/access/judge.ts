import type { DocumentNode, GraphQLSchema } from 'graphql';
import type { Identity } from '../../platform/identity.ts';
import { sightsOf } from '../field-masks.ts';
import type { Mask } from '../masks.ts';
import type { AccessGraph } from './access-graph.ts';
import { type AnalyzedOperation, analyzeOperation, unusedKey } from './analyze-operation.ts';
import { type Denial, denialsOf } from './denials.ts';
import type { DeniedPath } from './denied.ts';
import { filterDocument, maskOf, type PreparedOperation } from './filter-document.ts';
import { maskedPaths, maskTree } from './mask-tree.ts';
import { operationIn, type StatedOperation, variablesOf } from './read-operation.ts';
import { specialize } from './specialize.ts';

/** A refusal, with what it was made of. */
export type Judgement = Denial & Pick<DeniedPath, 'unmet' | 'occurrences'>;

/** What becomes of one operation of one caller. */
export interface Judged {
  readonly graph: AccessGraph;
  readonly schema: GraphQLSchema;
  readonly identity: Identity;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly analyzed: AnalyzedOperation;
  readonly prepared: PreparedOperation;
  /** By place (`placeOf`). */
  readonly denials: ReadonlyMap<string, Judgement>;
  readonly masks: ReadonlyMap<string, Mask>;
}

/**
 * The steps of a request, from its document to what is left of it and how that is seen.
 *
 * @param schema in which the document is valid
 * @throws BAD_USER_INPUT
 */
export const judge = (
  graph: AccessGraph,
  schema: GraphQLSchema,
  read: DocumentNode,
  stated: StatedOperation,
  identity: Identity,
): Judged => {
  const { requirements, masks } = graph;
  const operation = operationIn(read, stated);
  const variables = variablesOf(schema, operation, stated);
  const name = operation.name?.value ?? null;
  const typeKey = unusedKey(read);
  const document = specialize(read, name, variables, typeKey);
  const analyzed = analyzeOperation(schema, requirements, document, name, typeKey);
  const prepared = filterDocument(analyzed, maskOf(requirements, analyzed, identity, variables));
  const sights = sightsOf(identity.audience, identity.purpose);
  const tree = prepared.document === undefined ? [] : maskTree(schema, masks, prepared.document, name);
  const { deniedPaths } = prepared;
  const byPath = new Map(deniedPaths.map((denied) => [placeOf(denied.path), denied]));
  const denials = denialsOf(requirements, name, deniedPaths, variables, identity).map((denial) => {
    const { unmet = [], occurrences = [] } = byPath.get(placeOf(denial.path)) ?? {};
    return [placeOf(denial.path), { ...denial, unmet, occurrences }] as const;
  });
  return {
    graph,
    schema,
    identity,
    variables,
    analyzed,
    prepared,
    denials: new Map(denials),
    masks: new Map(maskedPaths(tree, sights).map(({ path, as }) => [placeOf(path), as])),
  };
};

/** Equal for the same place of an answer. */
export const placeOf = (path: readonly string[]): string => path.join('\n');
