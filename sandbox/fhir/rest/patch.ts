import { isDeepStrictEqual } from 'node:util';
import { FhirError } from './outcome.ts';
import { isFields } from '../resource.ts';

interface Operation {
  readonly op: string;
  readonly path: string;
  readonly from?: string;
  readonly value?: unknown;
}

/** Applies a JSON Patch (RFC 6902) to a copy. @throws FhirError 400 for no patch, 422 for one that does not apply */
export const applyPatch = (document: unknown, patch: unknown): unknown => {
  if (!Array.isArray(patch)) throw new FhirError(400, 'structure', 'a JSON Patch is a list');
  return patch.reduce<unknown>((current, operation) => apply(current, checked(operation)), structuredClone(document));
};

const checked = (operation: unknown): Operation => {
  if (!isFields(operation) || typeof operation['op'] !== 'string' || typeof operation['path'] !== 'string')
    throw new FhirError(400, 'structure', 'an operation of a JSON Patch has op and path');
  return operation as unknown as Operation;
};

const apply = (document: unknown, { op, path, from, value }: Operation): unknown => {
  switch (op) {
    case 'add':
      return set(document, path, value, true);
    case 'replace':
      get(document, path);
      return set(document, path, value, false);
    case 'remove':
      remove(document, path);
      return document;
    case 'copy':
      return set(document, path, structuredClone(get(document, from ?? '')), true);
    case 'move': {
      const moved = get(document, from ?? '');
      remove(document, from ?? '');
      return set(document, path, moved, true);
    }
    case 'test':
      if (!isDeepStrictEqual(get(document, path), value)) throw unfit();
      return document;
    default:
      throw new FhirError(400, 'value', 'an unknown operation of a JSON Patch');
  }
};

const unfit = (): FhirError => new FhirError(422, 'invalid', 'the patch does not fit the resource');

/** RFC 6901. */
const tokensOf = (path: string): readonly string[] => {
  if (path === '') return [];
  if (!path.startsWith('/')) throw new FhirError(400, 'value', 'a malformed JSON Pointer');
  return path
    .slice(1)
    .split('/')
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
};

const get = (document: unknown, path: string): unknown =>
  tokensOf(path).reduce<unknown>((node, token) => {
    const next = Array.isArray(node) ? node[indexOf(node, token)] : isFields(node) ? own(node, token) : undefined;
    if (next === undefined) throw unfit();
    return next;
  }, document);

const own = (node: Readonly<Record<string, unknown>>, token: string): unknown =>
  Object.hasOwn(node, token) ? node[token] : undefined;

const indexOf = (list: readonly unknown[], token: string): number => {
  if (!/^(0|[1-9]\d*)$/.test(token) || Number(token) > list.length) throw unfit();
  return Number(token);
};

/** The container of what a path names, and the name in it. */
const placeOf = (document: unknown, path: string): readonly [unknown, string] => {
  const at = path.lastIndexOf('/');
  return [get(document, path.slice(0, at)), tokensOf(path).at(-1) ?? ''];
};

const set = (document: unknown, path: string, value: unknown, inserts: boolean): unknown => {
  if (path === '') return value;
  const [container, token] = placeOf(document, path);
  if (Array.isArray(container)) {
    const index = token === '-' ? container.length : indexOf(container, token);
    container.splice(index, inserts ? 0 : 1, value);
  } else if (isFields(container) && token !== '__proto__') Object.assign(container, { [token]: value });
  else throw unfit();
  return document;
};

const remove = (document: unknown, path: string): void => {
  get(document, path);
  const [container, token] = placeOf(document, path);
  if (Array.isArray(container)) container.splice(indexOf(container, token), 1);
  else if (isFields(container)) Reflect.deleteProperty(container, token);
};
