import { join } from 'node:path';
import type { Field } from './field.ts';
import { OURS } from './places.ts';

/** One gateway to be measured. */
export interface Contestant {
  readonly name: string;
  readonly label: string;
  /** Packages whose versions belong to the result. */
  readonly packages: readonly string[];
  /** Arguments of node. */
  readonly command: (files: Field['files']) => readonly string[];
  readonly environment?: (field: Pick<Field, 'issuer' | 'secret' | 'files'>) => Readonly<Record<string, string>>;
  /** Asks callers for a token and signs its calls. Tokens are sent to nobody else. */
  readonly secured?: true;
  /** Not a gateway: stands in the table for orientation, and nobody has to beat it. */
  readonly yardstick?: true;
}

const peer = (file: string): Contestant['command'] => {
  const program = join(import.meta.dirname, 'gateways', `${file}.js`);
  return ({ supergraph, replay }) => [program, '--supergraph', supergraph, '--replay', replay];
};

/** `BENCH_OURS_ARGS` is added to the command line of ours, to measure it with other settings. */
const ours = (supergraph: string): readonly string[] => [
  join(OURS, 'gateway/index.js'),
  '--supergraph',
  supergraph,
  '--port',
  '0',
  ...(process.env['BENCH_OURS_ARGS']?.split(' ').filter(Boolean) ?? []),
];

/** No peer writes a line per request. */
const QUIET = { LOG_LEVEL: 'warn' };

export const CONTESTANTS: readonly Contestant[] = [
  {
    name: 'ours',
    label: 'Caregraph',
    packages: [],
    command: ({ supergraph }) => [...ours(supergraph), '--open'],
    environment: () => QUIET,
  },
  {
    name: 'ours-secured',
    label: 'Caregraph, authorization and envelope on',
    packages: [],
    command: ({ secured }) => ours(secured),
    environment: ({ issuer, secret, files }) => ({
      ...QUIET,
      ...issuer.environment,
      SUBGRAPH_SECRET: secret,
      CAREGRAPH_DATA: files.data,
    }),
    secured: true,
  },
  {
    name: 'apollo',
    label: 'Apollo Gateway',
    packages: ['@apollo/gateway', '@apollo/server'],
    command: peer('apollo'),
  },
  {
    name: 'hive',
    label: 'Hive Gateway',
    packages: ['@graphql-hive/gateway-runtime', '@graphql-tools/federation'],
    command: peer('hive'),
  },
  {
    name: 'hive-rust',
    label: 'Hive Gateway, Rust planner',
    packages: ['@graphql-hive/gateway-runtime', '@graphql-hive/router-runtime', '@graphql-hive/router-query-planner'],
    command: peer('hive'),
    environment: () => ({ HIVE_ROUTER_RUNTIME: 'true' }),
  },
  {
    name: 'mercurius',
    label: 'Mercurius gateway (Federation 1)',
    packages: ['@mercuriusjs/gateway', 'mercurius', 'fastify'],
    command: peer('mercurius'),
  },
  {
    name: 'apollo-server',
    label: 'Apollo Server alone, no subgraphs',
    packages: ['@apollo/server', 'graphql'],
    command: peer('apollo-server'),
    yardstick: true,
  },
  {
    name: 'floor',
    label: 'Floor: recorded calls replayed',
    packages: ['undici'],
    command: peer('floor'),
    yardstick: true,
  },
];
