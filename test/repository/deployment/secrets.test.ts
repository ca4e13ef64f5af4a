import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { envelopeKey } from '../../../platform/envelope.ts';
import { Secret } from '../../../platform/secret.ts';
import { loadConfig } from '../../../platform/config.ts';
import { registeredClients } from '../../../policies/clients.ts';
import { SCOPES } from '../../../policies/scopes.ts';
import { SANDBOX_FACILITIES } from '../../../sandbox/facilities.ts';
import { readCompose } from '../../../scripts/deployment/compose-file.ts';
import { subgraphs } from '../../../subgraphs/index.ts';
import { makeSecrets } from '../../harness/services.ts';
import { compose, names, place, read, service } from './described.ts';

beforeAll(() => makeSecrets(place));
afterAll(() => rmSync(place.folder, { recursive: true }));

describe('secrets', () => {
  it('are all made by make-secrets, and nothing else is', () => {
    const declared = Object.values(compose.secrets).map(({ file }) => file);
    for (const file of declared) expect(file).toBe(`./deploy/docker/secrets/${basename(file)}`);
    const made = readdirSync(join(place.folder, 'secrets'));
    expect(declared.map((file) => basename(file)).toSorted()).toEqual(made.toSorted());
  });

  it('are not empty, and each another one', () => {
    const values = Object.values(compose.secrets).map(({ file }) =>
      readFileSync(join(place.folder, 'secrets', basename(file)), 'utf8'),
    );
    expect(values.every((value) => value.length >= 32)).toBe(true);
    expect(new Set(values).size).toBe(values.length);
  });

  it('give each subgraph the key of its own envelopes, and its name is in the list', () => {
    const secret = new Secret(readFileSync(join(place.folder, 'secrets', 'subgraph_secret'), 'utf8'));
    for (const { name } of subgraphs) {
      const key = readFileSync(join(place.folder, 'secrets', `subgraph_key_${name}`), 'utf8');
      expect([name, key]).toEqual([name, envelopeKey(secret, name).toString('base64url')]);
    }
  });

  it('stay what they are when it runs again', () => {
    const secrets = () =>
      Object.values(compose.secrets).map(({ file }) =>
        readFileSync(join(place.folder, 'secrets', basename(file)), 'utf8'),
      );
    const before = secrets();
    makeSecrets(place);
    expect(secrets()).toEqual(before);
  });

  it.each(names)('are given to who reads them: %s', (name) => {
    const { secrets, environment, command = [], entrypoint = [], healthcheck } = service(name);
    const text = [...Object.values(environment), ...command, ...entrypoint, ...(healthcheck?.test ?? [])].join('\n');
    const mentioned = [...text.matchAll(/\/run\/secrets\/(\w+)/g)].map(([, secret = '']) => secret);
    expect(secrets.toSorted()).toEqual([...new Set(mentioned)].toSorted());
    for (const secret of secrets) expect(Object.keys(compose.secrets)).toContain(secret);
  });

  it('open the database that is started', () => {
    const secret = (name: string) => readFileSync(join(place.folder, 'secrets', name), 'utf8');
    const { environment } = service('postgres');
    const { username, password, host, pathname } = new URL(secret('database_url'));
    expect([username, password]).toEqual([environment['POSTGRES_USER'], secret('postgres_password')]);
    expect([host, pathname]).toEqual(['postgres:5432', `/${environment['POSTGRES_DB']}`]);
  });
});

describe('the token issuer', () => {
  interface Mapper {
    readonly config: Readonly<Record<string, string>>;
  }
  interface Realm {
    readonly realm: string;
    readonly clientScopes: readonly { readonly name: string; readonly protocolMappers?: readonly Mapper[] }[];
    readonly clients: readonly {
      readonly clientId: string;
      readonly secret: string;
      readonly attributes: Readonly<Record<string, string>>;
      readonly defaultClientScopes: readonly string[];
      readonly optionalClientScopes: readonly string[];
      readonly protocolMappers: readonly Mapper[];
    }[];
  }
  const realm = JSON.parse(read('deploy/docker/realm.json')) as Realm;
  const gateway = service('gateway').environment;

  it('is the one the gateways trust, for the audience they want', () => {
    expect(gateway['OIDC_ISSUER']).toBe(`${service('oidc').environment['KC_HOSTNAME']}/realms/${realm.realm}`);
    expect(gateway['OIDC_JWKS_URI']).toContain(`/realms/${realm.realm}/`);
    const audiences = realm.clientScopes.flatMap(({ protocolMappers = [] }) =>
      protocolMappers.flatMap(({ config }) => config['included.custom.audience'] ?? []),
    );
    expect(audiences).toEqual([gateway['OIDC_AUDIENCE']]);
  });

  it('is left to its discovery document when another one is named', () => {
    const { environment } =
      readCompose({ OIDC_ISSUER: 'https://id.example', OIDC_JWKS_URI: '' }).services['gateway'] ?? {};
    expect([environment?.['OIDC_ISSUER'], environment?.['OIDC_JWKS_URI']]).toEqual(['https://id.example', '']);
  });

  it('has every scope there is', () => {
    const { defaultClientScopes, optionalClientScopes } = realm.clients[0] ?? {};
    expect(optionalClientScopes?.toSorted()).toEqual(Object.keys(SCOPES).toSorted());
    const declared = realm.clientScopes.map(({ name }) => name);
    expect(declared.toSorted()).toEqual([...Object.keys(SCOPES), ...(defaultClientScopes ?? [])].toSorted());
  });

  it('writes tokens as RFC 9068 wants them, for clients that are registered', () => {
    const registered = registeredClients(loadConfig({}));
    for (const { clientId, attributes, protocolMappers } of realm.clients) {
      expect(attributes['access.token.header.type.rfc9068']).toBe('true');
      const written = protocolMappers.find(({ config }) => config['claim.name'] === 'client_id')?.config;
      expect(written).toMatchObject({ 'claim.value': clientId, 'access.token.claim': 'true' });
      expect(registered.get(clientId)?.active).toBe(true);
    }
    expect(gateway['OIDC_TOKEN_TYPE']).toBe('at+jwt');
  });

  it('has no secret in its file, and a client of the facilities that there are', () => {
    expect(realm.clients.map(({ secret }) => secret)).toEqual(['${DEMO_CLIENT_SECRET}']);
    const mappers = realm.clients[0]?.protocolMappers ?? [];
    const claim = mappers.find(({ config }) => config['claim.name'] === 'facilities')?.config['claim.value'];
    const { facilities } = JSON.parse(read('deploy/docker/subgraphs.json')) as { facilities: object };
    expect(JSON.parse(claim ?? '')).toEqual(Object.keys(facilities));
    // The stand-ins know them by these codes.
    const known = SANDBOX_FACILITIES.map(({ code }) => code);
    for (const code of Object.keys(facilities)) expect(known).toContain(code);
  });
});
