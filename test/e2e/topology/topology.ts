import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../../../platform/root.ts';
import { type Compose, readCompose, type Service } from '../../../scripts/deployment/compose-file.ts';
import { freePorts } from '../../harness/free-ports.ts';
import { makeSecrets, type Place, processOf, type ServiceProcess } from '../../harness/services.ts';
import { type Ending, type Running, run } from './running.ts';
import { type StandIns, startStandIns } from './stand-ins.ts';

/** All services of `docker-compose.yml`, as processes of this machine. */
export interface Topology extends AsyncDisposable {
  readonly compose: Compose;
  readonly place: Place;
  readonly standIns: StandIns;
  /** Where the process of a service answers: the first one, unless `replica` counts on from it. */
  url(service: string, replica?: number): string;
  /** The process of a service, as it is now. */
  process(service: string, replica?: number): Running;
  /** Starts a service again that has ended, as its container would be. */
  restart(service: string, replica?: number): Promise<void>;
  /** Ends all by SIGTERM, callers first. How each has ended. */
  stop(): Promise<ReadonlyMap<string, Ending>>;
}

/**
 * Builds, and starts what the compose file says: each service by its own command, with its environment, files and health
 * check, after those that it depends on are well. Hosts become ports of the loopback address, secrets and volumes folders.
 */
export const startTopology = async (): Promise<Topology> => {
  execFileSync(join(ROOT, 'node_modules/.bin/tsc'), ['-p', 'tsconfig.build.json'], { cwd: ROOT, stdio: 'inherit' });
  const folder = await mkdtemp(join(tmpdir(), 'caregraph-topology-'));
  const standIns = await startStandIns(folder);
  const compose = readCompose(standIns.variables);
  const replicas = replicasOf(compose, standIns);
  const ports = await freePorts(replicas.length);
  const portOf = new Map(replicas.map((id, index) => [id, ports[index] ?? 0]));
  const place: Place = {
    folder,
    addressOf: (service) => {
      const port = portOf.get(`${service} 0`);
      return port === undefined ? standIns.addresses.get(service) : `127.0.0.1:${port}`;
    },
  };
  const running = new Map<string, Running>();
  const start = async (id: string): Promise<void> => {
    const [name = ''] = id.split(' ');
    const { image, build } = compose.services[name] as Service;
    const port = portOf.get(id) ?? 0;
    const there = processOf(compose, name, place);
    const here = build === undefined ? aloneOn(image, there, port, join(folder, id)) : ofOurs(there, port);
    running.set(id, await run(id, here));
  };
  const stop = async (): Promise<ReadonlyMap<string, Ending>> => {
    const endings = new Map<string, Ending>();
    for (const [id, process] of [...running].toReversed()) endings.set(id, await process.end('SIGTERM'));
    running.clear();
    return endings;
  };
  const dispose = async (): Promise<void> => {
    await stop();
    await standIns[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    makeSecrets(place);
    await standIns.fill(compose, place);
    await inOrder(compose, replicas, start);
  } catch (error) {
    await dispose();
    throw error;
  }
  return {
    compose,
    place,
    standIns,
    url: (service, replica = 0) => `http://127.0.0.1:${portOf.get(`${service} ${replica}`)}`,
    process: (service, replica = 0) => {
      const found = running.get(`${service} ${replica}`);
      if (found === undefined) throw new Error(`${service} is not running`);
      return found;
    },
    restart: (service, replica = 0) => start(`${service} ${replica}`),
    stop,
    [Symbol.asyncDispose]: dispose,
  };
};

/** `gateway 0`, `gateway 1`, `finance 0`, … */
const replicasOf = ({ services }: Compose, { replaces }: StandIns): readonly string[] =>
  Object.entries(services)
    .filter(([name]) => !replaces.has(name))
    .flatMap(([name, { deploy }]) => Array.from({ length: deploy?.replicas ?? 1 }, (_, index) => `${name} ${index}`));

/** The host is the container's own, and the port one that is free. */
const ofOurs = (
  { command: [, ...args], environment, healthcheck = [] }: ServiceProcess,
  port: number,
): ServiceProcess => {
  const local = { ...environment, HOST: '127.0.0.1', PORT: String(port) };
  const node = (words: readonly string[]): readonly string[] => [process.execPath, ...words];
  return { command: node(args), environment: local, healthcheck: node(healthcheck.slice(1)) };
};

/** A program that would have a container's address and files for itself is told which of this machine are its own. */
const aloneOn = (
  image: string,
  { command, environment, healthcheck = [] }: ServiceProcess,
  port: number,
  dir: string,
): ServiceProcess => {
  if (!image.startsWith('redis:')) throw new Error(`nobody knows how to start ${image} without a container`);
  mkdirSync(dir, { recursive: true });
  const own = ['--bind', '127.0.0.1', '--port', String(port), '--dir', dir];
  const [client = '', ...words] = healthcheck;
  return { command: [...command, ...own], environment, healthcheck: [client, '-p', String(port), ...words] };
};

/** As `docker compose up` does: each as soon as what it depends on is well. */
const inOrder = async (
  { services }: Compose,
  replicas: readonly string[],
  start: (id: string) => Promise<void>,
): Promise<void> => {
  const up = new Map<string, Promise<unknown>>();
  const started = (name: string): Promise<unknown> => {
    const known = up.get(name);
    if (known !== undefined) return known;
    const awaited = Promise.all(Object.keys(services[name]?.depends_on ?? {}).map(started));
    const all = awaited.then(() => Promise.all(replicas.filter((id) => id.startsWith(`${name} `)).map(start)));
    up.set(name, all);
    return all;
  };
  // Every one has to have ended, well or not, before anything is cleaned up.
  const results = await Promise.allSettled(Object.keys(services).map(started));
  for (const result of results) if (result.status === 'rejected') throw result.reason;
};
