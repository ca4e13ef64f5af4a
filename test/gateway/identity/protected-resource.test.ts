import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { challenge } from '../../../gateway/identity/challenge.ts';
import { protectedResource } from '../../../gateway/identity/protected-resource.ts';
import { stock } from '../hospital.ts';
import { startGraph, type TestGraph } from '../start-graph.ts';

const WELL_KNOWN = '/.well-known/oauth-protected-resource';

describe('what clients are told about tokens', () => {
  let graph: TestGraph;
  beforeAll(async () => {
    graph = await startGraph({ local: { stock } });
  });
  afterAll(async () => {
    await graph[Symbol.asyncDispose]();
  });

  it('is found from a refusal, and is about the very address that refused', async () => {
    const refused = await graph.ask('{ supplier { name } }', { scopes: null });
    const [, address = ''] = /resource_metadata="([^"]+)"/.exec(refused.headers.get('www-authenticate') ?? '') ?? [];
    const response = await fetch(address);
    expect(response.headers.get('content-type')).toContain('application/json');
    expect(await response.json()).toEqual({
      resource: `${graph.url}/graphql`,
      resource_name: 'Caregraph',
      authorization_servers: [graph.issuer.issuer],
      bearer_methods_supported: ['header'],
      dpop_signing_alg_values_supported: ['ES256', 'ES384', 'ES512', 'PS256', 'RS256', 'EdDSA'],
      tls_client_certificate_bound_access_tokens: false,
    });
  });

  it('is found for the server as a whole', async () => {
    const response = await fetch(`${graph.url}${WELL_KNOWN}`);
    expect(await response.json()).toMatchObject({ resource: graph.url });
  });

  it.each([
    ['another resource', 'GET', `${WELL_KNOWN}/other`, 404],
    ['a name that only begins the same', 'GET', `${WELL_KNOWN}s`, 404],
    ['another method', 'POST', WELL_KNOWN, 405],
  ])('is not %s', async (_name, method, path, status) => {
    expect((await fetch(`${graph.url}${path}`, { method })).status).toBe(status);
  });

  it('is nothing where nobody is asked for a token', async () => {
    await using open = await startGraph({ local: { stock }, open: true });
    expect((await fetch(`${open.url}${WELL_KNOWN}`)).status).toBe(404);
  });

  it('names the address by which clients know it, path and all', async () => {
    const publicUrl = 'https://api.hospital.example/care/';
    await using behind = await startGraph({ local: { stock }, server: { publicUrl } });
    const refused = await behind.ask('{ supplier { name } }', { scopes: null });
    const metadata = `https://api.hospital.example${WELL_KNOWN}/care/graphql`;
    expect(refused.headers.get('www-authenticate')).toContain(`resource_metadata="${metadata}"`);
    const response = await fetch(`${behind.url}${new URL(metadata).pathname}`);
    expect(await response.json()).toMatchObject({ resource: 'https://api.hospital.example/care/graphql' });
    expect((await fetch(`${behind.url}${WELL_KNOWN}`)).status).toBe(404);
  });
});

describe('a challenge', () => {
  const resource = protectedResource(() => 'https://graph.example', ['urn:an:issuer']);
  const metadata = `resource_metadata="https://graph.example${WELL_KNOWN}/graphql"`;

  it('says which scopes are missing only when it is told them', () => {
    expect(challenge(resource, { error: 'insufficient_scope', scopes: ['a:read', 'b:read'] })).toBe(
      `Bearer realm="caregraph", error="insufficient_scope", scope="a:read b:read", ${metadata}`,
    );
    const terse = `Bearer realm="caregraph", error="insufficient_scope", ${metadata}`;
    expect(challenge(resource, { error: 'insufficient_scope' })).toBe(terse);
    expect(challenge(resource, { error: 'insufficient_scope', scopes: [] })).toBe(terse);
  });
});
