import { hkdfSync, randomBytes } from 'node:crypto';
import { chmodSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import { createHmac256 } from '../hmac.ts';

/** What the audit trail is sealed with, and how people are named in it. */
export interface AuditKeys {
  /** Of the chains. */
  readonly chain: Buffer;
  /** A name for a person by which nobody is known who does not know the person: of one in one system, always the same. */
  person(system: string, type: string, localId: string): string;
}

/** Those of the configuration; without one, of a secret that is kept in the data directory. */
export const configuredAuditKeys = ({ audit, data }: Pick<Config, 'audit' | 'data'>): AuditKeys =>
  auditKeys(audit.key?.reveal() ?? keptSecret(join(data.dir, 'audit')));

export const auditKeys = (secret: string): AuditKeys => {
  const derive = (info: string) => Buffer.from(hkdfSync('sha256', secret, 'caregraph', `audit:${info}`, 32));
  const hmac = createHmac256(derive('people'));
  return {
    chain: derive('chain'),
    person: (system, type, localId) =>
      hmac(Buffer.from(`${system}/${type}/${localId}`).toString('latin1')).slice(0, 32),
  };
};

/** Made once, by whichever process comes first. */
const keptSecret = (dir: string): string => {
  const file = join(dir, 'key');
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const draft = `${file}.${process.pid}.tmp`;
  writeFileSync(draft, randomBytes(32).toString('base64url'), { mode: 0o600 });
  chmodSync(draft, 0o600);
  try {
    // A link appears whole or not at all, and only the first succeeds.
    linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  return readFileSync(file, 'utf8');
};
