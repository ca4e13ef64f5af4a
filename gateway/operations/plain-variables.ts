import { Kind, type OperationDefinitionNode, type TypeNode } from 'graphql';

/** Variables of a request that are what they have to be as they stand; `undefined` where that takes a closer look. */
export type PlainVariables = (
  given: Readonly<Record<string, unknown>>,
) => Readonly<Record<string, unknown>> | undefined;

/**
 * Most variables are a string, an integer or a boolean of just the type they are declared to have, and are their own
 * coerced value (GraphQL section 3.5). Those need not go through the coercion of all values there can be.
 *
 * @returns `undefined` for an operation with variables of other types, or with defaults
 */
export const plainVariables = ({ variableDefinitions = [] }: OperationDefinitionNode): PlainVariables | undefined => {
  const checks: { readonly name: string; readonly isPlain: (value: unknown) => boolean }[] = [];
  for (const { variable, type, defaultValue } of variableDefinitions) {
    const isPlain = PLAIN.get(typeName(type));
    if (isPlain === undefined || defaultValue !== undefined) return undefined;
    checks.push({ name: variable.name.value, isPlain });
  }
  return (given) => {
    // Without a prototype, so that a variable may have any name.
    const variables = Object.create(null) as Record<string, unknown>;
    for (const { name, isPlain } of checks) {
      const value = Object.hasOwn(given, name) ? given[name] : undefined;
      if (!isPlain(value)) return undefined;
      variables[name] = value;
    }
    return variables;
  };
};

/** Null, and a value that is not given, are for the closer look. */
const PLAIN: ReadonlyMap<string, (value: unknown) => boolean> = new Map([
  ['String', (value) => typeof value === 'string'],
  ['ID', (value) => typeof value === 'string'],
  ['Boolean', (value) => typeof value === 'boolean'],
  ['Int', (value) => typeof value === 'number' && (value | 0) === value && !Object.is(value, -0)],
]);

const typeName = (type: TypeNode): string => {
  if (type.kind === Kind.NON_NULL_TYPE) return typeName(type.type);
  return type.kind === Kind.NAMED_TYPE ? type.name.value : '';
};
