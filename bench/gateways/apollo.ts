import { readFile } from 'node:fs/promises';
import { ApolloGateway } from '@apollo/gateway';
import { readArguments } from './arguments.ts';
import { serveApollo } from './serve-apollo.ts';

// Stock Apollo Gateway: its own data source, planner and executor.
const supergraphSdl = await readFile(readArguments().supergraph, 'utf8');
await serveApollo({ gateway: new ApolloGateway({ supergraphSdl }) });
