import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { ROOT } from '../../../platform/root.ts';
import { readCompose } from '../../../scripts/deployment/compose-file.ts';
import { addressesIn, mountsOf, type Place, processOf } from '../../harness/services.ts';

/** `docker-compose.yml` as it is with nothing set. */
export const compose = readCompose();
const { services } = compose;
export const place: Place = {
  folder: mkdtempSync(join(tmpdir(), 'caregraph-deployment-')),
  // Nothing is started: addresses stay those of the containers.
  addressOf: () => undefined,
};
export const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
export const service = (name: string) => {
  const found = services[name];
  if (found === undefined) throw new Error(`no service ${name}`);
  return found;
};

export const names = Object.keys(services);
/** Those that run the image built here. */
export const ours = names.filter((name) => service(name).build !== undefined);
export const standIns = ours.filter((name) => service(name).command?.some((word) => word.startsWith('dist/sandbox/')));
/** Those that are configured by our settings. */
export const configured = ours.filter((name) => !standIns.includes(name));
export const ofSubgraphs = names.filter((name) => service(name).environment['SUBGRAPH'] !== undefined);

/** Where the images that are not ours listen. */
export const LISTENS: Readonly<Record<string, number>> = { odoo: 8069, oidc: 8080, postgres: 5432, redis: 6379 };

/** What a service is told: values, and the contents of its files. */
const toldTo = (name: string): readonly string[] => {
  const { environment, command } = processOf(compose, name, place);
  const files = [...mountsOf(compose, service(name), place).values()].filter((path) => basename(path) in LEGIBLE);
  return [...Object.values(environment), ...command, ...files.map((path) => readFileSync(path, 'utf8'))];
};

/** Files that may name a service. Others are code, or Keycloak's. */
const LEGIBLE: Readonly<Record<string, true>> = { 'gateway.json': true, 'subgraphs.json': true, database_url: true };

/** Services that another one calls, with the port. */
export const callsOf = (name: string): readonly (readonly [string, number | undefined])[] => {
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
