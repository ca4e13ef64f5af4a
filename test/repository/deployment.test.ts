import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../platform/config.ts';
import { ROOT } from '../../platform/root.ts';
import { listSettings } from '../../platform/settings.ts';
import { SCOPES } from '../../policies/scopes.ts';
import { SANDBOX_FACILITIES } from '../../sandbox/facilities.ts';
import { readCompose } from '../../scripts/deployment/compose-file.ts';
import { subgraphs } from '../../subgraphs/index.ts';
import { type OwnerName, readOwners } from '../../subgraphs/owners.ts';
import { addressesIn, makeSecrets, mountsOf, ourImage, type Place, processOf } from '../harness/services.ts';

const compose = readCompose();
const { services } = compose;
const place: Place = {
  folder: mkdtempSync(join(tmpdir(), 'caregraph-deployment-')),
  // Nothing is started: addresses stay those of the containers.
  addressOf: () => undefined,
};
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const service = (name: string) => {
  const found = services[name];
  if (found === undefined) throw new Error(`no service ${name}`);
  return found;
};

const names = Object.keys(services);
/** Those that run the image built here. */
const ours = names.filter((name) => service(name).build !== undefined);
const standIns = ours.filter((name) => service(name).command?.some((word) => word.startsWith('dist/sandbox/')));
/** Those that are configured by our settings. */
const configured = ours.filter((name) => !standIns.includes(name));
const ofSubgraphs = names.filter((name) => service(name).environment['SUBGRAPH'] !== undefined);

/** Where the images that are not ours listen. */
const LISTENS: Readonly<Record<string, number>> = { odoo: 8069, oidc: 8080, postgres: 5432, redis: 6379 };

/** What a service is told: values, and the contents of its files. */
const toldTo = (name: string): readonly string[] => {
  const { environment, command } = processOf(compose, name, place);
  const files = [...mountsOf(compose, service(name), place).values()].filter((path) => basename(path) in LEGIBLE);
  return [...Object.values(environment), ...command, ...files.map((path) => readFileSync(path, 'utf8'))];
};

/** Files that may name a service. Others are code, or Keycloak's. */
const LEGIBLE: Readonly<Record<string, true>> = { 'gateway.json': true, 'subgraphs.json': true, database_url: true };

/** Services that another one calls, with the port. */
const callsOf = (name: string): readonly (readonly [string, number | undefined])[] => {
  // Odoo's image has the name alone.
  const { HOST: host = '' } = service(name).environment;
  return [
    ...toldTo(name)
      .flatMap(addressesIn)
      // A container calls itself so, and Keycloak its callers' machine.
      .filter(([called]) => called !== 'localhost'),
    ...(host in services ? [[host, undefined] as const] : []),
  ];
};

beforeAll(() => makeSecrets(place));
afterAll(() => rmSync(place.folder, { recursive: true }));

