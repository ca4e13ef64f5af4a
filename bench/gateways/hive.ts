import { readFile } from 'node:fs/promises';
import { createGatewayRuntime } from '@graphql-hive/gateway-runtime';
import { unifiedGraphHandler } from '@graphql-hive/router-runtime';
import { readArguments } from './arguments.ts';
import { serve } from './serve.ts';

// Hive Gateway as its command line starts it (the same runtime behind node:http), without logs and pages.
// HIVE_ROUTER_RUNTIME is the switch its documentation names for the planner written in Rust.
const supergraph = await readFile(readArguments().supergraph, 'utf8');
const gateway = createGatewayRuntime({
  supergraph,
  logging: false,
  graphiql: false,
  landingPage: false,
  ...(process.env['HIVE_ROUTER_RUNTIME'] === 'true' ? { unifiedGraphHandler } : {}),
});
await serve((request, response) => void gateway(request, response));
