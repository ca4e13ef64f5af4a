import { compose } from '../gateway/supergraph/compose.ts';
import { FEDERATION_1, federation2, SUBGRAPHS, type SubgraphName } from './subgraphs/schemas.ts';
import { secured } from './subgraphs/secured.ts';

type Urls = Readonly<Record<SubgraphName, string>>;

/** The supergraph of the subgraphs at these addresses, composed as the product composes its own. */
export const composeFor = (urls: Urls): string => composed(urls, (name) => federation2(FEDERATION_1[name]));

/** The same with every type and field guarded. */
export const composeSecured = (urls: Urls): string => composed(urls, secured);

const composed = (urls: Urls, sdlOf: (name: SubgraphName) => string): string =>
  compose(SUBGRAPHS.map((name) => ({ name, url: urls[name], sdl: sdlOf(name) }))).supergraphSdl;
