import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Config, ConfigError, loadConfig } from '../../platform/config.ts';
import { listSettings } from '../../platform/settings.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'caregraph-config-'));
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

const file = (content: unknown): string => {
  const path = join(directory, 'caregraph.json');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
};

const problemsOf = (env: Record<string, string>): readonly string[] => {
  try {
    loadConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
};

const FHIR = { clientScope: 'system/*.read', reads: 8, writes: 4, deadline: 10_000, responseLimit: 33_554_432 };

describe('loadConfig', () => {
  it('needs nothing', () => {
    expect(loadConfig({})).toEqual({
      server: {
        host: '127.0.0.1',
        port: 4000,
        deadline: 20_000,
        bodyLimit: 1_048_576,
        drain: 10_000,
        tls: {},
        clientCertHeader: false,
      },
      data: { dir: '.caregraph' },
      log: { level: 'info' },
      identity: {
        audience: 'urn:caregraph',
        algorithms: ['ES256', 'PS256', 'RS256', 'EdDSA'],
        tokenType: 'at+jwt',
        leeway: 5000,
        maxAge: 86_400_000,
        onFeedLost: 'keep',
        feedLostAfter: 30_000,
        dpop: { window: 60_000, nonce: false },
      },
      audit: {},
      policies: {},
      subgraphs: { urls: {}, connections: 64, responseLimit: 16_777_216, compression: false },
      odoo: { protocol: 'auto', reads: 8, writes: 4, deadline: 10_000, responseLimit: 33_554_432 },
      executor: 'compiled',
      overrides: {},
      database: { connections: 8, deadline: 5000 },
      worker: { identities: { every: 3_600_000, wholeAt: '02:00' } },
      redis: {},
      scheduling: FHIR,
      billing: FHIR,
      hr: { reads: 8, writes: 4, deadline: 10_000, responseLimit: 16_777_216 },
    });
  });

  it('default < file < environment', () => {
    const CAREGRAPH_CONFIG = file({ server: { port: 5000 } });
    expect(loadConfig({}).server.port).toBe(4000);
    expect(loadConfig({ CAREGRAPH_CONFIG }).server.port).toBe(5000);
    expect(loadConfig({ CAREGRAPH_CONFIG, PORT: '6000' }).server.port).toBe(6000);
    expect(loadConfig({ CAREGRAPH_CONFIG, PORT: '6000' }).server.host).toBe('127.0.0.1');
  });

  it('takes an empty variable for one that is not set', () => {
    const config = loadConfig({ PORT: '', ODOO_URL: '', ODOO_API_KEY: '', ODOO_API_KEY_FILE: '' });
    expect(config.server.port).toBe(4000);
    expect(config.odoo.url).toBeUndefined();
    expect(config.odoo.apiKey).toBeUndefined();
  });

  it('takes one way to be known to a FHIR server, whole', () => {
    const known = (env: Record<string, string>) => problemsOf({ FHIR_BILLING_URL: 'https://fhir.example/r4', ...env });
    expect(known({ FHIR_BILLING_TOKEN: 't' })).toEqual([]);
    expect(known({ FHIR_BILLING_CLIENT_ID: 'c', FHIR_BILLING_CLIENT_KEY: '{}' })).toEqual([]);
    expect(known({ FHIR_BILLING_CLIENT_ID: 'c' })).toEqual(['billing.clientKey: needed when billing.clientId is set']);
    expect(known({ FHIR_BILLING_CLIENT_KEY: '{}' })).toEqual([
      'billing.clientId: needed when billing.clientKey is set',
    ]);
    expect(known({ FHIR_BILLING_CLIENT_ID: 'c', FHIR_BILLING_CLIENT_KEY: '{}', FHIR_BILLING_TOKEN: 't' })).toEqual([
      'billing.token: not together with billing.clientId',
    ]);
  });

  it('takes the ids of a facility at each owner', () => {
    const at = (facility: object) => problemsOf({ CAREGRAPH_CONFIG: file({ facilities: { north: facility } }) });
    expect(at({ odooCompany: 1, fhirOrganization: 'org-1', fhirLocations: ['loc-1', 'loc-2'] })).toEqual([]);
    expect(at({ odooCompany: 1, fhirLocations: [] })).toHaveLength(1);
    expect(at({ odooCompany: 1, fhirOrganization: 'Organization/1' })).toEqual([
      'facilities.north.fhirOrganization: must be an id, without its type',
    ]);
  });

  it('is not disturbed by variables of other programs', () => {
    expect(problemsOf({ PATH: '/bin', NODE_ENV: 'test', ODOO_RC: '/etc/odoo.conf' })).toEqual([]);
  });

  it('refuses keys it does not know, wherever they stand', () => {
    const CAREGRAPH_CONFIG = file({
      servers: {},
      odoo: { uri: 'x' },
      facilities: { north: { odooCompany: 1, vat: 2 } },
    });
    const problems = problemsOf({ CAREGRAPH_CONFIG, CAREGRAPH_DTAA: 'x' }).join('\n');
    expect(problems).toContain('servers: no such setting');
    expect(problems).toContain('odoo.uri: no such setting');
    expect(problems).toContain('facilities.north.vat: no such setting');
    expect(problems).toContain('CAREGRAPH_DTAA: no such setting');
  });

  it('reports all problems at once, by path, environment name and reason', () => {
    const CAREGRAPH_CONFIG = file({ server: { deadline: 5 }, odoo: { protocol: 'soap' }, typo: 1 });
    const problems = problemsOf({ CAREGRAPH_CONFIG, PORT: '70000', OIDC_ISSUER: 'ftp://x' });
    expect(problems).toHaveLength(5);
    const all = problems.join('\n');
    for (const name of ['server.deadline (REQUEST_DEADLINE)', 'odoo.protocol (ODOO_PROTOCOL)', 'typo'])
      expect(all).toContain(name);
    for (const name of ['server.port (PORT)', 'identity.issuer (OIDC_ISSUER)']) expect(all).toContain(name);
  });

  it('never prints a value', () => {
    const canary = 'c4n4ry';
    const CAREGRAPH_CONFIG = file({
      server: { host: 7, port: canary, deadline: canary },
      log: { level: canary },
      identity: { issuer: canary, algorithms: [canary] },
      subgraphs: { secret: canary, urls: { finance: canary } },
      facilities: { north: { odooCompany: canary } },
      redis: { url: canary },
    });
    const env = { CAREGRAPH_CONFIG, DATABASE_URL: canary, ODOO_URL: `${canary}://user:${canary}@host` };
    const error = (() => {
      try {
        return loadConfig({ ...env, SCIM_TOKEN_FILE: `/nowhere/${canary}` });
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toBeInstanceOf(ConfigError);
    expect(inspect(error, { depth: 9 })).not.toContain(canary);
  });

  it.each([
    ['does not exist', '/nowhere/caregraph.json', 'the file does not exist'],
    ['is not JSON', '{ "server": ', 'the file cannot be read as JSON'],
    ['holds a list', [], 'the file must hold one JSON object'],
    ['holds null', null, 'the file must hold one JSON object'],
  ])('refuses a file that %s', (_, content, problem) => {
    const CAREGRAPH_CONFIG = content === '/nowhere/caregraph.json' ? content : file(content);
    expect(problemsOf({ CAREGRAPH_CONFIG })).toEqual([`CAREGRAPH_CONFIG: ${problem}`]);
  });

  it.each([null, 'text', 7, []])('refuses a group that is %j', (group) => {
    expect(problemsOf({ CAREGRAPH_CONFIG: file({ odoo: group }) }).join()).toContain('odoo');
  });

  it('refuses facility codes that could not stand in a token', () => {
    const CAREGRAPH_CONFIG = file({ facilities: { 'North Hospital': { odooCompany: 1 } } });
    expect(problemsOf({ CAREGRAPH_CONFIG })).toHaveLength(1);
  });

  it('does not let an unsigned or shared-secret algorithm in', () => {
    for (const algorithm of ['none', 'HS256'])
      expect(problemsOf({ CAREGRAPH_CONFIG: file({ identity: { algorithms: [algorithm] } }) })).toHaveLength(1);
  });

  it('takes a list of issuers, each with what it does not leave to the others', () => {
    const issuers = [
      { name: 'staff', issuer: 'https://staff.example', audience: ['urn:a', 'urn:b'], leeway: 0 },
      { name: 'partners', issuer: 'https://partners.example/', tokenType: 'jwt', algorithms: ['ES384'] },
    ];
    expect(loadConfig({ CAREGRAPH_CONFIG: file({ identity: { issuers } }) }).identity.issuers).toEqual(issuers);
  });

  it.each([
    ['an issuer beside them', { issuer: 'https://c4n4ry.example' }, [{}], /OIDC_ISSUER.*not together with/],
    ['none', {}, [], /issuers/],
    ['two of one name', {}, [{}, { issuer: 'https://other.example' }], /two have one name/],
    ['two of one address', {}, [{}, { name: 'other' }], /one issuer stands there twice/],
    ['a name that is an address', {}, [{ name: 'https://c4n4ry.example' }], /issuers\.0\.name: must be a short/],
    ['a shared secret for signatures', {}, [{ algorithms: ['HS256'] }], /issuers\.0\.algorithms/],
    ['no signature', {}, [{ algorithms: ['none'] }], /issuers\.0\.algorithms/],
    ['a leeway of more than a minute', {}, [{ leeway: 60_001 }], /issuers\.0\.leeway/],
    ['another type', {}, [{ tokenType: 'JWT' }], /issuers\.0\.tokenType/],
    ['a setting there is not', {}, [{ jwks: 'c4n4ry' }], /issuers\.0\.jwks: no such setting/],
  ])('refuses issuers with %s', (_, beside, entries, problem) => {
    const issuers = entries.map((entry) => ({ name: 'staff', issuer: 'https://staff.example', ...entry }));
    const problems = problemsOf({ CAREGRAPH_CONFIG: file({ identity: { ...beside, issuers } }) });
    expect(problems.join('\n')).toMatch(problem);
    expect(problems.join('\n')).not.toContain('c4n4ry');
  });

  it('is frozen, all the way down', () => {
    const config = loadConfig({ CAREGRAPH_CONFIG: file({ facilities: { north: { odooCompany: 1 } } }) });
    expect(() => {
      (config.server as { port: number }).port = 1;
    }).toThrow(TypeError);
    for (const part of [config, config.server, config.identity.algorithms, config.facilities?.['north']])
      expect(Object.isFrozen(part)).toBe(true);
  });
});

const keyOf = (config: Config): string | undefined => config.odoo.apiKey?.reveal();

describe('secrets', () => {
  it('come from the environment', () => {
    expect(keyOf(loadConfig({ ODOO_API_KEY: 'k3y' }))).toBe('k3y');
  });

  it('come from a file the environment names, without the line end, and that file wins', () => {
    const path = join(directory, 'key');
    writeFileSync(path, 'fr0m-file\n');
    expect(keyOf(loadConfig({ ODOO_API_KEY_FILE: path, ODOO_API_KEY: 'other' }))).toBe('fr0m-file');
  });

  it('are missed when the named file is not there', () => {
    const problems = problemsOf({ ODOO_API_KEY_FILE: join(directory, 'absent'), ODOO_API_KEY: 'other' });
    expect(problems).toEqual(['ODOO_API_KEY_FILE: the file cannot be read']);
  });

  it('are refused in the configuration file', () => {
    const problems = problemsOf({ CAREGRAPH_CONFIG: file({ odoo: { apiKey: 'c4n4ry' } }) });
    expect(problems).toEqual([
      'odoo.apiKey: a secret may not stand in the file; use ODOO_API_KEY or ODOO_API_KEY_FILE',
    ]);
  });

  it('of an issuer come from the variable that its entry names, or from the file of it', () => {
    const entry = (secrets: object) => ({
      name: 'staff',
      issuer: 'https://staff.example',
      introspection: { endpoint: 'https://staff.example/introspect', clientId: 'caregraph', ...secrets },
    });
    const at = (...secrets: object[]) => file({ identity: { issuers: secrets.map(entry) } });
    const read = (env: Record<string, string>) => loadConfig(env).identity.issuers?.[0]?.introspection?.secret.reveal();
    const CAREGRAPH_CONFIG = at({ secretEnv: 'CAREGRAPH_STAFF_SECRET' });
    expect(read({ CAREGRAPH_CONFIG, CAREGRAPH_STAFF_SECRET: 'k3y' })).toBe('k3y');
    const path = join(directory, 'secret');
    writeFileSync(path, 'fr0m-file\n');
    expect(read({ CAREGRAPH_CONFIG, CAREGRAPH_STAFF_SECRET_FILE: path })).toBe('fr0m-file');
    expect(problemsOf({ CAREGRAPH_CONFIG })).toEqual([
      'identity.issuers.0.introspection.secret: has to be in the variable that secretEnv names, or in the file of its _FILE',
    ]);
    const written = problemsOf({ CAREGRAPH_CONFIG: at({ secretEnv: 'STAFF_SECRET', secret: 'c4n4ry' }) });
    expect(written).toHaveLength(1);
    expect(written.join()).not.toContain('c4n4ry');
    expect(problemsOf({ CAREGRAPH_CONFIG: at({ secretEnv: 'staff secret' }), 'staff secret': 'x' })[0]).toContain(
      'secretEnv: must be the name of an environment variable',
    );
    const TWO = { CAREGRAPH_CONFIG: at({ secretEnv: 'A' }, { secretEnv: 'A' }), A: 'x' };
    expect(problemsOf(TWO).join()).toContain('one introspection at most');
  });

  it('do not show when the configuration is printed', () => {
    const config = loadConfig({ ODOO_API_KEY: 'c4n4ry', SUBGRAPH_SECRET: 'c4n4ry', SCIM_TOKEN: 'c4n4ry' });
    for (const print of [
      JSON.stringify(config),
      inspect(config, { depth: 9, showHidden: true }),
      String(config.odoo.apiKey),
    ])
      expect(print).not.toContain('c4n4ry');
    expect(JSON.stringify(config)).toContain('[secret]');
  });
});

describe('listSettings', () => {
  it('describes every setting in a sentence', () => {
    for (const { path, description } of listSettings())
      expect([path, description]).toEqual([path, expect.stringMatching(/^[A-Z].*\.$/)]);
  });

  it('gives no two settings one environment name', () => {
    const names = listSettings().flatMap(({ env }) => (env === undefined ? [] : [env]));
    expect(new Set(names).size).toBe(names.length);
  });

  it('gives every secret an environment name', () => {
    for (const { secret, env } of listSettings()) if (secret === true) expect(env).toMatch(/^[A-Z_]+$/);
  });

  it('gives every quantity of time or size its unit', () => {
    const quantities = listSettings().filter(({ path }) => /(?:deadline|drain|leeway|limit)$/i.test(path.at(-1) ?? ''));
    for (const { path, unit } of quantities) expect([path, unit]).toEqual([path, expect.stringMatching(/ms|bytes/)]);
  });
});
