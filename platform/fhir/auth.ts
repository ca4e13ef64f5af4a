import { randomUUID } from 'node:crypto';
import { importJWK, type JWK, SignJWT } from 'jose';
import { LoggableError } from '../log.ts';
import type { Clock } from '../outbound/clock.ts';
import { openTransport, TransportFailure, type WireAnswer, type WireRequest } from '../outbound/transport.ts';
import { MINUTE, SECOND } from '../time.ts';
import type { FhirAuth } from './types.ts';

/** What a call carries to be let in. */
export interface Authorizer {
  /** The value of the Authorization header, null for none. Rejects with TransportFailure or TokenRefused. */
  header(): Promise<string | null>;
  /** A server refused this header. True when a new token could help. */
  refused(header: string | null): boolean;
}

/** The authorization server did not give a token. */
export class TokenRefused extends LoggableError {}

export interface AuthorizerOptions {
  readonly url: string;
  readonly clock: Clock;
}

/** SMART App Launch 2.0, backend services: an assertion lives five minutes at most. */
const ASSERTION_LIFE = 4 * MINUTE;
const TOKEN_WITHIN = 10 * SECOND;
/** A token is renewed this long before it ends, or after half its life if that is shorter. */
const MARGIN = 30 * SECOND;
const ANSWER_LIMIT = 65_536;

export const createAuthorizer = (auth: FhirAuth, options: AuthorizerOptions): Authorizer => {
  if (auth.kind === 'none') return { header: () => Promise.resolve(null), refused: () => false };
  if (auth.kind === 'bearer') {
    const header = `Bearer ${auth.token.reveal()}`;
    return { header: () => Promise.resolve(header), refused: () => false };
  }
  return smartAuthorizer(auth, options);
};

type SmartAuth = Extract<FhirAuth, { readonly kind: 'smart' }>;

interface Token {
  readonly header: string;
  /** When to get another. */
  readonly until: number;
}

/** Keeps one token, gets one at a time. */
const smartAuthorizer = (auth: SmartAuth, options: AuthorizerOptions): Authorizer => {
  let current: Token | undefined;
  let pending: Promise<Token> | undefined;

  const renew = (): Promise<Token> => {
    pending ??= requestToken(auth, options)
      .catch(asUnsent)
      .then((token) => {
        current = token;
        return token;
      })
      .finally(() => {
        pending = undefined;
      });
    return pending;
  };

  return {
    header: async () => {
      if (current !== undefined && options.clock.now() < current.until) return current.header;
      return (await renew()).header;
    },
    refused: (header) => {
      if (current?.header === header) current = undefined;
      return true;
    },
  };
};

/** However the token was lost: of the call that needs it, nothing was sent. */
const asUnsent = (error: unknown): never => {
  if (!(error instanceof TransportFailure)) throw error;
  if (error.kind === 'too-large') throw new TokenRefused('the authorization server answered too much');
  throw new TransportFailure(error.kind, false, error);
};

const requestToken = async (auth: SmartAuth, { url, clock }: AuthorizerOptions): Promise<Token> => {
  const deadline = clock.now() + TOKEN_WITHIN;
  const base = url.replace(/\/+$/, '');
  const send = (to: string, request: Omit<WireRequest, 'path'>) => sendOnce(to, request, deadline, clock);
  const found = json(
    await send(`${base}/.well-known/smart-configuration`, { method: 'GET', headers: {}, body: null }),
    'no SMART configuration',
  );
  const endpoint = tokenEndpoint(found['token_endpoint'], base);
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    scope: auth.scope,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: await assertion(auth, endpoint, clock.now()),
  });
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const answer = json(
    await send(endpoint, { method: 'POST', headers, body: form.toString() }),
    'the authorization server gave no token',
  );
  const { access_token: token, expires_in: seconds } = answer;
  // RFC 6750, 2.1: what a token is written with; anything else would be a header of somebody's making.
  if (typeof token !== 'string' || !/^[\w~+/.-]+=*$/.test(token)) throw new TokenRefused('the token is none');
  const life = (typeof seconds === 'number' && seconds > 0 ? seconds : 300) * SECOND;
  return { header: `Bearer ${token}`, until: clock.now() + Math.max(life - MARGIN, life / 2) };
};

/** Discovered, so checked: a server behind TLS must not send our assertion out into the open. */
const tokenEndpoint = (found: unknown, base: string): string => {
  const endpoint = typeof found === 'string' && URL.canParse(found) ? new URL(found) : undefined;
  const secure = endpoint?.protocol === 'https:' || (endpoint?.protocol === 'http:' && base.startsWith('http:'));
  if (endpoint === undefined || !secure) throw new TokenRefused('the SMART configuration names no usable endpoint');
  return endpoint.href;
};

const assertion = async ({ clientId, key }: SmartAuth, audience: string, now: number): Promise<string> => {
  const jwk = readKey(key.reveal());
  const seconds = Math.floor(now / 1000);
  return new SignJWT({})
    .setProtectedHeader({ alg: jwk.alg ?? 'ES384', typ: 'JWT', ...(jwk.kid === undefined ? {} : { kid: jwk.kid }) })
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(audience)
    .setJti(randomUUID())
    .setIssuedAt(seconds)
    .setExpirationTime(seconds + ASSERTION_LIFE / SECOND)
    .sign(await importJWK(jwk, jwk.alg ?? 'ES384').catch(() => refuse()));
};

const readKey = (text: string): JWK => {
  try {
    return JSON.parse(text) as JWK;
  } catch {
    return refuse();
  }
};

const refuse = (): never => {
  throw new TokenRefused('the key of the client is no private JSON Web Key');
};

const json = ({ status, body }: WireAnswer, otherwise: string): Readonly<Record<string, unknown>> => {
  try {
    const parsed: unknown = status === 200 ? JSON.parse(body) : null;
    if (parsed !== null && typeof parsed === 'object') return parsed as Record<string, unknown>;
  } catch {
    // The same as any other answer that is of no use.
  }
  throw new TokenRefused(otherwise, { status });
};

/** A token is asked for about once an hour, so its connection is not kept. */
const sendOnce = async (url: string, request: Omit<WireRequest, 'path'>, deadline: number, clock: Clock) => {
  const { origin, pathname, search } = new URL(url);
  const transport = openTransport({
    url: origin,
    connections: { read: 1, write: 1 },
    connectTimeout: 3 * SECOND,
    responseLimit: ANSWER_LIMIT,
    clock,
  });
  try {
    return await transport.send('write', { ...request, path: pathname + search }, deadline);
  } finally {
    await transport.close();
  }
};
