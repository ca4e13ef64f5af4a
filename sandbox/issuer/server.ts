import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SCOPES } from '../../policies/scopes.ts';
import { ALGORITHM, type IssuerKeys, openIssuerKeys } from './keys.ts';
import { DEVELOPMENT_ISSUER, mintToken, type TokenRequest } from './token.ts';

export interface DevelopmentIssuerOptions {
  readonly dataDir: string;
  /** 0 takes a free one. */
  readonly port: number;
}

/** A running development issuer. It gives out public keys over HTTP; tokens are made in the process or by `npm run token`. */
export interface DevelopmentIssuer {
  readonly issuer: string;
  readonly jwksUri: string;
  mint(request: TokenRequest): Promise<string>;
  /** Closes the door and every connection. Calling it again changes nothing. */
  stop(): Promise<void>;
}

/** Opens the keys of `dataDir` and serves them on the loopback address. */
export const startDevelopmentIssuer = async (options: DevelopmentIssuerOptions): Promise<DevelopmentIssuer> => {
  const keys = await openIssuerKeys(options.dataDir);
  const server = createServer();
  server.listen(options.port, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const documents = documentsOf(origin, keys);
  server.on('request', (request, response) => answer(documents, request, response));
  return {
    issuer: DEVELOPMENT_ISSUER,
    jwksUri: `${origin}${JWKS_PATH}`,
    mint: (request) => mintToken(keys, request),
    stop: () => close(server),
  };
};

const JWKS_PATH = '/.well-known/jwks.json';

/**
 * What is served, by path. The metadata has the members that are true here: there is no authorization or token
 * endpoint. A verifier is pointed at the key set, since nobody can find these documents from an issuer that is a URN.
 */
const documentsOf = (origin: string, keys: IssuerKeys): ReadonlyMap<string, string> => {
  const metadata = {
    issuer: DEVELOPMENT_ISSUER,
    jwks_uri: `${origin}${JWKS_PATH}`,
    scopes_supported: Object.keys(SCOPES),
    response_types_supported: ['none'],
  };
  const forOpenId = {
    ...metadata,
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: [ALGORITHM],
  };
  return new Map([
    [JWKS_PATH, JSON.stringify({ keys: [keys.publicJwk] })],
    // RFC 8414 section 3 and OpenID Connect Discovery section 4.
    ['/.well-known/oauth-authorization-server', JSON.stringify(metadata)],
    ['/.well-known/openid-configuration', JSON.stringify(forOpenId)],
  ]);
};

const answer = (documents: ReadonlyMap<string, string>, request: IncomingMessage, response: ServerResponse): void => {
  const body = documents.get((request.url ?? '').split('?', 1)[0] ?? '');
  if (body === undefined) return refuse(response, 404);
  if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405, { allow: 'GET, HEAD' });
  response.writeHead(200, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'public, max-age=300',
    'x-content-type-options': 'nosniff',
  });
  response.end(request.method === 'HEAD' ? undefined : body);
};

const refuse = (response: ServerResponse, status: number, headers: Record<string, string> = {}): void => {
  response.writeHead(status, { ...headers, 'content-length': 0 });
  response.end();
};

const close = async (server: Server): Promise<void> => {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
};
