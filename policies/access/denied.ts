import type { GraphQLOutputType } from 'graphql';
import type { Occurrence } from './analyze-operation.ts';
import type { Condition } from './conditions.ts';

/** What was taken out of the selections of one object of the answer. */
export interface DeniedSelections {
  /** Response keys of the object in the order of the document. */
  readonly order: readonly string[];
  /** Positions to fill with null where nothing else has filled them. */
  readonly missing: readonly Missing[];
  /** Positions with something taken out below them. */
  readonly below: readonly Below[];
}

interface Position {
  readonly responseKey: string;
  /** Object types it is about; `undefined`: whatever stands here. */
  readonly objects: ReadonlySet<string> | undefined;
  readonly when: readonly Condition[];
  readonly type: GraphQLOutputType;
}

export type Missing = Position;

export interface Below extends Position {
  readonly selections: DeniedSelections;
}

/** One denied selection of the document, as the caller is told. */
export interface DeniedPath {
  /** Response keys; `@` stands for every index of a list. */
  readonly path: readonly string[];
  /** What the caller does not meet: positions in `Requirements.all`, each once. */
  readonly unmet: readonly number[];
  /** Those of them that were judged by arguments. */
  readonly occurrences: readonly Occurrence[];
  readonly when: readonly Condition[];
}
