import type { FieldNode, GraphQLError, GraphQLSchema } from 'graphql';
import type { MaskKey } from '../../../../policies/mask-keys.ts';
import type { ToldErrors } from './told-errors.ts';

/**
 * Makes of a value what the schema says it is, as JSON; or null, and an error unless null was right (GraphQL section
 * 6.4.3). Whoever called it finds out whether null may stand there.
 */
export type Completer = (value: unknown, state: CompletionState) => string | null;

/** One completion, while it lasts. */
export interface CompletionState {
  /** Coerced. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** What introspection answers from. */
  readonly shown: () => GraphQLSchema;
  /** By number of a guard: whether the selections behind it are part of this request. */
  readonly isOpen: boolean[];
  /** Index in each list around the value, outermost first. What stands behind those is left over from before. */
  readonly indices: number[];
  /** The caller's, where there are masks. */
  readonly maskKey?: MaskKey | undefined;
  /** What has been told before completion. */
  readonly told: ToldErrors;
  readonly errors: GraphQLError[];
}

/** A position of the operation. The indices of a value's path are known only when it is completed. */
export interface Place {
  /** Response keys, and `INDEX` for the items of a list. */
  readonly path: readonly (string | typeof INDEX)[];
  /** Number of lists around it. */
  readonly depth: number;
  /** Type and name of the field, as messages have it. */
  readonly field: string;
  readonly nodes: readonly FieldNode[];
}

export const INDEX = Symbol('index');

/** The items of a list that stands at a place. */
export const itemsOf = (place: Place): Place => ({
  ...place,
  path: [...place.path, INDEX],
  depth: place.depth + 1,
});
