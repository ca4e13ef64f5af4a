import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { besideSource } from '../../platform/root.ts';

/** A file as it is served. */
export interface ServedFile {
  readonly type: string;
  readonly body: Buffer;
  /** Quoted, as it stands in the header. */
  readonly etag: string;
}

/**
 * Every file the explorer serves, by the path below `/explorer/`. What is not a key here does not exist, so a path of
 * a request is looked up and never joined to a directory.
 */
const FILES: ReadonlyMap<string, () => string> = new Map([
  ['explorer.js', () => ours('explorer.js')],
  ['access.js', () => ours('access.js')],
  ['token.js', () => ours('token.js')],
  ['matrix.js', () => ours('matrix.js')],
  ['matrix-rows.js', () => ours('matrix-rows.js')],
  ['matrix.css', () => ours('matrix.css')],
  ['explorer.css', () => ours('explorer.css')],
  ['icon.svg', () => ours('icon.svg')],
  ['graphiql.js', () => installed('graphiql', 'graphiql.min.js')],
  ['graphiql.css', () => installed('graphiql', 'graphiql.min.css')],
  ['react.js', () => installed('react', 'umd/react.production.min.js')],
  ['react-dom.js', () => installed('react-dom', 'umd/react-dom.production.min.js')],
]);

const TYPES: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
};

/** Reads each file once, when it is first asked for, and keeps it. `undefined` for a name that is not served. */
export const createFileStore = (): ((name: string) => Promise<ServedFile> | undefined) => {
  const kept = new Map<string, Promise<ServedFile>>();
  return (name) => {
    const locate = FILES.get(name);
    if (locate === undefined) return undefined;
    const file = kept.get(name) ?? load(name, locate());
    kept.set(name, file);
    return file;
  };
};

/** The tag of some content: equal bytes, equal tag (RFC 9110 section 8.8.3). */
export const entityTag = (body: string | Buffer): string =>
  `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;

const load = async (name: string, path: string): Promise<ServedFile> => {
  const body = await readFile(path);
  const type = TYPES[name.slice(name.lastIndexOf('.') + 1)] ?? 'application/octet-stream';
  return { type, body, etag: entityTag(body) };
};

const ours = (name: string): string => besideSource(import.meta.dirname, `page/${name}`);

const { resolve } = createRequire(import.meta.url);

// By way of package.json, which every one of these packages lets be resolved; their other files are not exported.
const installed = (name: string, file: string): string => join(dirname(resolve(`${name}/package.json`)), file);
