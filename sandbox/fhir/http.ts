import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Answer, Asked, Fhir } from './rest/message.ts';
import { FhirError, issueOf, outcomeOf } from './rest/outcome.ts';
import { dispatch } from './rest/routes.ts';

interface Service {
  readonly fhir: Fhir;
  readonly token: string;
  readonly log: ((message: string) => void) | undefined;
}

interface Received {
  readonly request: IncomingMessage;
  /** Path of the server's base. */
  readonly base: string;
  readonly body: string;
}

/** The answer to a request as HTTP brought it. Never throws. */
export const answerTo = ({ fhir, token, log }: Service, received: Received): Answer => {
  try {
    const asked = askedOf(received);
    if (asked.path !== 'metadata') checkToken(asked, token);
    checkTypes(asked);
    return dispatch(fhir, { ...asked, ...bodyOf(asked, received.body) });
  } catch (error) {
    if (error instanceof FhirError) return failed(error);
    log?.(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return { status: 500, body: outcomeOf([issueOf('error', 'exception', 'the sandbox is at fault')]) };
  }
};

const failed = ({ status, outcome }: FhirError): Answer => ({
  status,
  body: outcome,
  ...(status === 401 && { headers: { 'WWW-Authenticate': 'Bearer' } }),
});

const askedOf = ({ request, base }: Received): Asked => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://sandbox');
  if (pathname !== base && !pathname.startsWith(`${base}/`)) throw new FhirError(404, 'not-found', 'nothing is here');
  const { headers } = request;
  return {
    // The body of an answer to HEAD is left out by Node.
    method: request.method === 'HEAD' ? 'GET' : (request.method ?? 'GET'),
    path: decoded(pathname.slice(base.length + 1)),
    query: [...searchParams],
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
    ),
    body: undefined,
  };
};

const decoded = (path: string): string => {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new FhirError(400, 'value', 'a malformed address');
  }
};

const checkToken = ({ headers }: Asked, token: string): void => {
  const [, given = ''] = /^Bearer (.+)$/i.exec(headers['authorization'] ?? '') ?? [];
  const [one, other] = [Buffer.from(given), Buffer.from(token)];
  if (one.length !== other.length || !timingSafeEqual(one, other)) throw new FhirError(401, 'login', 'no valid token');
};

const FORM = 'application/x-www-form-urlencoded';
const JSON_TYPES = ['application/fhir+json', 'application/json'];

/** R4 http, "Content Types and encodings": only JSON is spoken. */
const checkTypes = ({ method, path, query, headers }: Asked): void => {
  const format = query.find(([name]) => name === '_format')?.[1] ?? headers['accept'] ?? '*/*';
  if (!/json|\*\/\*|application\/\*/.test(format)) throw new FhirError(406, 'not-supported', 'only JSON is spoken');
  if (!['POST', 'PUT', 'PATCH'].includes(method)) return;
  const [type = ''] = (headers['content-type'] ?? '').split(';');
  const allowed = isSearch(path) ? [FORM] : method === 'PATCH' ? ['application/json-patch+json'] : JSON_TYPES;
  const isEmptySearch = isSearch(path) && type === '';
  if (!isEmptySearch && !allowed.includes(type.trim().toLowerCase()))
    throw new FhirError(415, 'not-supported', 'a content type that is not understood here');
};

const isSearch = (path: string): boolean => path.endsWith('/_search');

const bodyOf = ({ path, query }: Asked, text: string): Partial<Asked> => {
  if (isSearch(path)) return { query: [...query, ...new URLSearchParams(text)] };
  if (text === '') return {};
  try {
    return { body: JSON.parse(text) as unknown };
  } catch {
    throw new FhirError(400, 'structure', 'the body is no JSON');
  }
};
