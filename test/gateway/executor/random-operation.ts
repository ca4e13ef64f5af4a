import {
  type GraphQLArgument,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isNonNullType,
  isObjectType,
  isUnionType,
} from 'graphql';
import { type Choices, hashOf } from './choices.ts';

export interface RandomOperation {
  readonly text: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** An operation of the schema: aliases, fragments of both kinds, conditions, arguments. It may not be valid: fields of
 * one key that do not merge are for validation to find. */
export const randomOperation = (schema: GraphQLSchema, choices: Choices, size = 40): RandomOperation => {
  const draft: Draft = { schema, choices, fragments: [], left: size, isMutation: false };
  const mutation = schema.getMutationType();
  const isMutation = mutation !== undefined && mutation !== null && choices.chance(10);
  const root = isMutation ? mutation : schema.getQueryType();
  if (root === undefined || root === null) throw new Error('the schema has no root');
  const body = selections({ ...draft, isMutation }, root, 4 + choices.upTo(2));
  return {
    text: `${isMutation ? 'mutation' : 'query'} Q($a: Boolean!, $b: Boolean! = true, $n: Int) ${body} ${draft.fragments.join(' ')}`,
    variables: { a: choices.chance(50), b: choices.chance(50), ...(choices.chance(50) ? { n: choices.upTo(3) } : {}) },
  };
};

interface Draft {
  readonly schema: GraphQLSchema;
  readonly choices: Choices;
  readonly fragments: string[];
  left: number;
  readonly isMutation: boolean;
}

const selections = (draft: Draft, type: GraphQLCompositeType, depth: number): string => {
  const { choices } = draft;
  const count = 1 + choices.upTo(isRoot(draft, type) ? 2 : 4);
  const chosen = Array.from({ length: count }, () => selection(draft, type, depth)).filter((text) => text !== '');
  return `{ ${chosen.length === 0 ? '__typename' : chosen.join(' ')} }`;
};

const isRoot = ({ schema }: Draft, type: GraphQLCompositeType) => type === schema.getQueryType();

const selection = (draft: Draft, type: GraphQLCompositeType, depth: number): string => {
  const { choices } = draft;
  draft.left--;
  const isNarrow = isAbstractType(type) && choices.chance(60);
  if (depth > 0 && draft.left > 0 && (isNarrow || choices.chance(12))) return fragment(draft, type, depth);
  if (isUnionType(type) || choices.chance(8)) return choices.chance(20) ? 'type: __typename' : '__typename';
  const fields = Object.values(type.getFields());
  const usable =
    depth > 0 && draft.left > 0 ? fields : fields.filter((field) => !isCompositeType(getNamedType(field.type)));
  if (usable.length === 0) return '';
  return field(draft, choices.pick(usable), depth);
};

const field = (draft: Draft, { name, type, args }: GraphQLField<unknown, unknown>, depth: number): string => {
  const { choices } = draft;
  const named = getNamedType(type);
  const key = choices.chance(15) ? choices.pick([`${name}2`, HOSTILE[hashOf(name) % HOSTILE.length] ?? name]) : name;
  // The same key gets the same arguments wherever it stands, or next to nothing would merge.
  const given = args.flatMap((argument) => argumentOf(argument, hashOf(`${key}/${argument.name}`)));
  const text = `${key === name ? '' : `${key}: `}${name}${given.length === 0 ? '' : `(${given.join(', ')})`}${condition(choices)}`;
  return isCompositeType(named) ? `${text} ${selections(draft, named, depth - 1)}` : text;
};

/** Names that objects have by themselves, and one that is not of this alphabet's start. */
const HOSTILE = ['constructor', '__proto__', 'toString', 'hasOwnProperty', '_'];

const fragment = (draft: Draft, type: GraphQLCompositeType, depth: number): string => {
  const { choices, schema, fragments } = draft;
  const within = choices.pick([type, ...related(schema, type)]);
  const body = selections(draft, within, depth - 1);
  if (!choices.chance(25))
    return `... ${within === type && choices.chance(50) ? '' : `on ${within.name}`} ${condition(choices)} ${body}`;
  const name = `F${fragments.length}`;
  fragments.push(`fragment ${name} on ${within.name} ${body}`);
  return `...${name}${condition(choices)}`;
};

/** Types of which an object could be one of both. */
const related = (schema: GraphQLSchema, type: GraphQLCompositeType): GraphQLCompositeType[] => {
  const around = [
    ...(isAbstractType(type) ? schema.getPossibleTypes(type) : []),
    ...(isObjectType(type) || isInterfaceType(type) ? type.getInterfaces() : []),
  ];
  return around.filter((other) => other !== type);
};

const condition = (choices: Choices): string =>
  choices.chance(12)
    ? ` ${choices.pick(['@include(if: $a)', '@skip(if: $a)', '@include(if: $b)', '@skip(if: $b) @include(if: $a)', '@skip(if: false)'])}`
    : '';

const argumentOf = ({ name, type }: GraphQLArgument, random: number): string[] => {
  const isRequired = isNonNullType(type);
  if (!isRequired && random % 3 === 0) return [];
  return [`${name}: ${!isRequired && random % 3 === 1 ? '$n' : '1'}`];
};
