import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ROOT } from '../../../platform/root.ts';
import { subgraphs } from '../../../subgraphs/index.ts';
import { makeSecrets, ourImage } from '../../harness/services.ts';
import { callsOf, compose, LISTENS, names, place, service } from './described.ts';

beforeAll(() => makeSecrets(place));
afterAll(() => rmSync(place.folder, { recursive: true }));

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
    expect(called('gateway')).toEqual([...subgraphs.map(({ name }) => name), 'oidc', 'postgres', 'redis'].toSorted());
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
    const mounts = names.flatMap((name) => service(name).volumes).filter((mount) => mount.includes(':'));
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
