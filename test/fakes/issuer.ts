import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JSONWebKeySet, type JWTPayload, SignJWT } from 'jose';

export interface MintOptions {
  /** Claims over the usual ones; `undefined` leaves one out. */
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly header?: Readonly<Record<string, unknown>>;
  readonly scopes?: readonly string[];
  readonly facilities?: readonly string[];
  /** Signs with this key instead of the issuer's. */
  readonly key?: CryptoKey | Uint8Array;
}

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
  /** Replaces the key; the old one is no longer served. */
  rotate(): Promise<void>;
  /** From now on every request is answered with this status, `hang` for none at all, `undefined` for as usual. */
  misbehave(how: number | 'hang' | 'empty' | undefined): void;
  stop(): Promise<void>;
}

const AUDIENCE = 'urn:caregraph';

export const startIssuer = async (): Promise<FakeIssuer> => {
  let current = await newKey(1);
  let generation = 1;
  let fetches = 0;
  let trouble: number | 'hang' | 'empty' | undefined;
  const server = createServer((request, response) => {
    const isKeySet = request.url === '/keys';
    if (isKeySet) fetches += 1;
    if (trouble === 'hang') return;
    if (typeof trouble === 'number') {
      response.writeHead(trouble).end();
      return;
    }
    const documents: Record<string, unknown> = {
      '/keys': { keys: trouble === 'empty' ? [] : current.keySet.keys },
      '/.well-known/openid-configuration': { issuer: origin, jwks_uri: `${origin}/keys` },
    };
    const body = documents[request.url ?? ''];
    if (body === undefined) response.writeHead(404).end();
    else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
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
    rotate: async () => {
      generation += 1;
      current = await newKey(generation);
    },
    misbehave: (how) => {
      trouble = how;
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
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

const mint = async (issuer: string, key: Key, options: MintOptions): Promise<string> => {
  const now = Math.floor(Date.now() / 1000);
  const usual = {
    iss: issuer,
    aud: AUDIENCE,
    sub: 'nurse-17',
    client_id: 'ward-app',
    iat: now,
    exp: now + 300,
    jti: `token-${now}`,
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
