import { sendError, sendJson } from '../../platform/http/send.ts';
import type { ExtraRoute } from '../../platform/http/route.ts';
import { pathOf } from '../../platform/http/router.ts';
import { PROOF_ALGORITHMS } from './dpop.ts';

/** What the graph is to clients of OAuth, and where that is written down (RFC 9728). */
export interface ProtectedResource {
  /** Address of the graph, as clients know it. */
  graphUrl(): string;
  /** Where the metadata of the graph are. */
  metadataUrl(): string;
  readonly route: ExtraRoute;
}

const WELL_KNOWN = '/.well-known/oauth-protected-resource';

/**
 * `address` is that of the server, without `/graphql`; it is asked for when it is needed, since a port may be known only
 * then. The scopes are not listed: a client has been registered for its own, and to anybody else they would be a
 * description of what there is to get.
 *
 * @param seesCertificates whether a token that is bound to a certificate can be used here (RFC 8705)
 */
export const protectedResource = (
  address: () => string,
  issuers: readonly string[],
  seesCertificates = false,
): ProtectedResource => {
  const base = (): string => address().replace(/\/+$/, '');
  const graphUrl = (): string => `${base()}/graphql`;
  // The name of an issuer that is no address leads a client nowhere.
  const servers = issuers.filter((issuer) => /^https?:/.test(issuer));
  return {
    graphUrl,
    metadataUrl: () => metadataUrlOf(graphUrl()),
    route: {
      method: 'GET',
      path: `${WELL_KNOWN}*`,
      handle: (request, response) => {
        const path = pathOf(request);
        // Section 3.3: a client uses what it finds only if it is about the very address it has asked for.
        const resource = [base(), graphUrl()].find((one) => new URL(metadataUrlOf(one)).pathname === path);
        if (resource === undefined) return sendError(response, 'NOT_FOUND');
        return sendJson(response, 200, {
          resource,
          resource_name: 'Caregraph',
          ...(servers.length === 0 ? {} : { authorization_servers: servers }),
          bearer_methods_supported: ['header'],
          dpop_signing_alg_values_supported: PROOF_ALGORITHMS,
          tls_client_certificate_bound_access_tokens: seesCertificates,
        });
      },
    },
  };
};

/** Section 3.1: the well-known part goes between the host and the path. */
const metadataUrlOf = (resource: string): string => {
  const { origin, pathname } = new URL(resource);
  return `${origin}${WELL_KNOWN}${pathname === '/' ? '' : pathname}`;
};
