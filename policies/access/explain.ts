import { OperationTypeNode } from 'graphql';
import type { Identity } from '../../platform/identity.ts';
import { isAudience } from '../audiences.ts';
import { type Client, modeOf, type Mode } from '../clients.ts';
import type { AccessGraph } from './access-graph.ts';
import { hold } from './conditions.ts';
import { type ExplainedPath, pathsOf } from './explain-paths.ts';
import { judge, type Judged } from './judge.ts';
import { isValidIn, readDocument, refused, type StatedOperation, strangeIn } from './read-operation.ts';

/** What becomes of the operation: all of it runs, a part, nothing, or all of it for a trial. */
export type Outcome = 'WHOLE' | 'PART' | 'NOTHING' | 'TRIAL';

export interface Explanation {
  readonly identity: Identity;
  readonly mode: Mode;
  readonly outcome: Outcome;
  readonly paths: readonly ExplainedPath[];
}

export interface ExplainOptions {
  /** Decides what becomes of an operation that may run in part only. Left out: the rest of it runs. */
  readonly client?: Client | undefined;
  /** Day in ISO 8601 on which it is asked. */
  readonly today: string;
  /**
   * Whoever reads it may know of the whole graph, also of what does not exist for the caller that it is about. For anybody
   * else such a document is not valid, and that is all that is said.
   */
  readonly isToldOfTheWhole: boolean;
}

/**
 * What the product would do with an operation of this caller, and why, for each place of it. Judged by the functions that
 * judge requests (analyze-operation.ts, filter-document.ts, mask-tree.ts, denials.ts); nothing is asked of any owner.
 *
 * @throws BAD_USER_INPUT, OPERATION_TOO_LARGE
 */
export const explain = (
  graph: AccessGraph,
  stated: StatedOperation,
  identity: Identity,
  options: ExplainOptions,
): Explanation => {
  const read = readDocument(stated.document);
  const contract = isAudience(identity.audience) ? graph.schemaFor(identity.audience) : undefined;
  const isInContract = contract !== undefined && isValidIn(contract, read);
  if (!isInContract && !(options.isToldOfTheWhole && isValidIn(graph.schema, read)))
    throw refused('The document is not valid in the graph that this caller sees.');
  const schema = isInContract ? contract : graph.schema;
  const judged = judge(graph, schema, read, stated, identity);
  const name = judged.analyzed.operation.name?.value ?? null;
  const mode = options.client === undefined ? 'filter' : modeOf(options.client, name, options.today);
  return Object.freeze({
    identity,
    mode,
    outcome: isInContract ? outcomeOf(judged, mode) : 'NOTHING',
    paths: pathsOf({
      ...judged,
      contract: isInContract ? undefined : (contract ?? null),
      strange: new Set(isInContract || contract === undefined ? [] : strangeIn(contract, read)),
    }),
  });
};

const outcomeOf = ({ analyzed, prepared, denials, variables }: Judged, mode: Mode): Outcome => {
  if (denials.size === 0) return 'WHOLE';
  const isMutation = analyzed.operation.operation === OperationTypeNode.MUTATION;
  if (mode === 'dryRun' && !isMutation) return 'TRIAL';
  if (mode === 'reject' || prepared.document === undefined) return 'NOTHING';
  return isMutation && prepared.denied?.missing.some(({ when }) => hold(when, variables)) === true ? 'NOTHING' : 'PART';
};
