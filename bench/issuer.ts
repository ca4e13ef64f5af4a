import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { CLIENTS } from './places.ts';

/** An issuer of access tokens whose key set is served, as the secured gateway asks for it. */
export interface Issuer {
  /** Settings that make the gateway believe it. */
  readonly environment: Readonly<Record<string, string>>;
  /** A value for the header `authorization`, different each time, good for longer than any run. */
  mint(scopes: readonly string[]): Promise<string>;
  close(): void;
}

const AUDIENCE = 'urn:caregraph:bench';

export const openIssuer = async (): Promise<Issuer> => {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const keySet = JSON.stringify({
    keys: [{ ...(await exportJWK(publicKey)), kid: 'bench', alg: 'ES256', use: 'sig' }],
  });
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(keySet);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  let minted = 0;
  return {
    environment: {
      OIDC_ISSUER: url,
      OIDC_JWKS_URI: `${url}/keys`,
      OIDC_AUDIENCE: AUDIENCE,
      CLIENTS_FILE: CLIENTS,
    },
    mint: async (scopes) => {
      minted += 1;
      const claims = {
        client_id: 'bench',
        jti: `token-${minted}`,
        scope: scopes.join(' '),
        facilities: ['north', 'south'],
      };
      const token = await new SignJWT(claims)
        .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'bench' })
        .setIssuer(url)
        .setAudience(AUDIENCE)
        .setSubject(`caller-${minted}`)
        .setIssuedAt()
        .setExpirationTime('6h')
        .sign(privateKey);
      return `Bearer ${token}`;
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
};
