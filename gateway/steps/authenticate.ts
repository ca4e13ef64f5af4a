import { codeOf } from '../../platform/errors.ts';
import { createIdentity, type Identity } from '../../platform/identity.ts';
import { AUDIENCES, isAudience } from '../../policies/audiences.ts';
import type { Exchange } from '../exchange.ts';
import { challenge, type TokenError } from '../identity/challenge.ts';
import type { Caller } from '../identity/caller.ts';
import { PossessionError, type Presented } from '../identity/possession.ts';
import { LONGEST_TOKEN } from '../identity/verify-token.ts';
import type { Step } from '../pipeline.ts';
import { refuse } from '../refusal.ts';
import type { Serving } from '../serving.ts';

/**
 * Says who calls, from the access token in the Authorization header and from nowhere else (RFC 6750 section 2.1), and
 * makes the envelope that goes to the subgraphs. From here on the graph is the one that the caller's contract shows.
 *
 * Whatever is wrong with a token, the answer is the same; the reason is in the log.
 */
export const authenticate: Step = async (exchange, next) => {
  const { requestId } = exchange;
  const identified = identify(exchange);
  const caller = identified instanceof Promise ? await identified : identified;
  const identity = caller === undefined ? ANYBODY : identityOf(exchange, caller);
  exchange.identity = identity;
  exchange.client = caller?.client;
  exchange.serving = servingFor(exchange, identity);
  exchange.envelope = Object.freeze({ identity, requestId, deadline: exchange.deadline });
  return next();
};

/** The graph as this kind of caller knows it. A graph that has nothing for it has nothing to say to it. */
const servingFor = ({ serving }: Exchange, { audience }: Identity): Serving => {
  const known = isAudience(audience) ? serving.by(AUDIENCES[audience].contract) : undefined;
  if (known === undefined) throw refuse('FORBIDDEN');
  return known;
};

const ANYBODY: Identity = createIdentity({
  audience: 'internal',
  purpose: 'operations',
  subject: 'anybody',
  client: 'anybody',
  scopes: [],
  facilities: [],
});

/** Header in which a client says what a request is for, where it is registered for more than one purpose. */
export const PURPOSE_HEADER = 'caregraph-purpose';

const purposeOf = ({ request }: Exchange): string | undefined => {
  const stated = request.headers[PURPOSE_HEADER];
  return stated === '' ? undefined : stated?.toString();
};

/** In an emergency with what was granted for it, as long as that holds. */
const identityOf = (exchange: Exchange, caller: Caller): Identity => {
  const purpose = purposeOf(exchange);
  if (purpose !== 'emergency') return caller.as(purpose);
  return caller.as(purpose, exchange.surroundings.grants?.of(caller.token));
};

/** `undefined` in an open gateway, where nobody is asked. */
const identify = (exchange: Exchange): Promise<Caller> | Caller | undefined => {
  const { request, surroundings } = exchange;
  const { authenticator } = surroundings;
  if (authenticator === undefined) return undefined;
  const { scheme, token } = credentials(request.headers.authorization);
  if (token === undefined) throw unauthenticated(exchange);
  try {
    if (token.length > LONGEST_TOKEN) throw new RangeError('too long');
    const identified = authenticator.identify(token);
    const admitted =
      identified instanceof Promise
        ? identified.then((caller) => admit(exchange, caller, scheme, token))
        : admit(exchange, identified, scheme, token);
    if (!(admitted instanceof Promise)) return admitted;
    return admitted.catch((error: unknown) => {
      throw refused(exchange, error);
    });
  } catch (error) {
    throw refused(exchange, error);
  }
};

/** What is asked with every request, however well the token is known: is it revoked, and whose is it to send. */
const admit = (
  { request, response, surroundings }: Exchange,
  caller: Caller,
  scheme: Presented['scheme'],
  token: string,
): Promise<Caller> | Caller => {
  const { revocations, possession, resource } = surroundings;
  if (revocations?.has(caller.token) === true) throw new RevokedError('revoked');
  const checked = possession?.check(caller, { scheme, token, request, url: resource?.graphUrl() ?? '' });
  return checked === undefined
    ? caller
    : checked.then((nonce) => {
        if (nonce !== undefined) response.setHeader(NONCE_HEADER, nonce);
        return caller;
      });
};

class RevokedError extends Error {
  override readonly name = 'RevokedError';
}

/** RFC 9449 section 8. */
const NONCE_HEADER = 'dpop-nonce';

const refused = (exchange: Exchange, error: unknown): Error => {
  const { surroundings, requestId } = exchange;
  surroundings.log.info({ requestId, reason: (error as Error).name }, 'token:refused');
  // Without keys no token can be told good or bad, and a client is not to throw a good one away.
  if (codeOf(error) === 'IDENTITY_UNAVAILABLE') return refuse('IDENTITY_UNAVAILABLE');
  if (codeOf(error) === 'FORBIDDEN') return refuse('FORBIDDEN');
  if (error instanceof PossessionError) return unproven(exchange, error);
  return unauthenticated(exchange, { error: 'invalid_token' });
};

const unauthenticated = ({ surroundings: { resource } }: Exchange, why?: TokenError): Error =>
  refuse('UNAUTHENTICATED', {
    headers: resource === undefined ? {} : { 'www-authenticate': challenge(resource, why) },
  });

const unproven = ({ surroundings: { resource } }: Exchange, { error, scheme, nonce }: PossessionError): Error =>
  refuse('UNAUTHENTICATED', {
    headers: {
      ...(resource === undefined ? {} : { 'www-authenticate': challenge(resource, { error }, scheme) }),
      ...(nonce === undefined ? {} : { [NONCE_HEADER]: nonce }),
    },
  });

interface Credentials {
  readonly scheme: Presented['scheme'];
  /** Undefined where none came, or several. */
  readonly token: string | undefined;
}

const credentials = (header: string | undefined): Credentials => {
  const [, scheme = '', token] = /^(Bearer|DPoP) +([A-Za-z0-9\-._~+/]+=*)$/i.exec(header ?? '') ?? [];
  return { scheme: scheme.toLowerCase() === 'dpop' ? 'DPoP' : 'Bearer', token };
};
