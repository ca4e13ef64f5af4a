import type { DocumentNode } from 'graphql';
export const conditionVariablesOf = (_d: DocumentNode, _n: string | null): readonly string[] => [];
export const specialize = (
  d: DocumentNode,
  _n: string | null,
  _v: Readonly<Record<string, unknown>>,
  _k: string,
): DocumentNode => d;
