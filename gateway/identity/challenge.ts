import { PROOF_ALGORITHMS } from './dpop.ts';
import type { ProtectedResource } from './protected-resource.ts';

/** Why a token was not enough (RFC 6750 section 3.1). */
export type TokenError =
  | { readonly error: 'invalid_token' }
  /** RFC 9449 section 7.1: the token would do, with a proof that does. */
  | { readonly error: 'invalid_dpop_proof' | 'use_dpop_nonce' }
  | {
      readonly error: 'insufficient_scope';
      /** What a token would need besides, where the caller may be told. */
      readonly scopes?: readonly string[];
    };

/**
 * Value of `WWW-Authenticate`: which tokens are wanted (RFC 6750 section 3), where it stands who issues them (RFC 9728
 * section 5.1), and what was wrong with the one that came, if one did.
 */
export const challenge = (
  resource: ProtectedResource,
  why?: TokenError,
  scheme: 'Bearer' | 'DPoP' = 'Bearer',
): string => {
  const scope = why !== undefined && 'scopes' in why ? why.scopes?.join(' ') : undefined;
  const parameters = {
    realm: 'caregraph',
    error: why?.error,
    scope: scope === '' ? undefined : scope,
    algs: scheme === 'DPoP' ? PROOF_ALGORITHMS.join(' ') : undefined,
    resource_metadata: resource.metadataUrl(),
  };
  const written = Object.entries(parameters).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}="${value}"`],
  );
  return `${scheme} ${written.join(', ')}`;
};
