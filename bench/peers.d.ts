/**
 * What is used of the peers, so that the repository type-checks where they are not installed.
 *
 * An ambient module wins over an installed one: what stands here is what the compiler believes.
 */

declare module '@graphql-hive/gateway-runtime' {
  import type { IncomingMessage, ServerResponse } from 'node:http';

  export const createGatewayRuntime: (
    config: Readonly<Record<string, unknown>>,
  ) => (request: IncomingMessage, response: ServerResponse) => unknown;
}

declare module '@graphql-hive/router-runtime' {
  export const unifiedGraphHandler: (options: unknown) => unknown;
}
