/** What a token is bound to, so that who has stolen it has nothing (RFC 7800 section 3.1). */
export interface Confirmation {
  /** Thumbprint of the key that signs DPoP proofs (RFC 9449 section 6.1). */
  readonly jkt?: string;
  /** Thumbprint of the certificate that the client shows (RFC 8705 section 3.1). */
  readonly x5t?: string;
}

/** Either thumbprint is a SHA-256 in base64url. */
const THUMBPRINT = /^[A-Za-z0-9_-]{43}$/;

const MEMBERS = new Map<string, keyof Confirmation>([
  ['jkt', 'jkt'],
  ['x5t#S256', 'x5t'],
]);

/** Reads a `cnf` claim; undefined for one that binds to anything we cannot check, since then it cannot be accepted. */
export const readConfirmation = (cnf: unknown): Confirmation | undefined => {
  if (cnf === null || typeof cnf !== 'object' || Array.isArray(cnf)) return undefined;
  const members = Object.entries(cnf);
  if (members.length === 0) return undefined;
  const read: { -readonly [K in keyof Confirmation]: string } = {};
  for (const [name, value] of members) {
    const member = MEMBERS.get(name);
    if (member === undefined || typeof value !== 'string' || !THUMBPRINT.test(value)) return undefined;
    read[member] = value;
  }
  return read;
};
