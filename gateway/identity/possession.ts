import type { IncomingMessage } from 'node:http';
import type { Caller } from './caller.ts';
import type { Dpop } from './dpop.ts';

/** A token as it came: how, and with which request. */
export interface Presented {
  readonly scheme: 'Bearer' | 'DPoP';
  readonly token: string;
  readonly request: IncomingMessage;
  /** The address that the request was meant for, as clients know it. */
  readonly url: string;
}

/** Checks that who sends a token has what it is bound to. */
export interface Possession {
  /**
   * Undefined at once where nothing is bound. Otherwise what the client should be told besides: a nonce to go on with.
   *
   * @throws PossessionError; IDENTITY_UNAVAILABLE when it cannot be told whether a proof has been used before
   */
  check(caller: Caller, presented: Presented): Promise<string | undefined> | undefined;
}

type ErrorName = 'invalid_token' | 'invalid_dpop_proof' | 'use_dpop_nonce';

/** Why a good token is not enough. */
export class PossessionError extends Error {
  /** For `WWW-Authenticate` (RFC 9449 section 7.1). */
  readonly error: ErrorName;
  readonly scheme: Presented['scheme'];
  readonly nonce: string | undefined;

  /** `reason` is for the log. */
  constructor(error: ErrorName, reason: string, scheme: Presented['scheme'], nonce?: string) {
    super(reason);
    this.name = `PossessionError: ${reason}`;
    this.error = error;
    this.scheme = scheme;
    this.nonce = nonce;
  }
}

/**
 * A token that is bound is accepted from nobody but who has the key or the certificate, and so as DPoP only if it is a key
 * (RFC 9449 section 7.2, RFC 8705 section 3). One that is not bound is refused where its client has to bind them.
 *
 * @param certificateOf thumbprint of the certificate that the client has shown
 */
export const possession = (
  dpop: Dpop,
  certificateOf: (request: IncomingMessage) => string | undefined,
): Possession => ({
  check: ({ client: { proof }, token: { confirmation = {} } }, presented) => {
    const { jkt, x5t } = confirmation;
    const { scheme, request } = presented;
    if (proof === 'dpop' && jkt === undefined) throw new PossessionError('invalid_token', 'not bound to a key', 'DPoP');
    if (proof === 'mtls' && x5t === undefined)
      throw new PossessionError('invalid_token', 'not bound to a certificate', scheme);
    if (x5t !== undefined && certificateOf(request) !== x5t)
      throw new PossessionError('invalid_token', 'not the certificate', scheme);
    if (jkt !== undefined && scheme !== 'DPoP') throw new PossessionError('invalid_token', 'bound to a key', 'DPoP');
    if (jkt === undefined && scheme === 'DPoP')
      throw new PossessionError('invalid_token', 'not bound to a key', scheme);
    return jkt === undefined ? undefined : dpop.check(presented, jkt);
  },
});
