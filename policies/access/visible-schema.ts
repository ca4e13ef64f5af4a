import {
  GraphQLBoolean,
  type GraphQLInputType,
  type GraphQLInterfaceType,
  GraphQLObjectType,
  GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isObjectType,
} from 'graphql';
import type { Identity } from '../../platform/identity.ts';
import { narrowSchema } from '../narrow-schema.ts';
import { fieldNeeds } from './field-needs.ts';
import { isSatisfied } from './requirement.ts';
import type { Requirements } from './requirement-table.ts';

/**
 * One digit per requirement there is: `1` where the caller meets it, or could with the right arguments. Callers of one mask
 * are shown one schema.
 */
export const shownMaskOf = ({ all, byArguments, rules }: Requirements, identity: Identity): string =>
  all.map((one, id) => (byArguments.has(id) || isSatisfied(one, identity, rules) ? MET : UNMET)).join('');

const MET = '1';
const UNMET = '0';

/**
 * What introspection shows to callers with a mask: of a schema, what they may select, and the arguments that they may
 * give. It is judged as selections are, each field with every object that can stand there. What only some objects of an
 * interface deny is shown at the others, where a fragment reaches it; an interface of which that is all is shown with what
 * these have, since without a field it could not be shown, and they could not be reached.
 */
export const visibleSchema = (schema: GraphQLSchema, requirements: Requirements, mask: string): GraphQLSchema => {
  const isMet = (ids: Iterable<number>) => [...ids].every((id) => mask[id] === MET);
  const isGiven = (coordinate: string, type: GraphQLInputType) =>
    isMet(requirements.ofInput(coordinate)) && isMet(requirements.ofType(getNamedType(type).name));
  const needsAt = (parent: Fielded, name: string, objects: ReadonlySet<string>): Iterable<number> => {
    const field = parent.getFields()[name];
    return field === undefined
      ? []
      : fieldNeeds(schema, requirements, { parent, objects, field, arguments: undefined }).always;
  };
  const isOpen = (type: Fielded, field: string): boolean => {
    if (isObjectType(type)) return isMet(needsAt(type, field, new Set([type.name])));
    const objects = new Set(schema.getPossibleTypes(type).map(({ name }) => name));
    return isMet(needsAt(type, field, objects));
  };
  const isClosed = (type: Fielded): boolean => Object.keys(type.getFields()).every((field) => !isOpen(type, field));
  return (
    narrowSchema(schema, {
      field: (name, field) => {
        const type = schema.getType(name);
        if (!isObjectType(type) && !isInterfaceType(type)) return false;
        if (isOpen(type, field)) return true;
        return isInterfaceType(type) && isClosed(type) && isMet(needsAt(type, field, NO_OBJECTS));
      },
      argument: (type, field, argument) => isGiven(`${type}.${field}(${argument.name}:)`, argument.type),
      input: (type, field) => isGiven(`${type}.${field.name}`, field.type),
      value: (type, value) => isMet(requirements.ofInput(`${type}.${value}`)),
    }) ?? NOTHING
  );
};

type Fielded = GraphQLObjectType | GraphQLInterfaceType;

const NO_OBJECTS: ReadonlySet<string> = new Set();

/** A schema has to have something in it, and tools refuse to show one that has not. */
const NOTHING = new GraphQLSchema({
  query: new GraphQLObjectType({
    name: 'Query',
    fields: {
      nothing: {
        type: GraphQLBoolean,
        description:
          'There is nothing that this token may ask for: it has none of the scopes that anything here takes.',
        deprecationReason: 'It cannot be asked for either.',
      },
    },
  }),
});
