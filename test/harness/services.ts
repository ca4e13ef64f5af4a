import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ROOT } from '../../platform/root.ts';
import type { Compose, Service } from '../../scripts/deployment/compose-file.ts';

/** Where services run instead of in containers. */
export interface Place {
  /** For their files. */
  readonly folder: string;
  /** Host and port of a service here, in the place of what it is called there. */
  readonly addressOf: (service: string, port: number) => string | undefined;
}

/** A service as a process: with the files and addresses of its place. */
export interface ServiceProcess {
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Ends with 0 when the service is well. */
  readonly healthcheck: readonly string[] | undefined;
}

/** What is in the image of ours: its environment, and how it is asked for its health. */
export const ourImage = (): Pick<ServiceProcess, 'environment' | 'healthcheck'> => {
  const text = readFileSync(join(ROOT, 'deploy/docker/Dockerfile'), 'utf8').replaceAll('\\\n', ' ');
  const line = (instruction: string): string => new RegExp(`^${instruction} (.*)$`, 'm').exec(text)?.[1] ?? '';
  const settings = [...line('ENV').matchAll(/(\w+)=(\S+)/g)].map(([, name = '', value = '']) => [name, value] as const);
  const [, check = ''] = /CMD (\[.*\])$/.exec(line('HEALTHCHECK')) ?? [];
  return { environment: Object.fromEntries(settings), healthcheck: JSON.parse(check) as string[] };
};

/** Makes all secrets in the folder, by the script that makes them where the product is deployed, and with the place's addresses. */
export const makeSecrets = (place: Place): void => {
  const { folder } = place;
  const secrets = join(folder, 'secrets');
  mkdirSync(secrets, { recursive: true });
  const script = join(folder, 'make-secrets');
  copyFileSync(join(ROOT, 'deploy/docker/make-secrets'), script);
  execFileSync('sh', [script], { stdio: 'ignore' });
  for (const name of readdirSync(secrets)) {
    const path = join(secrets, name);
    const [made, here] = [readFileSync(path, 'utf8'), withAddresses(readFileSync(path, 'utf8'), place)];
    if (made === here) continue;
    rmSync(path); // it is read-only
    writeFileSync(path, here);
  }
};

/** Files of a service: what it calls them, and where they are in the place. */
export const mountsOf = (compose: Compose, service: Service, place: Place): ReadonlyMap<string, string> => {
  const secrets = service.secrets.map((name): [string, string] => [
    `/run/secrets/${name}`,
    join(place.folder, 'secrets', basename(compose.secrets[name]?.file ?? '')),
  ]);
  const volumes = service.volumes.map((volume): [string, string] => {
    const [source = '', target = ''] = volume.split(':');
    // One without a name is of one container.
    if (target === '') return [source, mkdtempSync(join(place.folder, 'own-'))];
    return [target, source.startsWith('./') ? copied(source, place) : kept(source, place)];
  });
  return new Map([...secrets, ...volumes]);
};

const kept = (volume: string, { folder }: Place): string => {
  const path = join(folder, 'volumes', volume);
  mkdirSync(path, { recursive: true });
  return path;
};

/** A file of the repository, with the addresses of the place. */
const copied = (source: string, place: Place): string => {
  const path = join(place.folder, 'files', source);
  if (existsSync(path)) return path;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, withAddresses(readFileSync(join(ROOT, source), 'utf8'), place));
  return path;
};

const ADDRESS = /(:\/\/(?:[^\s"@/]*@)?)([a-z][\w-]*):(\d+)(?=[/?"\s]|$)/g;

/** Services that a text names in an address, and the port each. */
export const addressesIn = (text: string): readonly (readonly [service: string, port: number])[] =>
  [...text.matchAll(ADDRESS)].map(([, , host = '', port]) => [host, Number(port)] as const);

export const withAddresses = (text: string, { addressOf }: Place): string =>
  text.replaceAll(ADDRESS, (whole, before: string, host: string, port: string) => {
    const address = addressOf(host, Number(port));
    return address === undefined ? whole : before + address;
  });

/** The service as a process. Its own address, if it has a PORT, has to be put in by whoever starts it. */
export const processOf = (compose: Compose, name: string, place: Place): ServiceProcess => {
  const service = compose.services[name];
  if (service === undefined) throw new Error(`no service ${name}`);
  const image = service.build === undefined ? undefined : ourImage();
  const mounts = mountsOf(compose, service, place);
  const local = (text: string): string => withAddresses(withFiles(text, mounts), place);
  const environment = Object.entries({ ...image?.environment, ...service.environment });
  const [kind, ...check] = service.healthcheck?.test ?? [];
  return {
    command: [...(service.entrypoint ?? []), ...(service.command ?? [])].map(local),
    environment: Object.fromEntries(environment.map(([key, value]) => [key, local(value)])),
    healthcheck: kind === undefined ? image?.healthcheck : kind === 'CMD' ? check : ['sh', '-c', ...check],
  };
};

/** Only what is mounted is found: another path stays what it was, and is missing here as it is there. */
const withFiles = (text: string, mounts: ReadonlyMap<string, string>): string => {
  for (const [target, path] of mounts)
    if (text === target || text.startsWith(`${target}/`)) return path + text.slice(target.length);
  return text;
};
