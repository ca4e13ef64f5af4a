import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline, Readable } from 'node:stream';
import { type CryptoKey, exportJWK, generateKeyPair, type JSONWebKeySet, type JWTPayload, SignJWT } from 'jose';
import { Secret } from '../../platform/secret.ts';

export interface MintOptions {
  /** Claims over the usual ones; `undefined` leaves one out. */
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly header?: Readonly<Record<string, unknown>>;
  readonly scopes?: readonly string[];
  readonly facilities?: readonly string[];
  /** Signs with this key instead of the issuer's. */
  readonly key?: CryptoKey | Uint8Array;
}

/** How an issuer can fail: a status, no answer, a key set without keys, no JSON, fifty megabytes, or a way elsewhere. */
export type Trouble = number | 'hang' | 'empty' | 'garbage' | 'huge' | 'redirect';

/** What an issuer answers about a token that only it can read (RFC 7662); `undefined` leaves a usual claim out. */
export type Introspected = Readonly<Record<string, unknown>>;

/** An issuer of access tokens with a real key set endpoint. */
export interface FakeIssuer extends AsyncDisposable {
  readonly issuer: string;
  readonly jwksUri: string;
  readonly audience: string;
  /** The key set as it is served now. */
  readonly keySet: () => JSONWebKeySet;
  readonly publicKey: () => CryptoKey;
  /** How often the key set was asked for. */
  readonly fetches: () => number;
  mint(options?: MintOptions): Promise<string>;
  /** Signs with a new key; the old one is no longer served, unless it is kept. */
  rotate(old?: 'kept'): Promise<void>;
  /** From now on every request is answered like this, `undefined` for as usual. */
  misbehave(how: Trouble | undefined): void;
  /** Where it answers questions about tokens, and who may ask. */
  readonly introspection: { readonly endpoint: string; readonly clientId: string; readonly secret: Secret };
  /** A token that says nothing by itself, and is active until told otherwise. */
  opaque(answer?: Introspected): string;
  /** Changes what is answered about an opaque token. */
  answerAbout(token: string, answer: Introspected): void;
  /** The tokens that were asked about, in order. */
  readonly questions: readonly string[];
  stop(): Promise<void>;
}

const AUDIENCE = 'urn:caregraph';

