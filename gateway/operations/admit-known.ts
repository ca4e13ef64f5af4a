import { OperationTypeNode } from 'graphql';
import { coerceVariables } from '../coerce-variables.ts';
import type { Exchange } from '../exchange.ts';
import { type KnownOperation, operationOf } from './known-document.ts';

/**
 * Admits a plain request for an operation that has run before: a POST with nothing in its body but a document, a name
 * and variables, by a client that accepts what one before it has accepted. Apollo Server would say the same of it.
 *
 * Sets `operation` of the exchange.
 *
 * @returns the content type of the answer; `undefined` when the request has to be looked at more closely
 */
export const admitKnown = (exchange: Exchange): string | undefined => {
  const { request, body, serving } = exchange;
  if (body === undefined) return undefined;
  const contentType = serving.contentTypes.get(request.headers.accept ?? '');
  if (contentType === undefined) return undefined;
  const asked = plainly(body);
  const document = asked && serving.generation.operations.get(asked.query);
  const known = asked && document && operationOf(document, asked.operationName);
  if (known === undefined || known.operation.operation === OperationTypeNode.SUBSCRIPTION) return undefined;
  const variables = coerced(exchange, known, asked?.variables);
  if (variables === undefined) return undefined;
  exchange.operation = { known, variables };
  return contentType;
};

interface Asked {
  readonly query: string;
  readonly operationName: string | undefined;
  readonly variables: Readonly<Record<string, unknown>> | undefined;
}

/** What a body asks for, when there is no doubt about it. */
const plainly = (body: Readonly<Record<string, unknown>>): Asked | undefined => {
  const { query, operationName, variables, extensions } = body as {
    readonly [K in 'query' | 'operationName' | 'variables' | 'extensions']?: unknown;
  };
  if (typeof query !== 'string' || (extensions ?? null) !== null) return undefined;
  if ((operationName ?? null) !== null && typeof operationName !== 'string') return undefined;
  if ((variables ?? null) !== null && (typeof variables !== 'object' || Array.isArray(variables))) return undefined;
  return {
    query,
    operationName: (operationName ?? undefined) as string | undefined,
    variables: (variables ?? undefined) as Readonly<Record<string, unknown>> | undefined,
  };
};

const NO_VARIABLES: Readonly<Record<string, unknown>> = Object.freeze(Object.create(null));

const coerced = (
  { serving }: Exchange,
  { operation, plainVariables }: KnownOperation,
  given: Readonly<Record<string, unknown>> | undefined,
): Readonly<Record<string, unknown>> | undefined => {
  if ((operation.variableDefinitions?.length ?? 0) === 0) return NO_VARIABLES;
  const plain = given && plainVariables?.(given);
  if (plain !== undefined) return plain;
  try {
    return coerceVariables(serving.generation.schema, operation, given ?? {});
  } catch {
    // Who has more to say about it refuses it.
    return undefined;
  }
};
