import { parse } from 'graphql';
import { readEveryField } from '../../policies/catalogue.ts';
import { readSupergraph } from '../planning/read-supergraph.ts';
import { type ContractSchema, contractSchemas } from './contract-parts.ts';
import { lintArguments } from './lint/arguments.ts';
import { lintContracts } from './lint/contracts.ts';
import { lintGuards } from './lint/guards.ts';
import { lintMasks, lintSubgraphMasks } from './lint/masks.ts';
import { lintNulls } from './lint/nulls.ts';
import { lintClasses, lintDerived, lintFreshness, lintOwners } from './lint/ownership.ts';
import { lintRows } from './lint/rows.ts';
import { lintWrites } from './lint/writes.ts';

/**
 * What is wrong with a supergraph that composes: fields nobody owns, has classified or guards, owners that contradict each
 * other, writes to what somebody else owns, masks that are none for their class, nulls that take more with them than they
 * have to, arguments that could be used to find out what may not be seen, contracts that hold what is not for their
 * audience, and types that do not say whose rows a caller sees.
 *
 * @param subgraphs what it was composed of, to hold what each says of its fields against the whole
 * @returns one sentence each, beginning with the coordinate
 */
export const lintSupergraph = (
  supergraphSdl: string,
  subgraphs: readonly { readonly name: string; readonly sdl: string }[] = [],
): readonly string[] => {
  const catalogue = readEveryField(supergraphSdl);
  const document = parse(supergraphSdl, { noLocation: true });
  return [
    ...lintOwners(catalogue),
    ...lintClasses(catalogue),
    ...lintFreshness(catalogue),
    ...lintDerived(catalogue),
    ...lintWrites(document, catalogue),
    ...lintGuards(document, catalogue),
    ...lintMasks(document),
    ...lintSubgraphMasks(document, subgraphs),
    ...lintNulls(document),
    ...lintArguments(document),
    ...lintContracts(document, catalogue, contractsOf(supergraphSdl)),
    ...lintRows(document),
  ];
};

const contractsOf = (supergraphSdl: string): ContractSchema => {
  const supergraph = readSupergraph(supergraphSdl, { isKnownValid: true });
  return contractSchemas(supergraphSdl, supergraph, supergraph.apiSchema().toGraphQLJSSchema());
};

export class LintError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The supergraph does not pass:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'LintError';
    this.problems = problems;
  }
}
