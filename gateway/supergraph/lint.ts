import { parse } from 'graphql';
import { readEveryField } from '../../policies/catalogue.ts';
import { lintNulls } from './lint/nulls.ts';
import { lintClasses, lintDerived, lintFreshness, lintOwners } from './lint/ownership.ts';
import { lintRows } from './lint/rows.ts';
import { lintWrites } from './lint/writes.ts';

/**
 * What is wrong with a supergraph that composes: fields nobody owns or has classified, owners that contradict each other,
 * writes to what somebody else owns, nulls that take more with them than they have to, and types that do not say whose rows
 * a caller sees.
 *
 * @returns one sentence each, beginning with the coordinate
 */
export const lintSupergraph = (supergraphSdl: string): readonly string[] => {
  const catalogue = readEveryField(supergraphSdl);
  const document = parse(supergraphSdl, { noLocation: true });
  return [
    ...lintOwners(catalogue),
    ...lintClasses(catalogue),
    ...lintFreshness(catalogue),
    ...lintDerived(catalogue),
    ...lintWrites(document, catalogue),
    ...lintNulls(document),
    ...lintRows(document),
  ];
};

export class LintError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The supergraph does not pass:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'LintError';
    this.problems = problems;
  }
}
