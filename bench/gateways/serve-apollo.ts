import type { IncomingMessage, ServerResponse } from 'node:http';
import { ApolloServer, type ApolloServerOptions, type BaseContext, HeaderMap } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { bodyOf, serveAnswers } from './serve.ts';

/**
 * Apollo Server without what it does besides answering (reports, traces, cache hints), on the thinnest HTTP front it
 * can have: its own standalone one parses CORS and content negotiation too, which would be measured with it.
 */
export const serveApollo = async (what: Partial<ApolloServerOptions<BaseContext>>): Promise<void> => {
  const apollo = new ApolloServer({
    ...what,
    introspection: false,
    stopOnTerminationSignals: false,
    plugins: [
      ApolloServerPluginUsageReportingDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginCacheControlDisabled(),
    ],
  } as ApolloServerOptions<BaseContext>);
  await apollo.start();
  await serveAnswers((request, response) => answer(apollo, request, response));
};

const answer = async (apollo: ApolloServer, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const headers = new HeaderMap();
  for (const [name, value] of Object.entries(request.headers)) if (typeof value === 'string') headers.set(name, value);
  const {
    status,
    headers: answered,
    body,
  } = await apollo.executeHTTPGraphQLRequest({
    httpGraphQLRequest: {
      method: request.method ?? 'POST',
      headers,
      search: '',
      body: JSON.parse(await bodyOf(request)),
    },
    context: () => Promise.resolve({}),
  });
  for (const [name, value] of answered) response.setHeader(name, value);
  response.statusCode = status ?? 200;
  response.end(body.kind === 'complete' ? body.string : '');
};
