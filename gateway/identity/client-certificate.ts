import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/** Thumbprint (`x5t#S256`, RFC 8705 section 3.1) of the certificate that a client has shown; undefined for none. */
export type CertificateOf = (request: IncomingMessage) => string | undefined;

/**
 * From the connection: a certificate counts that leads up to one of those we were given for clients. A header that says
 * otherwise is not looked at.
 */
export const certificateOfConnection = (): CertificateOf => {
  const known = new WeakMap<Socket, string>();
  return ({ socket }) => {
    if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined;
    const before = known.get(socket);
    if (before !== undefined) return before;
    const certificate = socket.getPeerX509Certificate();
    if (certificate === undefined) return undefined;
    const made = thumbprint(certificate.raw);
    known.set(socket, made);
    return made;
  };
};

/** From `Client-Cert` (RFC 9440 section 2.2), which a proxy in front sets, and takes from whoever sends it. */
export const certificateOfHeader: CertificateOf = ({ headers }) => {
  // A byte sequence (RFC 8941 section 3.3.5). Two headers are joined with a comma, and are none.
  const given = headers['client-cert'];
  const [, encoded] = /^:([A-Za-z0-9+/]+={0,2}):$/.exec(typeof given === 'string' ? given.trim() : '') ?? [];
  return encoded === undefined ? undefined : thumbprint(Buffer.from(encoded, 'base64'));
};

const thumbprint = (der: Buffer): string => createHash('sha256').update(der).digest('base64url');