describe('docker-compose.yml', () => {
  it('has a service for each subgraph, by its name, and for no other', () => {
    expect(ofSubgraphs.toSorted()).toEqual(subgraphs.map(({ name }) => name).toSorted());
    for (const name of ofSubgraphs) expect(service(name).environment['SUBGRAPH']).toBe(name);
  });

  it('starts two gateways unless told otherwise, with a port for each', () => {
    const { deploy, ports } = service('gateway');
    const [first, last] =
      /:(\d+)-(\d+):4000$/
        .exec(ports[0] ?? '')
        ?.slice(1)
        .map(Number) ?? [];
    expect(deploy?.replicas).toBe(2);
    expect(Number(last) - Number(first) + 1).toBe(2);
    expect(readCompose({ GATEWAYS: '5' }).services['gateway']?.deploy?.replicas).toBe(5);
  });

  it('has gateways that know all subgraphs, where they listen', () => {
    const { urls } = (JSON.parse(read('deploy/docker/gateway.json')) as { subgraphs: { urls: object } }).subgraphs;
    const expected = subgraphs.map(({ name }) => [name, `http://${name}:${service(name).environment['PORT']}/graphql`]);
    expect(urls).toEqual(Object.fromEntries(expected));
  });

  it.each(ours)('starts %s by a program that the build makes', (name) => {
    const [program, script = '', ...rest] = service(name).command ?? [];
    expect(program).toBe('node');
    const source = script.replace(/^dist\//, '').replace(/\.js$/, '.ts');
    expect(script).not.toBe(source);
    expect(existsSync(join(ROOT, source))).toBe(true);
    const { include } = JSON.parse(read('tsconfig.build.json')) as { include: string[] };
    expect(include).toContain(source.split('/')[0]);
    expect(rest.filter((word) => word.startsWith('dist/'))).toEqual([]);
  });

  it('names variables that its first lines explain', () => {
    const text = read('docker-compose.yml');
    const explained = text.slice(0, text.indexOf('\nname:'));
    const used = [...text.matchAll(/\$\{(\w+)/g)].map(([, name = '']) => name).filter((name) => name !== 'process');
    expect(used.length).toBeGreaterThan(4);
    for (const name of used) expect(explained).toMatch(new RegExp(`^#   ${name} `, 'm'));
  });
});

describe('what a service is told', () => {
  const settings = new Set(
    listSettings().flatMap(({ env, secret }) => (env === undefined ? [] : [secret === true ? `${env}_FILE` : env])),
  );
  // A connection string without a password is no secret.
  const known = (variable: string): boolean =>
    settings.has(variable) || variable === 'CAREGRAPH_CONFIG' || variable === 'REDIS_URL';

  it.each(configured)('is a setting, and no secret stands in the file: %s', (name) => {
    expect(Object.keys(service(name).environment).filter((variable) => !known(variable))).toEqual([]);
  });

  it.each(standIns)('is an option of the stand-in: %s', (name) => {
    expect(Object.keys(service(name).environment).toSorted()).toEqual(['HOST', 'PORT']);
  });

  it.each(configured)('is a configuration that loads: %s', (name) => {
    const { environment } = processOf(compose, name, place);
    for (const mount of mountsOf(compose, service(name), place)) {
      // The only file that is not there before something else has run.
      if (mount[0] === '/run/odoo-credentials') writeFileSync(join(mount[1], 'api-key'), 'invented');
    }
    expect(loadConfig(environment).server.host).toBe('0.0.0.0');
  });

  it.each(ofSubgraphs)('is where the systems are that it reads, and no other: %s', (name) => {
    const reads = [...readOwners(subgraphs.filter((subgraph) => subgraph.name === name))];
    const needed = reads.flatMap((owner) => ADDRESS[owner] ?? []);
    const told = Object.keys(service(name).environment).filter((variable) => !COMMON.has(variable));
    expect(told).toEqual(expect.arrayContaining(needed));
    const allowed = reads.flatMap((owner) => OPENS[owner]);
    expect(told.filter((variable) => !allowed.some((prefix) => variable.startsWith(prefix)))).toEqual([]);
  });

  const COMMON = new Set(['HOST', 'PORT', 'CAREGRAPH_CONFIG', 'SUBGRAPH', 'SUBGRAPH_SECRET_FILE']);
  const ADDRESS: Readonly<Record<OwnerName, string | undefined>> = {
    odoo: 'ODOO_URL',
    hr: 'SCIM_URL',
    scheduling: 'FHIR_SCHEDULING_URL',
    billing: 'FHIR_BILLING_URL',
    store: 'DATABASE_URL_FILE',
    catalogue: undefined,
  };
  /** What may be told to who reads a system: how to get there, and where to write down what is wrong with its data. */
  const OPENS: Readonly<Record<OwnerName, readonly string[]>> = {
    odoo: ['ODOO_', 'DATABASE_'],
    hr: ['SCIM_'],
    scheduling: ['FHIR_SCHEDULING_', 'DATABASE_'],
    billing: ['FHIR_BILLING_', 'DATABASE_'],
    store: ['DATABASE_'],
    catalogue: [],
  };
});

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

describe('between services', () => {
  it.each(names)('everything that is waited for exists, and says when it is there: %s', (name) => {
    for (const [other, { condition }] of Object.entries(service(name).depends_on)) {
      expect(names).toContain(other);
      const { healthcheck, build, restart } = service(other);
      if (condition === 'service_healthy') expect(healthcheck ?? (build && ourImage().healthcheck)).toBeDefined();
      else expect(restart).toBeUndefined();
    }
  });

  it.each(names)('who is called is waited for, listens there and shares a network: %s', (name) => {
    for (const [other, port] of callsOf(name)) {
      expect(names).toContain(other);
      expect(Object.keys(service(name).depends_on)).toContain(other);
      const listens = Number(service(other).environment['PORT'] ?? LISTENS[other]);
      if (port !== undefined) expect([other, port]).toEqual([other, listens]);
      expect(service(other).networks.filter((network) => service(name).networks.includes(network))).not.toEqual([]);
    }
  });

  it('calls are seen, or the tests here would say nothing', () => {
    const called = (name: string) => [...new Set(callsOf(name).map(([other]) => other))].toSorted();
    expect(called('gateway')).toEqual([...subgraphs.map(({ name }) => name), 'oidc', 'redis'].toSorted());
    expect(called('finance')).toEqual(['odoo', 'postgres']);
    expect(called('odoo')).toEqual(['odoo-db']);
  });

  it.each(names)('a network is shared for a call, and for nothing else: %s', (name) => {
    const isCall = (one: string, other: string) => callsOf(one).some(([called]) => called === other);
    for (const network of service(name).networks) {
      expect(Object.keys(compose.networks)).toContain(network);
      const others = names.filter((other) => other !== name && service(other).networks.includes(network));
      expect([network, others.some((other) => isCall(name, other) || isCall(other, name))]).toEqual([network, true]);
    }
  });

  it('what only our own containers are called by cannot be reached from outside', () => {
    for (const name of ['postgres', 'redis', 'odoo-db'])
      for (const network of service(name).networks)
        expect([network, compose.networks[network]?.internal]).toEqual([network, true]);
    expect(compose.networks['graph']?.internal).toBe(true);
  });
});

describe('a container', () => {
  it.each(names)('cannot gain rights: %s', (name) => {
    const { security_opt: options, cap_drop: dropped, user } = service(name);
    expect(options).toEqual(['no-new-privileges:true']);
    // The one that prepares a volume and then becomes another user.
    if (user !== 'root') expect(dropped).toEqual(['ALL']);
  });

  it('writes to its volumes only, but for those of others that cannot', () => {
    const writing = names.filter((name) => !service(name).read_only);
    expect(writing.toSorted()).toEqual(['odoo', 'odoo-init', 'oidc']);
  });

  it('of a gateway or the token issuer is reached from this machine, and no other is', () => {
    const published = names.filter((name) => service(name).ports.length > 0);
    expect(published.toSorted()).toEqual(['gateway', 'oidc']);
    for (const name of published) for (const port of service(name).ports) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  it('has volumes that are declared, or files that exist, which it cannot write', () => {
    const mounts = names.flatMap((name) => service(name).volumes);
    const sources = mounts.map((mount) => mount.split(':')[0] ?? '');
    expect(new Set(sources.filter((source) => !source.startsWith('./')))).toEqual(
      new Set(Object.keys(compose.volumes)),
    );
    for (const mount of mounts.filter((each) => each.startsWith('./'))) {
      expect(existsSync(join(ROOT, mount.split(':')[0] ?? ''))).toBe(true);
      expect(mount).toMatch(/:ro$/);
    }
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

  it('has no secret in its file, and a client of the facilities that there are', () => {
    expect(realm.clients.map(({ secret }) => secret)).toEqual(['${DEMO_CLIENT_SECRET}']);
    const [claim] = realm.clients[0]?.protocolMappers.flatMap(({ config }) => config['claim.value'] ?? []) ?? [];
    const { facilities } = JSON.parse(read('deploy/docker/subgraphs.json')) as { facilities: object };
    expect(JSON.parse(claim ?? '')).toEqual(Object.keys(facilities));
    // The stand-ins know them by these codes.
    const known = SANDBOX_FACILITIES.map(({ code }) => code);
    for (const code of Object.keys(facilities)) expect(known).toContain(code);
  });
});
