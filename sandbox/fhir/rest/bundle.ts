import { STATUS_CODES } from 'node:http';
import { type Fields, isFields, listOf } from '../resource.ts';
import type { Answer, Asked, Fhir } from './message.ts';
import { FhirError } from './outcome.ts';
import { withReferencesAtEnd } from './references.ts';
import { matching, several } from './write.ts';

/** How a request of a bundle is answered: as if it had come alone. `id` is the one to create under. */
export type Dispatch = (fhir: Fhir, asked: Asked, id?: string) => Answer;

interface Entry {
  readonly asked: Asked;
  readonly fullUrl: string | undefined;
  /** `Type/id` of what is written, once that is known. */
  readonly target: string | undefined;
  /** For creation. */
  readonly id: string | undefined;
}

/** R4 http, "batch" and "transaction". */
export const processBundle = (fhir: Fhir, { body, headers }: Asked, dispatch: Dispatch): Answer => {
  if (!isFields(body) || body['resourceType'] !== 'Bundle') throw new FhirError(400, 'structure', 'no bundle');
  const entries = listOf(body['entry']);
  switch (body['type']) {
    case 'batch':
      return responses(
        'batch-response',
        entries.map((entry) => alone(fhir, entry, headers, dispatch)),
      );
    case 'transaction':
      return responses('transaction-response', together(fhir, entries, headers, dispatch));
    default:
      throw new FhirError(400, 'not-supported', 'neither a batch nor a transaction');
  }
};

const responses = (type: string, entry: readonly Fields[]): Answer => ({
  status: 200,
  body: { resourceType: 'Bundle', type, ...(entry.length > 0 && { entry }) },
});

const alone = (fhir: Fhir, entry: unknown, outer: Asked['headers'], dispatch: Dispatch): Fields => {
  try {
    return responseOf(dispatch(fhir, askedOf(fhir, entry, outer)));
  } catch (error) {
    if (!(error instanceof FhirError)) throw error;
    return { response: { status: statusLine(error.status), outcome: error.outcome } };
  }
};

/** R4: deletes first, then creations, then changes, then reads; all of it or nothing. */
const ORDER = ['DELETE', 'POST', 'PUT', 'PATCH', 'GET', 'HEAD'];

const together = (
  fhir: Fhir,
  raw: readonly unknown[],
  outer: Asked['headers'],
  dispatch: Dispatch,
): readonly Fields[] => {
  const entries = raw.map((entry) => planned(fhir, entry, outer));
  const targets = entries.flatMap(({ asked, target }) => (asked.method === 'GET' ? [] : (target ?? [])));
  if (new Set(targets).size < targets.length)
    throw new FhirError(400, 'duplicate', 'a transaction names a resource twice');
  const known = new Map(
    entries.flatMap(({ fullUrl, target }) =>
      fullUrl === undefined || target === undefined ? [] : [[fullUrl, target] as const],
    ),
  );
  const answers = new Map<Entry, Fields>();
  fhir.store.transaction(() =>
    withReferencesAtEnd(fhir, () => {
      const inOrder = entries.toSorted(
        (one, other) => ORDER.indexOf(one.asked.method) - ORDER.indexOf(other.asked.method),
      );
      for (const entry of inOrder) {
        const { asked, id } = entry;
        answers.set(entry, responseOf(dispatch(fhir, { ...asked, body: linked(fhir, asked.body, known) }, id)));
      }
    }),
  );
  return entries.map((entry) => answers.get(entry) ?? {});
};

