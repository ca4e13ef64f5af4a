import { DEFAULT_SUPPORTED_SUPERGRAPH_FEATURES, Supergraph } from '@apollo/federation-internals';
import { keepExecutableDirectives } from './executable-directives.ts';

export interface ReadOptions {
  /** The same text has been read with success before: what it costs to check it is saved. */
  readonly isKnownValid?: boolean;
}

/**
 * Reads a supergraph as this gateway can serve it. Requests and plans must be judged by the same reading.
 *
 * @throws when the text is no supergraph, or needs what we do not have
 */
export const readSupergraph = (supergraphSdl: string, { isKnownValid = false }: ReadOptions = {}): Supergraph =>
  Supergraph.build(keepExecutableDirectives(supergraphSdl), {
    supportedFeatures: FEATURES,
    validateSupergraph: !isKnownValid,
  });

/** Besides what every gateway can do: rules that are enforced here, and arguments from contexts. */
const FEATURES = new Set([
  ...DEFAULT_SUPPORTED_SUPERGRAPH_FEATURES,
  'https://specs.apollo.dev/authenticated/v0.1',
  'https://specs.apollo.dev/requiresScopes/v0.1',
  'https://specs.apollo.dev/policy/v0.1',
  'https://specs.apollo.dev/context/v0.1',
]);
