import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { type ExplorerOptions, explorerRoutes } from '../../gateway/explorer/routes.ts';
import type { ExtraRoute } from '../../platform/http/route.ts';

const examples = [
  { title: 'Open orders', query: 'query OpenOrders { orders { id } }' },
  {
    title: 'Ends the block </script><script>alert(1)</script>',
    query: '{ a(text: "</script>") }',
    variables: { n: 1 },
  },
];

describe('explorer page', () => {
  it.each([
    ['the explorer', '/', 6],
    ['the access matrix', '/access', 3],
  ])('of %s is one whose scripts and styles all come from here', async (_, path, least) => {
    await using explorer = await serve({ examples });
    const { response, text } = await explorer.get(path);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const links = [...text.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, link]) => link ?? '');
    expect(links.length).toBeGreaterThanOrEqual(least);
    for (const link of links) {
      expect(link).toMatch(/^\/explorer\/[a-z-]+\.(?:js|css|svg)$/);
      expect((await explorer.get(link)).response.status).toBe(200);
    }
  });

  it('gives the page its examples, and no example can end the block they stand in', async () => {
    await using explorer = await serve({ examples });
    const { text } = await explorer.get('/');
    expect(settingsIn(text)).toEqual({ endpoint: '/graphql', tokens: 'development', examples });
    expect(text).not.toContain('alert(1)</script>');
  });

  it('tells the page where the graph is and where tokens come from', async () => {
    await using explorer = await serve({ examples: [], endpoint: '/v1', tokens: 'none' });
    expect(settingsIn((await explorer.get('/')).text)).toEqual({ endpoint: '/v1', tokens: 'none', examples: [] });
  });
});

describe('explorer files', () => {
  it.each([
    ['explorer.js', 'text/javascript; charset=utf-8', 'takeTokenFromAddress'],
    ['access.js', 'text/javascript; charset=utf-8', 'showAccess'],
    ['token.js', 'text/javascript; charset=utf-8', 'replaceState'],
    ['explorer.css', 'text/css; charset=utf-8', '#access'],
    ['icon.svg', 'image/svg+xml', '<svg'],
    ['matrix.js', 'text/javascript; charset=utf-8', 'query AccessMatrix'],
    ['matrix-rows.js', 'text/javascript; charset=utf-8', 'export const seenBy'],
    ['matrix.css', 'text/css; charset=utf-8', '#fields'],
    ['graphiql.js', 'text/javascript; charset=utf-8', 'GraphiQL'],
    ['graphiql.css', 'text/css; charset=utf-8', '.graphiql-container'],
    ['react.js', 'text/javascript; charset=utf-8', 'createElement'],
    ['react-dom.js', 'text/javascript; charset=utf-8', 'createRoot'],
  ])('serves %s as %s', async (name, type, content) => {
    await using explorer = await serve({ examples });
    const { response, text } = await explorer.get(`/explorer/${name}`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe(type);
    expect(response.headers.get('content-length')).toBe(String(Buffer.byteLength(text)));
    expect(text).toContain(content);
  });

  it.each([
    '/explorer/',
    '/explorer/page.ts',
    '/explorer/..%2fpage.ts',
    '/explorer/%2e%2e/%2e%2e/package.json',
    '/explorer/../../package.json',
    '/explorer/graphiql.js/',
    '/explorer/constructor',
    '/explorer/__proto__',
    '/explorer//etc/passwd',
    '/explorer/graphiql.min.js.map',
  ])('has nothing at %s', async (path) => {
    await using explorer = await serve({ examples });
    const { response, text } = await explorer.getRaw(path);
    expect({ status: response, text }).toEqual({ status: 404, text: '' });
  });

  it('ignores a query string', async () => {
    await using explorer = await serve({ examples });
    expect((await explorer.get('/explorer/icon.svg?v=2')).response.status).toBe(200);
  });
});

describe('explorer headers', () => {
  it.each(['/', '/explorer/graphiql.js'])('lets %s load from nowhere else and be framed by nobody', async (path) => {
    await using explorer = await serve({ examples });
    const { headers } = (await explorer.get(path)).response;
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).toContain("connect-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
  });

  it.each(['/', '/explorer/graphiql.css'])('answers 304 for %s to who has it already', async (path) => {
    await using explorer = await serve({ examples });
    const etag = (await explorer.get(path)).response.headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[\w-]{22}"$/);
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const { response, text } = await explorer.get(path, { 'if-none-match': known });
      expect([response.status, text, response.headers.get('etag')]).toEqual([304, '', etag]);
    }
    expect((await explorer.get(path, { 'if-none-match': '"other"' })).response.status).toBe(200);
  });

  it('changes the tag of the page with its examples', async () => {
    await using one = await serve({ examples });
    await using other = await serve({ examples: [] });
    const tags = await Promise.all(
      [one, other].map(async (each) => (await each.get('/')).response.headers.get('etag')),
    );
    expect(new Set(tags).size).toBe(2);
  });
});

const settingsIn = (page: string): unknown =>
  JSON.parse(/<script type="application\/json" id="settings">([^<]*)<\/script>/.exec(page)?.[1] ?? '');

const matches = ({ path }: ExtraRoute, url: string): boolean =>
  path.endsWith('*') ? url.startsWith(path.slice(0, -1)) : url === path;

/** The routes behind a bare server, with the matching the type promises. */
const serve = async (options: ExplorerOptions) => {
  const routes = explorerRoutes(options);
  const server = createServer((request, response) => {
    const route = routes.find((candidate) => matches(candidate, (request.url ?? '').split('?')[0] ?? ''));
    if (route === undefined) response.writeHead(404).end();
    else void route.handle(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    get: async (path: string, headers: Record<string, string> = {}) => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers });
      return { response, text: await response.text() };
    },
    /** Sends the path as it stands; `fetch` would resolve its dots first. */
    getRaw: async (path: string) => {
      const request = httpRequest({ host: '127.0.0.1', port, path });
      request.end();
      const [response] = (await once(request, 'response')) as [IncomingMessage];
      const chunks: unknown[] = [];
      for await (const chunk of response) chunks.push(chunk);
      return { response: response.statusCode, text: chunks.join('') };
    },
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
};
