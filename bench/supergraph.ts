import { compose } from '../gateway/supergraph/compose.ts';
import { FEDERATION_1, federation2, SUBGRAPHS, type SubgraphName } from './subgraphs/schemas.ts';

/** The supergraph of the subgraphs at these addresses, composed as the product composes its own. */
export const composeFor = (urls: Readonly<Record<SubgraphName, string>>): string =>
  compose(SUBGRAPHS.map((name) => ({ name, url: urls[name], sdl: federation2(FEDERATION_1[name]) }))).supergraphSdl;
