import { createHmac, hash, hkdfSync, timingSafeEqual } from 'node:crypto';
import { fail } from './errors.ts';
import { createHmac256 } from './hmac.ts';
import { createIdentity, type Identity, type Party } from './identity.ts';
import type { Secret } from './secret.ts';
import { type Deadline, SECOND } from './time.ts';

/** Header that carries the envelope from the gateway to a subgraph. */
export const ENVELOPE_HEADER = 'caregraph-envelope';

/** What the gateway vouches for in one request to one subgraph. */
export interface Envelope {
  readonly identity: Identity;
  readonly requestId: string;
  readonly deadline: Deadline;
  /**
   * The operation runs as if the caller might select all of it, and is told what it will be refused: rules of fields
   * let it pass. Rows and masks are what they are.
   */
  readonly isDryRun?: boolean | undefined;
}

/** Longest life of an envelope. Gateway and subgraph are close; this covers clock drift, not storage. */
const LIFETIME = 30 * SECOND;

const HEADER = encode({ alg: 'HS256', typ: 'envelope+jws' });

/** The key between the gateway and one subgraph, derived so that no subgraph can sign for another (RFC 5869). */
export const envelopeKey = (secret: Secret, subgraph: string): Buffer =>
  Buffer.from(hkdfSync('sha256', secret.reveal(), 'caregraph', `envelope:${subgraph}`, 32));

/** Signs the envelope of one call; `now` in milliseconds since the epoch. */
export type SignEnvelope = (envelope: Envelope, body: string | Buffer, now?: number) => string;

/**
 * Makes compact JWS (RFC 7515) over caller, request id, deadline and the digest of the body, for one subgraph.
 *
 * One is made for each call, so what is the same for a caller is encoded once, and the rest in one go. An asymmetric
 * signature per call would cost more than the gateway's own work.
 */
export const envelopeSigner = (subgraph: string, key: Buffer): SignEnvelope => {
  const hmac = createHmac256(key);
  const callers = new WeakMap<Identity, string>();
  const callerOf = (identity: Identity): string => {
    const known = callers.get(identity);
    if (known !== undefined) return known;
    const made = encodeBeginning({
      aud: subgraph,
      sub: identity.subject,
      cid: identity.client,
      scp: [...identity.scopes],
      fac: identity.facilities,
      adc: identity.audience,
      pur: identity.purpose,
      pty: identity.party,
      iss: identity.issuer,
      gnt: identity.grant,
    });
    callers.set(identity, made);
    return made;
  };
  return ({ identity, requestId, deadline, isDryRun }, body, now = Date.now()) => {
    const [expires, issued] = [Math.ceil((now + LIFETIME) / SECOND), Math.floor(now / SECOND)];
    const dry = isDryRun === true ? ',"dry":true' : '';
    const rest = `${dry},"exp":${expires},"iat":${issued},"rid":${JSON.stringify(requestId)},"ddl":${deadline},"dig":"${digest(body)}"}`;
    const input = `${HEADER}.${callerOf(identity)}${Buffer.from(rest).toString('base64url')}`;
    return `${input}.${hmac(input)}`;
  };
};

/** JSON of an object without its last brace, encoded so that more can be encoded and put behind it. */
const encodeBeginning = (value: object): string => {
  const json = Buffer.from(JSON.stringify(value).slice(0, -1));
  // Three bytes make four characters; JSON does not mind spaces (RFC 8259 section 2).
  const spaces = Buffer.alloc((3 - (json.length % 3)) % 3, ' ');
  return Buffer.concat([json, spaces]).toString('base64url');
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
    identity: identityOf(claims),
    requestId: claims.rid,
    deadline: claims.ddl,
    ...(claims.dry === true ? { isDryRun: true } : {}),
  });
};

const identityOf = ({ sub, cid, scp, fac, adc, pur, pty, iss, gnt }: Claims): Identity =>
  createIdentity({
    subject: sub,
    client: cid,
    scopes: scp,
    facilities: fac,
    audience: adc,
    purpose: pur,
    ...(pty === undefined ? {} : { party: pty }),
    ...(iss === undefined ? {} : { issuer: iss }),
    ...(gnt === undefined ? {} : { grant: gnt }),
  });

interface Claims {
  readonly aud: string;
  readonly exp: number;
  readonly iat: number;
  readonly sub: string;
  readonly cid: string;
  readonly scp: readonly string[];
  readonly fac: readonly string[];
  readonly adc: string;
  readonly pur: string;
  readonly pty?: Party;
  readonly iss?: string;
  readonly gnt?: string;
  readonly dry?: boolean;
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
