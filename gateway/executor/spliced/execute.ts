import { isUtf8 } from 'node:buffer';
import type { FetchNode, PlanNode, QueryPlan } from '@apollo/query-planner';
import { executeCompiled } from '../compiled/execute.ts';
import type { Executed, ExecutePlan, PlannedOperation, PlanRun } from '../execute-plan.ts';
import {
  compileSpliced,
  type SplicedEntities,
  type SplicedFetch,
  type SplicedOperation,
  type SplicedRoot,
} from './compile.ts';
import { OUTPUT, textOf } from './output.ts';
import { writeCallOf } from './prepared-call.ts';
import { createRecording, type Recording } from './replay.ts';
import { collectEntities, type Entities } from './representations.ts';
import { SURPRISE } from './scan-runtime.ts';
import { addAnswer, returnTape, takeTape, type Tape } from './tape.ts';
import { UNSUITED } from './unsuited.ts';

/**
 * Runs plans by splicing: bytes of the subgraphs' answers are checked where they stand, and copied into the client's
 * answer without being decoded. Nothing is parsed, and no value is made of what is only passed on.
 *
 * That is for answers in which everything is as it should be, which nearly all are. At the first surprise (an error, a
 * null that is not allowed, a key out of order, white space) the compiled executor starts from the beginning, with the
 * answers that are there already; no call is made twice.
 */
export const executeSpliced: ExecutePlan = async (run) => {
  const operation = operationFor(run);
  if (operation === undefined || operation.rest > 0 || !areWritten(run, operation)) {
    if (operation !== undefined) operation.rest -= 1;
    return executeCompiled(run);
  }
  const recording = createRecording(run.transports, run.envelope, run.cancellation);
  const executed = await splice(run, operation, recording);
  noteOutcome(operation, executed !== undefined);
  return executed ?? executeCompiled({ ...run, transports: recording.transports });
};

/** An operation, and how it went lately. */
interface Known extends SplicedOperation {
  /** Surprises in a row. */
  surprises: number;
  /** Requests that are not even tried. */
  rest: number;
}

const MOST_SURPRISES = 8;
const REST = 1000;

/** A subgraph that always answers otherwise than expected should not cost two looks at each answer. */
const noteOutcome = (operation: Known, isSpliced: boolean): void => {
  operation.surprises = isSpliced ? 0 : operation.surprises + 1;
  if (operation.surprises < MOST_SURPRISES) return;
  operation.surprises = 0;
  operation.rest = REST;
};

/** An operation may have several plans. */
const OPERATIONS = new WeakMap<PlannedOperation, WeakMap<QueryPlan, { readonly operation: Known | undefined }>>();

const operationFor = (run: PlanRun): Known | undefined => {
  const { prepared, plan } = run;
  if (plan === undefined) return undefined;
  const plans = OPERATIONS.get(prepared) ?? new WeakMap<QueryPlan, { readonly operation: Known | undefined }>();
  const known = plans.get(plan);
  if (known !== undefined) return known.operation;
  const made = compile(run);
  OPERATIONS.set(prepared, plans.set(plan, { operation: made }));
  return made;
};

const compile = ({ generation, plan, prepared }: PlanRun): Known | undefined => {
  const { operation, document } = prepared;
  if (plan?.node === undefined || document === undefined) return undefined;
  try {
    const made = compileSpliced(generation, plan.node as PlanNode, document, operation, prepared);
    return { ...made, surprises: 0, rest: 0 };
  } catch (error) {
    if (error === UNSUITED) return undefined;
    throw error;
  }
};

const areWritten = ({ transports }: PlanRun, { fetches }: SplicedOperation): boolean => {
  for (const { planned } of fetches.values())
    if (transports.get(planned.node.serviceName)?.exchange === undefined) return false;
  return true;
};

interface Splicing {
  readonly run: PlanRun;
  readonly operation: SplicedOperation;
  readonly recording: Recording;
  readonly tape: Tape;
  /** Record of the root. */
  readonly root: number;
}

const splice = async (
  run: PlanRun,
  operation: SplicedOperation,
  recording: Recording,
): Promise<Executed | undefined> => {
  const tape = takeTape();
  try {
    const root = operation.start(tape);
    await follow({ run, operation, recording, tape, root }, run.plan?.node as PlanNode);
    OUTPUT.reset();
    OUTPUT.put(BEFORE_DATA);
    operation.write(tape, root);
    OUTPUT.put(BEHIND_DATA);
    const answer = OUTPUT.take();
    returnTape(tape);
    return { answer };
  } catch {
    // Whatever it was: the other executor meets it again, and can say what it is. What is still going on may write on
    // the tape, so that nobody else gets it.
    return undefined;
  } finally {
    operation.forget();
  }
};

const BEFORE_DATA = textOf('{"data":');
const BEHIND_DATA = textOf('}');

const follow = (splicing: Splicing, node: PlanNode): Promise<unknown> => {
  switch (node.kind) {
    case 'Fetch':
      return fetch(splicing, node);
    case 'Flatten':
      return follow(splicing, node.node);
    case 'Sequence':
      return inOrder(splicing, node.nodes);
    case 'Parallel':
      return Promise.all(node.nodes.map((child) => follow(splicing, child)));
    default:
      return Promise.reject(SURPRISE);
  }
};

const inOrder = async (splicing: Splicing, nodes: readonly PlanNode[]): Promise<void> => {
  for (const node of nodes) await follow(splicing, node);
};

const fetch = (splicing: Splicing, node: FetchNode): Promise<void> => {
  const compiled = splicing.operation.fetches.get(node);
  if (compiled?.entities !== undefined) return fetchEntities(splicing, compiled, compiled.entities);
  return compiled?.root === undefined ? Promise.reject(SURPRISE) : fetchRoot(splicing, compiled, compiled.root);
};

const fetchRoot = async (splicing: Splicing, compiled: SplicedFetch, { slot, scan }: SplicedRoot): Promise<void> => {
  const { tape, root } = splicing;
  await ask(splicing, compiled, undefined);
  // What is scanned may be moved: no reading of `ints` before it.
  const found = scan(tape);
  tape.ints[root + slot] = found;
};

const fetchEntities = async (splicing: Splicing, compiled: SplicedFetch, reader: SplicedEntities): Promise<void> => {
  const { tape, root } = splicing;
  const objects = reader.find(tape, root);
  const entities = collectEntities(tape, reader, objects);
  const { kinds, slots } = entities;
  if (kinds.length === 0) return;
  await ask(splicing, compiled, entities);
  const found = reader.scan(tape, kinds);
  if (found.length !== kinds.length) throw SURPRISE;
  for (let i = 0; i < objects.length; i++) {
    const slot = slots[i] as number;
    if (slot >= 0) tape.ints[(objects[i] as number) + reader.link(kinds[slot] as number)] = found[slot] as number;
  }
};

/** Asks, and has the answer at hand for the scanner. */
const ask = async (
  { run, recording, tape }: Splicing,
  { planned, call }: SplicedFetch,
  entities: Entities | undefined,
): Promise<void> => {
  const bytes = await recording.exchange(call.subgraph, writeCallOf(call, run.variables, entities));
  if (!isUtf8(bytes)) throw SURPRISE;
  addAnswer(tape, planned.number, bytes);
};
