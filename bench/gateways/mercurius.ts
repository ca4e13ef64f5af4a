import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Supergraph } from '@apollo/federation-internals';
import { BENCH } from '../places.ts';
import { FEDERATION_1, SUBGRAPHS } from '../subgraphs/schemas.ts';
import { readArguments } from './arguments.ts';
import { KEEP_ALIVE, sayReady } from './serve.ts';

interface Fastify {
  register(plugin: unknown, options: Readonly<Record<string, unknown>>): unknown;
  listen(address: { readonly host: string; readonly port: number }): Promise<string>;
}

// Mercurius composes for itself and knows Federation 1 only, so it gets the schemas rather than the supergraph. It
// lives in a package of its own (see there).
const require = createRequire(join(BENCH, 'mercurius/package.json'));
const { fastify } = require('fastify') as { fastify: (options: Readonly<Record<string, unknown>>) => Fastify };
const supergraph = Supergraph.build(await readFile(readArguments().supergraph, 'utf8'));
const urls = new Map(supergraph.subgraphsMetadata().map(({ name, url }) => [name, url]));
const services = SUBGRAPHS.map((name) => ({
  name,
  url: urls.get(name),
  schema: FEDERATION_1[name],
  mandatory: true,
  connections: 64,
  keepAliveMaxTimeout: KEEP_ALIVE,
}));
const app = fastify({ logger: false, keepAliveTimeout: KEEP_ALIVE });
app.register(require('@mercuriusjs/gateway'), { gateway: { services }, jit: 1, graphiql: false });
sayReady(await app.listen({ host: '127.0.0.1', port: 0 }));
