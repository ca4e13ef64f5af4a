import { randomUUID } from 'node:crypto';
import { chmod, link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';
import { z } from 'zod';
import { LoggableError } from '../../platform/log.ts';

/** The signing key of the development issuer, ready for use. */
export interface IssuerKeys {
  /** Thumbprint of the public key (RFC 7638): the same key has the same name in every process. */
  readonly keyId: string;
  readonly privateKey: CryptoKey;
  /** The public key as it stands in the key set: no private member. */
  readonly publicJwk: JWK;
}

/** ECDSA on P-256 (RFC 7518 section 3.4). */
export const ALGORITHM = 'ES256';

/**
 * The key pair kept in `<dataDir>/issuer/`, made on first use.
 *
 * Any number of processes may call this at once on an empty directory: the first complete file wins and all of them
 * return that key, so a token printed by one is accepted by the others.
 *
 * @throws LoggableError when the file is there and holds no usable key
 */
export const openIssuerKeys = async (dataDir: string): Promise<IssuerKeys> => {
  const directory = join(dataDir, 'issuer');
  const file = join(directory, 'signing-key.json');
  await mkdir(directory, { recursive: true, mode: 0o700 });
  // mkdir leaves an existing directory as it is, and the umask may have taken rights away from a new one.
  await chmod(directory, 0o700);
  const text = (await readIfPresent(file)) ?? (await createOnce(directory, file));
  try {
    return await importKeys(keyFile.parse(JSON.parse(text)));
  } catch {
    // The reason could quote the key, so it is dropped.
    throw new LoggableError('issuer/signing-key.json in the data directory is damaged; delete it to get a new key');
  }
};

const keyFile = z.strictObject({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: z.string(),
  y: z.string(),
  d: z.string(),
});

const importKeys = async (privateJwk: z.infer<typeof keyFile>): Promise<IssuerKeys> => {
  const { d: _private, ...point } = privateJwk;
  const keyId = await calculateJwkThumbprint(point);
  const privateKey = await importJWK({ ...privateJwk }, ALGORITHM);
  if (privateKey instanceof Uint8Array) throw new TypeError('not a private key');
  return Object.freeze({
    keyId,
    privateKey,
    publicJwk: Object.freeze({ ...point, kid: keyId, alg: ALGORITHM, use: 'sig' }),
  });
};

const readIfPresent = async (file: string): Promise<string | undefined> => {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
};

/** Writes a new key beside `file` and links it there. A link appears whole or not at all, and only the first succeeds. */
const createOnce = async (directory: string, file: string): Promise<string> => {
  const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
  const { kty, crv, x, y, d } = await exportJWK(privateKey);
  const draft = join(directory, `.${randomUUID()}.tmp`);
  await writeDurably(draft, `${JSON.stringify({ kty, crv, x, y, d })}\n`);
  try {
    await link(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(draft, { force: true });
  }
  return readFile(file, 'utf8');
};

const writeDurably = async (file: string, text: string): Promise<void> => {
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
};
