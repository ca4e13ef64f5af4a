import {
  type GraphQLError,
  type GraphQLSchema,
  getVariableValues,
  Kind,
  type OperationDefinitionNode,
  print,
  type VariableDefinitionNode,
} from 'graphql';
import { refuse } from './refusal.ts';

/**
 * Variables as the schema has them: defaults filled in, unknown ones dropped (GraphQL section 6.1.2).
 *
 * @throws BAD_USER_INPUT that names the variable; graphql-js would quote its value
 */
export const coerceVariables = (
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  given: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> => {
  const result = getVariableValues(schema, operation.variableDefinitions ?? [], given, { maxErrors: 1 });
  // Without a prototype, so that a variable may have any name.
  if (result.errors === undefined) return Object.freeze(Object.assign(Object.create(null), result.coerced));
  const definition = definitionOf(result.errors[0]);
  if (definition === undefined) throw refuse('BAD_USER_INPUT');
  const { variable, type } = definition;
  throw refuse('BAD_USER_INPUT', { message: `Variable "$${variable.name.value}" is not a valid ${print(type)}.` });
};

const definitionOf = (error: GraphQLError | undefined): VariableDefinitionNode | undefined =>
  error?.nodes?.find((node): node is VariableDefinitionNode => node.kind === Kind.VARIABLE_DEFINITION);
