import type { QueryPlan } from '@apollo/query-planner';

/** What the planning thread is started with. */
export interface ThreadData {
  readonly supergraphSdl: string;
  /** Whether plans are put right where the planner is wrong (`planFixes`). */
  readonly isFixed: boolean;
}

/** A document to plan, as text: a syntax tree costs more to hand over than to print and parse. */
export interface Question {
  readonly text: string;
  readonly operationName: string | null;
  /** Labels of overrides, and whether each is on. */
  readonly overrides: ReadonlyMap<string, boolean>;
}

/** What the planner makes of it. */
export type Answer =
  | { readonly kind: 'planned'; readonly plan: QueryPlan }
  /** Nothing has to be fetched. */
  | { readonly kind: 'empty' }
  /** There are more ways to run it than the planner is allowed to look at. */
  | { readonly kind: 'too-large' }
  /** The error says where, and quotes nothing of the document. */
  | { readonly kind: 'failed'; readonly error: Error };

/** What the thread sends: that it can be asked, and then one answer to each question. */
export type Message = { readonly kind: 'ready' } | Answer;
