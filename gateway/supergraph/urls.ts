import { Supergraph } from '@apollo/federation-internals';
import { ConfigError } from '../../platform/config.ts';

/**
 * Where each subgraph of a supergraph is asked: at the configured address, else at the one composed into it.
 *
 * @throws ConfigError for an address of a subgraph there is not, and for a subgraph without a usable address
 */
export const supergraphUrls = (
  supergraphSdl: string,
  configured: Readonly<Record<string, string>>,
): readonly { readonly name: string; readonly url: string }[] => {
  const composed = Supergraph.build(supergraphSdl, { supportedFeatures: null, validateSupergraph: false });
  const subgraphs = composed.subgraphsMetadata().map(({ name, url }) => ({ name, url: configured[name] ?? url }));
  const names = new Set(subgraphs.map(({ name }) => name));
  const problems = [
    ...Object.keys(configured).flatMap((name) => (names.has(name) ? [] : [`subgraphs.urls.${name}: no such subgraph`])),
    ...subgraphs.flatMap(({ name, url }) =>
      /^https?:\/\/./.test(url) && URL.canParse(url) ? [] : [`subgraphs.urls.${name}: needed`],
    ),
  ];
  if (problems.length > 0) throw new ConfigError(problems);
  return subgraphs;
};
