import { createHmac, hash, hkdfSync, timingSafeEqual } from 'node:crypto';
import { fail } from './errors.ts';
import { createIdentity, type Identity } from './identity.ts';
import type { Secret } from './secret.ts';
import { type Deadline, SECOND } from './time.ts';

/** Header that carries the envelope from the gateway to a subgraph. */
export const ENVELOPE_HEADER = 'caregraph-envelope';

/** What the gateway vouches for in one request to one subgraph. */
export interface Envelope {
  readonly identity: Identity;
  readonly requestId: string;
  readonly deadline: Deadline;
}

/** Longest life of an envelope. Gateway and subgraph are close; this covers clock drift, not storage. */
const LIFETIME = 30 * SECOND;

const HEADER = encode({ alg: 'HS256', typ: 'envelope+jws' });

/** The key between the gateway and one subgraph, derived so that no subgraph can sign for another (RFC 5869). */
export const envelopeKey = (secret: Secret, subgraph: string): Buffer =>
  Buffer.from(hkdfSync('sha256', secret.reveal(), 'caregraph', `envelope:${subgraph}`, 32));

/**
 * Signs a compact JWS (RFC 7515) over caller, request id, deadline and the digest of the body, for one subgraph.
 *
 * HMAC by node:crypto costs microseconds; an asymmetric signature per fetch would cost more than the gateway's own work.
 */
export const signEnvelope = (
  envelope: Envelope,
  subgraph: string,
  key: Buffer,
  body: string | Buffer,
  now = Date.now(),
): string => {
  const { identity, requestId, deadline } = envelope;
  const payload = encode({
    aud: subgraph,
    exp: Math.ceil((now + LIFETIME) / SECOND),
    iat: Math.floor(now / SECOND),
    sub: identity.subject,
    cid: identity.client,
    scp: [...identity.scopes],
    fac: identity.facilities,
    rid: requestId,
    ddl: deadline,
    dig: digest(body),
  });
  return `${HEADER}.${payload}.${signature(`${HEADER}.${payload}`, key)}`;
};

/**
 * Checks an envelope and the body it was made for, and returns what it says.
 *
 * Signature before content, in constant time; then audience, life, digest. Any defect gives the same UNAUTHENTICATED:
 * a subgraph answers nobody but the gateway, and says no more than that.
 *
 * @throws UNAUTHENTICATED
 */
export const openEnvelope = (
  jws: unknown,
  subgraph: string,
  key: Buffer,
  body: string | Buffer,
  now = Date.now(),
): Envelope => {
  const [header, payload, mac, rest] = typeof jws === 'string' ? jws.split('.', 4) : [];
  if (header !== HEADER || payload === undefined || mac === undefined || rest !== undefined) throw refused();
  if (!equal(mac, signature(`${header}.${payload}`, key))) throw refused();
  // The signature is ours, so the shape is what signEnvelope wrote.
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as Claims;
  const second = now / SECOND;
  const fresh = claims.exp > second && claims.iat <= second + LIFETIME / SECOND;
  if (claims.aud !== subgraph || !fresh || !equal(claims.dig, digest(body))) throw refused();
  return Object.freeze({
    identity: createIdentity({ subject: claims.sub, client: claims.cid, scopes: claims.scp, facilities: claims.fac }),
    requestId: claims.rid,
    deadline: claims.ddl,
  });
};

interface Claims {
  readonly aud: string;
  readonly exp: number;
  readonly iat: number;
  readonly sub: string;
  readonly cid: string;
  readonly scp: readonly string[];
  readonly fac: readonly string[];
  readonly rid: string;
  readonly ddl: Deadline;
  readonly dig: string;
}

const refused = () => fail('UNAUTHENTICATED', { message: 'This service answers its gateway only.' });

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

const digest = (body: string | Buffer): string => hash('sha256', body, 'base64url');

const signature = (input: string, key: Buffer): string => createHmac('sha256', key).update(input).digest('base64url');

const equal = (a: string, b: string): boolean => {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
};
