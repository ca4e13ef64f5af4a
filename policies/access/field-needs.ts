import {
  type ArgumentNode,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isObjectType,
  Kind,
  valueFromAST,
  visit,
} from 'graphql';
import { possibleUses, usesOfValue } from './input-uses.ts';
import type { Requirements } from './requirement-table.ts';

/** What stands where a field is selected. */
export interface FieldPosition {
  /** The type the selection is written against. */
  readonly parent: GraphQLNamedType;
  /** Names of the object types that can stand there when it is answered. */
  readonly objects: ReadonlySet<string>;
  readonly field: GraphQLField<unknown, unknown>;
  readonly arguments: readonly ArgumentNode[] | undefined;
}

type Variables = Readonly<Record<string, unknown>>;

/** A requirement whose verdict depends on the arguments given in one place, and so on the variables of a request. */
export interface LocalNeed {
  /** Position in `Requirements.all`. */
  readonly requirement: number;
  /** Whether the arguments call for it at all. */
  readonly concerns: (variables: Variables) => boolean;
  /** What a rule looks at. */
  readonly argumentsOf: (variables: Variables) => Variables;
}

export interface FieldNeeds {
  /** Judged by who asks and what for: positions in `Requirements.all`. */
  readonly always: ReadonlySet<number>;
  readonly local: readonly LocalNeed[];
}

/**
 * The requirements a caller must meet, all of them, to select a field: its own, those of its type, those of every
 * object type that can stand there, and those of what its arguments name.
 *
 * An argument names what its coerced value holds, defaults included. Null names nothing. What a variable holds is only
 * known with a request, so that each requirement its type could call for becomes a question to be asked then.
 */
export const fieldNeeds = (schema: GraphQLSchema, requirements: Requirements, position: FieldPosition): FieldNeeds => {
  const always = new Set<number>();
  const local: LocalNeed[] = [];
  const argumentsOf = (variables: Variables) => givenTo(position, variables);
  for (const id of requiredAt(schema, requirements, position)) {
    if (requirements.byArguments.has(id)) local.push({ requirement: id, concerns: () => true, argumentsOf });
    else always.add(id);
  }
  for (const argument of position.field.args) {
    const node = position.arguments?.find(({ name }) => name.value === argument.name);
    const coordinates = coordinatesOf(position, argument);
    const uses = (variables: Variables) =>
      usesOfValue(requirements, argument.type, valueOf(argument, node, variables), coordinates);
    const isKnown = node === undefined || !hasVariables(node);
    for (const id of isKnown ? uses(NONE) : possibleUses(requirements, argument.type, coordinates)) {
      // A rule that looks at arguments was made for those of the field it stands at, and this is another.
      if (requirements.byArguments.has(id) || !isKnown)
        local.push({ requirement: id, concerns: (variables) => uses(variables).has(id), argumentsOf: () => NONE });
      else always.add(id);
    }
  }
  return { always, local: local.filter(({ requirement }) => !always.has(requirement)) };
};

const NONE: Variables = Object.freeze({});

const requiredAt = (
  schema: GraphQLSchema,
  requirements: Requirements,
  { parent, objects, field }: FieldPosition,
): ReadonlySet<number> => {
  const needs = new Set<number>();
  for (const name of new Set([parent.name, ...objects])) {
    const type = schema.getType(name);
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    const declared = type.getFields()[field.name] ?? field;
    const returned = getNamedType(declared.type).name;
    const asked = [
      ...requirements.ofType(name),
      ...requirements.ofField(name, field.name),
      ...requirements.ofType(returned),
    ];
    for (const id of asked) needs.add(id);
  }
  return needs;
};

/** An argument can say what it is about wherever the field is declared. */
const coordinatesOf = ({ parent, objects, field }: FieldPosition, argument: GraphQLArgument): readonly string[] =>
  [...new Set([parent.name, ...objects])].map((type) => `${type}.${field.name}(${argument.name}:)`);

/** As the owner will have it (GraphQL section 6.4.1); `undefined` when it is not given. */
const valueOf = (argument: GraphQLArgument, node: ArgumentNode | undefined, variables: Variables): unknown => {
  const given = node === undefined ? undefined : valueFromAST(node.value, argument.type, variables);
  return given === undefined ? argument.defaultValue : given;
};

const givenTo = ({ field, arguments: nodes }: FieldPosition, variables: Variables): Variables =>
  Object.fromEntries(
    field.args.flatMap((argument) => {
      const node = nodes?.find(({ name }) => name.value === argument.name);
      const value = valueOf(argument, node, variables);
      return value === undefined ? [] : [[argument.name, value]];
    }),
  );

const hasVariables = (node: ArgumentNode): boolean => {
  let isFound = false;
  visit(node.value, { [Kind.VARIABLE]: () => void (isFound = true) });
  return isFound;
};
