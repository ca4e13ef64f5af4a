import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';

export interface SubgraphSource {
  readonly name: string;
  /** Written into the supergraph; where the gateway asks unless its configuration says otherwise. */
  readonly url: string;
  readonly sdl: string;
}

export interface Composed {
  readonly supergraphSdl: string;
  /** `CODE: message`, what the composer finds odd and not wrong. */
  readonly hints: readonly string[];
}

/**
 * Composes subgraph schemas into one supergraph (Federation 2).
 *
 * @throws CompositionError with every error there is
 */
export const compose = (subgraphs: readonly SubgraphSource[]): Composed => {
  const services = subgraphs.map(({ name, url, sdl }) => ({ name, url, typeDefs: parse(sdl) }));
  const result = composeServices(services);
  if (result.errors !== undefined) throw new CompositionError(result.errors.map(({ message }) => message));
  return {
    supergraphSdl: result.supergraphSdl,
    hints: result.hints.map(({ definition, message }) => `${definition.code}: ${message}`),
  };
};

export class CompositionError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The subgraphs do not compose:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'CompositionError';
    this.problems = problems;
  }
}
