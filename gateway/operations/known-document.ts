import type { QueryPlan } from '@apollo/query-planner';
import { type DocumentNode, getOperationAST, type OperationDefinitionNode } from 'graphql';
import type { AnalyzedOperation } from '../../policies/access/analyze-operation.ts';
import type { PreparedOperation } from '../../policies/access/filter-document.ts';
import type { DataClass } from '../../policies/classes.ts';
import type { PlannedOperation } from '../executor/execute-plan.ts';
import { type PlainVariables, plainVariables } from './plain-variables.ts';
import { conditionVariablesOf } from '../planning/specialize.ts';

/** A document that is valid and of a bearable size, and everything that has been made of it so far. */
export interface KnownDocument {
  readonly text: string;
  /** SHA-256 of the text, in hex. */
  readonly hash: string;
  readonly document: DocumentNode;
  /** By the name a request gives; `''` where it gives none. */
  readonly operations: Map<string, KnownOperation>;
}

export interface KnownOperation {
  readonly of: KnownDocument;
  readonly operation: OperationDefinitionNode;
  readonly name: string | null;
  /** Takes variables that need no coercion. */
  readonly plainVariables: PlainVariables | undefined;
  /** Variables that `@skip` and `@include` look at. */
  readonly conditionVariables: readonly string[];
  /** By the values of those. */
  readonly variations: Map<string, Variation>;
}

/** An operation as its conditions make it for some of its requests. */
export interface Variation {
  readonly analyzed: AnalyzedOperation;
  /** Of what is selected: classes that not everybody sees in clear. */
  readonly classes: readonly DataClass[];
  /** By mask, and by how the classes are seen where that is not in clear. */
  readonly permitted: Map<string, PermittedOperation>;
}

/** What callers of one mask may run of a variation. */
export interface PermittedOperation {
  readonly prepared: PreparedOperation & PlannedOperation;
  /** What of the answer is masked, as JSON for its extensions; `undefined`: nothing. */
  readonly masked: string | undefined;
  /** By the overrides drawn for a request: one entry where there is nothing to draw. */
  readonly planned: Map<string, Planned>;
}

export interface Planned {
  /** `undefined`: nothing is left to ask anybody. */
  readonly plan: QueryPlan | undefined;
}

export const knownDocument = (text: string, hash: string, document: DocumentNode): KnownDocument => ({
  text,
  hash,
  document,
  operations: new Map(),
});

/** The operation a request means; `undefined` when the document has none of that name, or several and no name is given. */
export const operationOf = (known: KnownDocument, given: string | undefined): KnownOperation | undefined => {
  // An empty name is given, and no operation has it.
  if (given === '') return undefined;
  const name = given ?? '';
  const found = known.operations.get(name);
  if (found !== undefined) return found;
  const operation = getOperationAST(known.document, given);
  if (operation == null) return undefined;
  const made: KnownOperation = {
    of: known,
    operation,
    name: operation.name?.value ?? null,
    plainVariables: plainVariables(operation),
    conditionVariables: conditionVariablesOf(known.document, operation.name?.value ?? null),
    variations: new Map(),
  };
  known.operations.set(name, made);
  return made;
};
