import type { WireAnswer } from '../outbound/transport.ts';
import { type CallName, type FhirFault, shapeFault, statusFault, toError } from './faults.ts';
import { type OperationOutcomeIssue, issuesOf } from './outcome.ts';
import { isFhirId } from './query.ts';
import type { BundleResult, SearchPage, Stored, Versioned } from './types.ts';

type Json = Readonly<Record<string, unknown>>;

/** Where a server is: what its links are held against. */
export interface Base {
  readonly origin: string;
  /** Without a slash at its end. */
  readonly path: string;
}

export const baseOf = (url: string): Base => {
  const { origin, pathname } = new URL(url);
  return { origin, path: pathname.replace(/\/+$/, '') };
};

/** One page of a search. @throws FhirFault for anything that is no searchset of this type */
export const readPage = (body: unknown, type: string, base: Base, call: CallName): SearchPage => {
  const { entry, link, total } = bundle(body, 'searchset', call);
  const rows: Stored[] = [];
  const included: Stored[] = [];
  for (const each of entries(entry, call)) {
    const { mode } = object(each['search']);
    // Remarks of the server on the search.
    if (mode === 'outcome') continue;
    const resource = stored(each['resource'], call);
    const matches = mode === 'match' || (mode === undefined && resource.resourceType === type);
    if (matches && resource.resourceType !== type) throw shapeFault('a row is of another type', call);
    (matches ? rows : included).push(resource);
  }
  const known = Number.isSafeInteger(total) && (total as number) >= 0;
  return { rows, included, next: nextOf(link, base, call), total: known ? (total as number) : null };
};

/** The entries of an answer to a batch or transaction, one for each that was sent. */
export const readResults = (
  body: unknown,
  kind: 'batch-response' | 'transaction-response',
  sent: number,
  call: CallName,
): readonly BundleResult[] => {
  const all = entries(bundle(body, kind, call)['entry'], call);
  if (all.length !== sent) throw shapeFault('entries are missing from a bundle', call);
  return all.map((each) => {
    const response = object(each['response']);
    const status = typeof response['status'] === 'string' ? Number.parseInt(response['status'], 10) : Number.NaN;
    if (!(status >= 100 && status <= 599)) throw shapeFault('an entry has no status', call);
    const resource = each['resource'];
    return {
      status,
      resource: isStored(resource) ? resource : null,
      version: versionOf(response['etag']),
      issues: [...issuesOf(response['outcome']), ...issuesOf(resource)],
    };
  });
};

/** First pages out of a batch, each with what it failed with in its place. */
export const readPages = (
  body: unknown,
  types: readonly string[],
  base: Base,
  call: CallName,
): readonly (SearchPage | Error)[] => {
  const all = entries(bundle(body, 'batch-response', call)['entry'], call);
  const results = readResults(body, 'batch-response', types.length, call);
  return types.map((type, index) => {
    const { status, issues } = results[index] as { status: number; issues: readonly OperationOutcomeIssue[] };
    const name = { type, interaction: 'search' };
    try {
      if (status >= 300) throw statusFault(status, issues, name);
      return readPage(all[index]?.['resource'], type, base, name);
    } catch (error) {
      return toError(error as FhirFault, 'read');
    }
  });
};

/** The resource that a write answered with; where there is none, its id out of the Location. */
export const readVersioned = (body: unknown, { headers = {} }: WireAnswer, call: CallName): Versioned => {
  const version = versionOf(headers['etag']);
  if (isStored(body) && body.resourceType === call.type)
    return { resource: body, version: version ?? body.meta?.versionId ?? null };
  const place = /\/([A-Za-z]+)\/([A-Za-z0-9.-]{1,64})(?:\/_history\/([A-Za-z0-9.-]{1,64}))?$/.exec(
    String(headers['location'] ?? ''),
  );
  const [, type, id, old = null] = place ?? [];
  if (type !== call.type || !isFhirId(id)) throw shapeFault('the answer holds no resource', call);
  return { resource: { resourceType: type, id }, version: version ?? old };
};

export const isStored = (value: unknown): value is Stored => {
  const { resourceType, id } = object(value);
  return typeof resourceType === 'string' && isFhirId(id);
};

/** A next page must lie below the server's own address: whatever is sent there carries our token. */
const nextOf = (links: unknown, { origin, path }: Base, call: CallName): string | null => {
  const next = Array.isArray(links)
    ? links.map(object).find(({ relation }) => relation === 'next')?.['url']
    : undefined;
  if (next === undefined) return null;
  const url =
    typeof next === 'string' && URL.canParse(next, `${origin}${path}/`) ? new URL(next, `${origin}${path}/`) : null;
  const inside = url?.origin === origin && (url.pathname === path || url.pathname.startsWith(`${path}/`));
  if (url === null || !inside || url.username !== '') throw shapeFault('the next page is on another server', call);
  return url.pathname.slice(path.length) + url.search;
};

const stored = (value: unknown, call: CallName): Stored => {
  if (!isStored(value)) throw shapeFault('a row has no type or id', call);
  return value;
};

const bundle = (body: unknown, kind: string, call: CallName): Json => {
  const found = object(body);
  if (found['resourceType'] !== 'Bundle' || found['type'] !== kind) throw shapeFault(`the answer is no ${kind}`, call);
  return found;
};

const entries = (value: unknown, call: CallName): readonly Json[] => {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw shapeFault('the entries are no list', call);
  return value.map(object);
};

/** `W/"3"` is version 3. */
const versionOf = (tag: unknown): string | null =>
  typeof tag === 'string' ? (/^(?:W\/)?"([^"]{1,64})"$/.exec(tag)?.[1] ?? null) : null;

const object = (value: unknown): Json => (value !== null && typeof value === 'object' ? (value as Json) : {});
