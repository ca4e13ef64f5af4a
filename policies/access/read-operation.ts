import {
  type ASTNode,
  type DocumentNode,
  getOperationAST,
  getVariableValues,
  type GraphQLSchema,
  type OperationDefinitionNode,
  parse,
  validate,
} from 'graphql';
import { fail } from '../../platform/errors.ts';
import { takesTooManyComparisons } from './comparisons.ts';
import { isTooLarge, MOST_TOKENS } from './document-size.ts';

/** An operation as somebody would send it. */
export interface StatedOperation {
  readonly document: string;
  readonly operationName?: string | null | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | undefined;
}

/** @throws BAD_USER_INPUT for what is no GraphQL; OPERATION_TOO_LARGE where the gateway would not take it either */
export const readDocument = (text: string): DocumentNode => {
  const document = parsed(text);
  if (isTooLarge(document) || takesTooManyComparisons(document)) throw fail('OPERATION_TOO_LARGE');
  return document;
};

const parsed = (text: string): DocumentNode => {
  try {
    return parse(text, { noLocation: true, maxTokens: MOST_TOKENS });
  } catch (error) {
    const isLarge = error instanceof RangeError || /more tha[nt] \d+ tokens/.test((error as Error).message);
    throw isLarge ? fail('OPERATION_TOO_LARGE') : refused('The document is not valid GraphQL.');
  }
};

export const isValidIn = (schema: GraphQLSchema, document: DocumentNode): boolean =>
  validate(schema, document, undefined, { maxErrors: 1 }).length === 0;

/** The parts of a document that make it invalid. */
export const strangeIn = (schema: GraphQLSchema, document: DocumentNode): readonly ASTNode[] =>
  validate(schema, document).flatMap(({ nodes }) => nodes ?? []);

/** @throws BAD_USER_INPUT where the document has none of that name, or several and no name is given */
export const operationIn = (document: DocumentNode, { operationName }: StatedOperation): OperationDefinitionNode => {
  const operation = getOperationAST(document, operationName);
  if (operation == null) throw refused('The document has no such operation, or several and none was named.');
  return operation;
};

/** As the schema has them (GraphQL section 6.1.2). @throws BAD_USER_INPUT that quotes no value */
export const variablesOf = (
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  { variables = {} }: StatedOperation,
): Readonly<Record<string, unknown>> => {
  const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], variables, { maxErrors: 1 });
  if (coerced === undefined) throw refused('The variables are not those of the operation.');
  // Without a prototype, so that a variable may have any name.
  return Object.freeze(Object.assign(Object.create(null) as object, coerced));
};

export const refused = (message: string): Error => fail('BAD_USER_INPUT', { message });
