import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../../platform/config.ts';
import { ROOT } from '../../../platform/root.ts';
import { listSettings } from '../../../platform/settings.ts';
import { readCompose } from '../../../scripts/deployment/compose-file.ts';
import { subgraphs } from '../../../subgraphs/index.ts';
import { type OwnerName, readOwners } from '../../../subgraphs/owners.ts';
import { makeSecrets, mountsOf, processOf } from '../../harness/services.ts';
import { compose, configured, ofSubgraphs, ours, place, read, service, standIns } from './described.ts';

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
    const allowed = reads.flatMap((owner) => OPENS[owner] ?? []);
    expect(told.filter((variable) => !allowed.some((prefix) => variable.startsWith(prefix)))).toEqual([]);
  });

  const COMMON = new Set([
    'HOST',
    'PORT',
    'CAREGRAPH_CONFIG',
    'SUBGRAPH',
    'SUBGRAPH_KEY_FILE',
    'MASK_SECRET_FILE',
    'AUDIT_KEY_FILE',
  ]);
  /** Those that are elsewhere; the others are of the process itself. */
  const ADDRESS: Readonly<Partial<Record<OwnerName, string>>> = {
    odoo: 'ODOO_URL',
    hr: 'SCIM_URL',
    scheduling: 'FHIR_SCHEDULING_URL',
    billing: 'FHIR_BILLING_URL',
    store: 'DATABASE_URL_FILE',
    access: 'REDIS_URL',
  };
  /** What may be told to who reads a system: how to get there, and where to write down what is wrong with its data. */
  const OPENS: Readonly<Partial<Record<OwnerName, readonly string[]>>> = {
    odoo: ['ODOO_', 'DATABASE_'],
    hr: ['SCIM_', 'DATABASE_'],
    scheduling: ['FHIR_SCHEDULING_', 'DATABASE_'],
    billing: ['FHIR_BILLING_', 'DATABASE_'],
    store: ['DATABASE_'],
    access: ['REDIS_'],
  };
});
