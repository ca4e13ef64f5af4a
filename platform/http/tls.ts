import { readFileSync } from 'node:fs';
import { type Config, ConfigError } from '../config.ts';

/** Contents of the files that `server.tls` names, as PEM. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
  /** Whose certificates clients may show; they are not asked for one when there is none. */
  readonly clientCa?: string;
}

/** Undefined where plain HTTP is served. @throws ConfigError for a file that cannot be read */
export const readTls = ({ tls }: Config['server']): TlsFiles | undefined => {
  const { cert, key, clientCa } = tls;
  // The configuration has been checked: there are both or none.
  if (cert === undefined || key === undefined) return undefined;
  return {
    cert: read('cert', cert),
    key: read('key', key),
    ...(clientCa === undefined ? {} : { clientCa: read('clientCa', clientCa) }),
  };
};

const read = (setting: string, file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new ConfigError([`server.tls.${setting}: the file cannot be read`]);
  }
};