const planned = (fhir: Fhir, raw: unknown, outer: Asked['headers']): Entry => {
  const asked = askedOf(fhir, raw, outer);
  const fullUrl = isFields(raw) && typeof raw['fullUrl'] === 'string' ? raw['fullUrl'] : undefined;
  const [type = '', own] = asked.path.split('/');
  if (!ORDER.includes(asked.method)) throw new FhirError(400, 'not-supported', 'an unknown method in a bundle');
  const condition =
    asked.method === 'POST' ? asked.headers['if-none-exist'] : own === undefined ? asked.query : undefined;
  const isWrite = asked.method === 'POST' ? own === undefined : asked.method !== 'GET';
  if (!isWrite || type === '') return { asked, fullUrl, target: undefined, id: undefined };
  const found = condition === undefined ? [] : matching(fhir, type, condition);
  if (found.length > 1) throw several();
  const id = own ?? found[0] ?? (asked.method === 'DELETE' ? undefined : fhir.newId());
  return { asked, fullUrl, target: id === undefined ? undefined : `${type}/${id}`, id };
};

/** A body in which every mention of another entry says what that has become. */
const linked = (fhir: Fhir, value: unknown, known: ReadonlyMap<string, string>): unknown => {
  if (typeof value === 'string') return known.get(value) ?? value;
  if (Array.isArray(value)) return value.map((one) => linked(fhir, one, known));
  if (!isFields(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [
      name,
      name === 'reference' && typeof one === 'string' ? resolved(fhir, one, known) : linked(fhir, one, known),
    ]),
  );
};

/** R4 http, "conditional references": a search stands for the one resource that it finds. */
const resolved = (fhir: Fhir, reference: string, known: ReadonlyMap<string, string>): string => {
  const target = known.get(reference);
  if (target !== undefined) return target;
  if (reference.startsWith('urn:')) throw new FhirError(400, 'invalid', 'a reference to what is not in the bundle');
  const [, type = '', condition] = /^([A-Z]\w+)\?(.+)$/.exec(reference) ?? [];
  if (condition === undefined || !fhir.store.has(type)) return reference;
  const [found, ...more] = matching(fhir, type, condition);
  if (found === undefined || more.length > 0)
    throw new FhirError(412, 'multiple-matches', 'a conditional reference does not lead to one resource');
  return `${type}/${found}`;
};

/** What is preferred of the whole bundle is preferred of each entry. */
const askedOf = ({ base }: Fhir, entry: unknown, { prefer }: Asked['headers']): Asked => {
  const request = isFields(entry) ? entry['request'] : undefined;
  if (!isFields(request)) throw new FhirError(400, 'structure', 'an entry without a request');
  const { method, url } = request;
  if (typeof method !== 'string' || typeof url !== 'string')
    throw new FhirError(400, 'structure', 'a request has a method and an address');
  const local = url.startsWith(`${base}/`) ? url.slice(base.length + 1) : url.replace(/^\//, '');
  const [path = '', query = ''] = local.split('?');
  const header = (name: string): string | undefined => (typeof request[name] === 'string' ? request[name] : undefined);
  return {
    method,
    path,
    query: [...new URLSearchParams(query)],
    headers: {
      prefer,
      'if-match': header('ifMatch'),
      'if-none-match': header('ifNoneMatch'),
      'if-none-exist': header('ifNoneExist'),
    },
    body: patchOf(isFields(entry) ? entry['resource'] : undefined),
  };
};

/** A JSON Patch travels in a bundle as a Binary. */
const patchOf = (resource: unknown): unknown => {
  if (!isFields(resource) || resource['resourceType'] !== 'Binary') return resource;
  try {
    return JSON.parse(Buffer.from(String(resource['data']), 'base64').toString('utf8')) as unknown;
  } catch {
    throw new FhirError(400, 'structure', 'a Binary that is no JSON Patch');
  }
};

const responseOf = ({ status, headers = {}, body }: Answer): Fields => ({
  ...(body !== undefined && { resource: body }),
  response: {
    status: statusLine(status),
    ...(headers['Location'] !== undefined && { location: headers['Location'] }),
    ...(headers['ETag'] !== undefined && { etag: headers['ETag'] }),
    ...(headers['Last-Modified'] !== undefined && {
      lastModified: new Date(headers['Last-Modified']).toISOString(),
    }),
  },
});

const statusLine = (status: number): string => `${status} ${STATUS_CODES[status] ?? ''}`.trim();
