import { readFile } from 'node:fs/promises';
import { Supergraph } from '@apollo/federation-internals';
import { ROOT } from '../subgraphs/rows.ts';
import { readArguments } from './arguments.ts';
import { serveApollo } from './serve-apollo.ts';

// No gateway: one schema, the same as clients of the gateways see, answered from memory. What it costs, every gateway
// with Apollo Server in front pays at least where its answer is small; on large ones graphql-js is what it shows.
const supergraph = Supergraph.build(await readFile(readArguments().supergraph, 'utf8'));
await serveApollo({ schema: supergraph.apiSchema().toGraphQLJSSchema(), rootValue: () => ROOT });
