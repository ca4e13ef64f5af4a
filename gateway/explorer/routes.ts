import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ExtraRoute } from '../../platform/http/route.ts';
import { createFileStore, entityTag, type ServedFile } from './files.ts';
import { type PageSettings, renderMatrixPage, renderPage } from './page.ts';

export type ExplorerOptions = Pick<PageSettings, 'examples'> & Partial<PageSettings>;

/**
 * The query explorer at `/`, the access matrix at `/access`, and their files below `/explorer/`.
 *
 * It works without any other host, and its policy lets the browser ask none. The pages and their files are the same for
 * everybody and hold no token; a token comes to the page in the fragment of its address, which no server ever sees.
 */
export const explorerRoutes = (options: ExplorerOptions): readonly ExtraRoute[] => {
  const settings: PageSettings = { endpoint: '/graphql', tokens: 'development', ...options };
  const page = pageOf(renderPage(settings));
  const matrix = pageOf(renderMatrixPage(settings));
  const fileOf = createFileStore();
  return [
    { method: 'GET', path: '/', handle: (request, response) => send(page, request, response) },
    { method: 'GET', path: '/access', handle: (request, response) => send(matrix, request, response) },
    {
      method: 'GET',
      path: `${PREFIX}*`,
      handle: async (request, response) => {
        const file = await fileOf(nameIn(request));
        if (file === undefined) response.writeHead(404, { 'content-length': 0 }).end();
        else send(file, request, response);
      },
    },
  ];
};

const pageOf = (text: string): ServedFile => {
  const body = Buffer.from(text);
  return { type: 'text/html; charset=utf-8', body, etag: entityTag(body) };
};

const PREFIX = '/explorer/';

/**
 * Nothing but our own files, and no inline code or style. GraphiQL's dialogs lock the scrolling of the page by an
 * inline style, which this refuses with a line in the browser's console; the page does not scroll anyway.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  'font-src data:',
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Sent with every answer. `no-cache` lets a browser keep a file and makes it ask whether the file is still the same. */
const HEADERS = {
  'cache-control': 'no-cache',
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

const nameIn = (request: IncomingMessage): string => pathOf(request).slice(PREFIX.length);

const pathOf = ({ url = '' }: IncomingMessage): string => url.split('?', 1)[0] ?? '';

const send = (file: ServedFile, request: IncomingMessage, response: ServerResponse): void => {
  const headers = { ...HEADERS, etag: file.etag };
  if (hasSame(request.headers['if-none-match'], file.etag)) {
    response.writeHead(304, headers).end();
    return;
  }
  response.writeHead(200, { ...headers, 'content-type': file.type, 'content-length': file.body.length });
  response.end(file.body);
};

/** Whether the caller already has this content (RFC 9110 section 13.1.2, weak comparison). */
const hasSame = (ifNoneMatch: string | undefined, etag: string): boolean =>
  (ifNoneMatch ?? '').split(',').some((tag) => tag.trim() === '*' || tag.trim().replace(/^W\//, '') === etag);
