import { parentPort, workerData } from 'node:worker_threads';
import { operationFromDocument } from '@apollo/federation-internals';
import { parse } from 'graphql';
import { keepSelections } from './fixes/keep-selections.ts';
import type { Answer, Message, Question, ThreadData } from './messages.ts';
import { planFixes } from './plan-fixes.ts';
import { queryPlannerOf } from './query-planner.ts';
import { readSupergraph } from '../../policies/access/read-supergraph.ts';
import { unplannedFields } from './fixes/unplanned.ts';

/** The thread that plans. It answers one question after the other; who asks ends it when it takes too long. */
const run = (port: NonNullable<typeof parentPort>): void => {
  const { supergraphSdl, isFixed } = workerData as ThreadData;
  if (isFixed) keepSelections();
  const fixes = isFixed ? planFixes(supergraphSdl) : undefined;
  const supergraph = readSupergraph(fixes?.supergraphSdl ?? supergraphSdl, { isKnownValid: true });
  const planner = queryPlannerOf(supergraph);
  const apiSchema = supergraph.apiSchema();
  const answer = ({ text, operationName, overrides }: Question): Answer => {
    try {
      const given = parse(text, { noLocation: true });
      const { document, renamed } = fixes?.prepare(given, operationName) ?? { document: given, renamed: [] };
      const operation = operationFromDocument(apiSchema, document, operationName === null ? {} : { operationName });
      const made = planner.buildQueryPlan(operation, { overrideConditions: new Map(overrides) });
      const plan = fixes?.fix(made, renamed) ?? made;
      if (unplannedFields(plan, document, operationName).length > 0) throw new Error('nobody can be asked for a field');
      return plan.node === undefined ? { kind: 'empty' } : { kind: 'planned', plan };
    } catch (error) {
      return isLimit(error) ? { kind: 'too-large' } : { kind: 'failed', error: withoutMessage(error) };
    }
  };
  const send = (message: Message): void => port.postMessage(message);
  port.on('message', (question: Question) => send(answer(question)));
  send({ kind: 'ready' });
};

/** The planner has no class of its own for what it refuses to look at. Tests provoke each sentence. */
const isLimit = (error: unknown): boolean =>
  error instanceof RangeError ||
  /^(?:Too many options generated|Number of non-local selections exceeds|Exceeded maximum recursive selections)/.test(
    error instanceof Error ? error.message : '',
  );

/** The planner's sentences quote the document, which may hold anything. */
const withoutMessage = (error: unknown): Error => {
  const told = new Error('the planner failed');
  const frames = (error instanceof Error ? (error.stack ?? '') : '')
    .split('\n')
    .filter((line) => /^ {4}at /.test(line));
  told.stack = [`Error: ${told.message}`, ...frames].join('\n');
  return told;
};

if (parentPort === null) throw new Error('this is the start of a thread, not a module to import');
run(parentPort);