export const startIssuer = async (): Promise<FakeIssuer> => {
  let current = await newKey(1);
  let generation = 1;
  let fetches = 0;
  let trouble: Trouble | undefined;
  const answers = new Map<string, Introspected>();
  const questions: string[] = [];
  const documents = (): Readonly<Record<string, unknown>> => ({
    '/keys': { keys: trouble === 'empty' ? [] : current.keySet.keys },
    '/.well-known/openid-configuration': { issuer: origin, jwks_uri: `${origin}/keys` },
  });
  const server = createServer((request, response) => {
    if (request.url === '/keys') fetches += 1;
    if (trouble !== undefined && trouble !== 'empty') failLike(trouble, request, response);
    else if (request.url === '/introspect') void introspect(request, response, answers, questions);
    else answer(documents()[request.url ?? ''], response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const stop = async () => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  return {
    issuer: origin,
    jwksUri: `${origin}/keys`,
    audience: AUDIENCE,
    keySet: () => current.keySet,
    publicKey: () => current.publicKey,
    fetches: () => fetches,
    mint: (options = {}) => mint(origin, current, options),
    rotate: async (old) => {
      generation += 1;
      const before = old === 'kept' ? current.keySet.keys : [];
      const next = await newKey(generation);
      current = { ...next, keySet: { keys: [...before, ...next.keySet.keys] } };
    },
    misbehave: (how) => {
      trouble = how;
    },
    introspection: { endpoint: `${origin}/introspect`, clientId: CLIENT, secret: new Secret(SECRET) },
    opaque: (answer = {}) => {
      const token = randomBytes(24).toString('base64url');
      const now = Math.floor(Date.now() / 1000);
      answers.set(token, { active: true, ...usualClaims(origin, now), scope: '', facilities: [], ...answer });
      return token;
    },
    answerAbout: (token, answer) => answers.set(token, answer),
    questions,
    stop,
    [Symbol.asyncDispose]: stop,
  };
};

/** With signs that a form encodes. */
const CLIENT = 'care graph';
const SECRET = 'p+ss:w%rd';

const answer = (document: unknown, response: ServerResponse): void => {
  if (document === undefined) response.writeHead(404).end();
  else response.writeHead(200, JSON_TYPE).end(JSON.stringify(document));
};

const introspect = async (
  request: IncomingMessage,
  response: ServerResponse,
  answers: ReadonlyMap<string, Introspected>,
  questions: string[],
): Promise<void> => {
  const form = new URLSearchParams(Buffer.concat(await request.toArray()).toString());
  const credentials = Buffer.from(request.headers.authorization?.replace(/^Basic /, '') ?? '', 'base64').toString();
  const [id, secret] = credentials.split(':').map((part) => new URLSearchParams(`=${part}`).get(''));
  if (id !== CLIENT || secret !== SECRET) {
    response.writeHead(401).end();
    return;
  }
  const token = form.get('token') ?? '';
  questions.push(token);
  answer(answers.get(token) ?? { active: false }, response);
};

const failLike = (trouble: Exclude<Trouble, 'empty'>, request: IncomingMessage, response: ServerResponse): void => {
  if (trouble === 'hang') return;
  if (typeof trouble === 'number') response.writeHead(trouble).end();
  else if (trouble === 'redirect') response.writeHead(302, { location: `${request.url}?again` }).end();
  else if (trouble === 'garbage') response.writeHead(200, JSON_TYPE).end('{"keys": [<html>');
  else sendFiftyMegabytes(response.writeHead(200, JSON_TYPE));
};

const JSON_TYPE = { 'content-type': 'application/json' };

const sendFiftyMegabytes = (response: ServerResponse): void => {
  const megabyte = Buffer.alloc(1_048_576, ' ');
  // Whoever asked is expected to leave before the end.
  pipeline(Readable.from(Array.from({ length: 50 }, () => megabyte)), response, () => undefined);
};

interface Key {
  readonly id: string;
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
  readonly keySet: JSONWebKeySet;
}

const newKey = async (generation: number): Promise<Key> => {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const id = `key-${generation}`;
  const keySet = { keys: [{ ...(await exportJWK(publicKey)), kid: id, alg: 'ES256', use: 'sig' }] };
  return { id, privateKey, publicKey, keySet };
};

const usualClaims = (issuer: string, now: number) => ({
  iss: issuer,
  aud: AUDIENCE,
  sub: 'nurse-17',
  client_id: 'ward-app',
  iat: now,
  exp: now + 300,
  jti: randomUUID(),
});

const mint = async (issuer: string, key: Key, options: MintOptions): Promise<string> => {
  const now = Math.floor(Date.now() / 1000);
  const usual = {
    ...usualClaims(issuer, now),
    scope: (options.scopes ?? []).join(' '),
    facilities: options.facilities ?? [],
  };
  const claims = Object.entries({ ...usual, ...options.claims }).filter(([, value]) => value !== undefined);
  const header = { alg: 'ES256', typ: 'at+jwt', kid: key.id, ...options.header };
  const present = Object.entries(header).filter(([, value]) => value !== undefined);
  // The signer, too, has to be told that it knows them.
  const understood = Array.isArray(options.header?.['crit']) ? (options.header['crit'] as string[]) : [];
  return new SignJWT(Object.fromEntries(claims) as JWTPayload)
    .setProtectedHeader(Object.fromEntries(present) as { alg: string })
    .sign(options.key ?? key.privateKey, { crit: Object.fromEntries(understood.map((name) => [name, true])) });
};
