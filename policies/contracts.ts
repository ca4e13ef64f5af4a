import {
  type ConstDirectiveNode,
  type DocumentNode,
  type GraphQLSchema,
  isInterfaceType,
  isObjectType,
  Kind,
} from 'graphql';
import { readAbout } from './about.ts';
import { type Keeps, narrowSchema } from './narrow-schema.ts';
import { usesOf } from './supergraph-text.ts';

/** A part of the graph with this tag is in no contract, whatever else it is tagged with. */
export const WITHHELD = 'withheld';

/** Tags (`@tag`) by coordinate: `Type`, `Type.part`, `Type.field(argument:)`. */
export type Tags = ReadonlyMap<string, ReadonlySet<string>>;

/** Reads the tags of a supergraph, or of the schema of a subgraph. */
export const readTags = (document: DocumentNode, directive = 'tag'): Tags => {
  const tags = new Map<string, Set<string>>();
  const read = (coordinate: string, { directives = [] }: Directed): void => {
    const names = usesOf({ directives }, directive).flatMap(({ name }) => (typeof name === 'string' ? [name] : []));
    if (names.length > 0) tags.set(coordinate, new Set([...(tags.get(coordinate) ?? []), ...names]));
  };
  for (const node of document.definitions) {
    if (!('name' in node) || node.name === undefined || node.kind === Kind.DIRECTIVE_DEFINITION) continue;
    const type = node.name.value;
    read(type, node as Directed);
    for (const part of partsOf(node as Parted)) {
      read(`${type}.${part.name.value}`, part);
      for (const argument of part.arguments ?? [])
        read(`${type}.${part.name.value}(${argument.name.value}:)`, argument);
    }
  }
  return tags;
};

interface Directed {
  readonly directives?: readonly ConstDirectiveNode[];
}
interface Part extends Directed {
  readonly name: { readonly value: string };
  readonly arguments?: readonly Part[];
}
interface Parted {
  readonly fields?: readonly Part[];
  readonly values?: readonly Part[];
}

const partsOf = ({ fields = [], values = [] }: Parted): readonly Part[] => [...fields, ...values];

/** What a document says of the contracts of its schema. */
export interface Contracts {
  readonly tags: Tags;
  /** Fields that an input field, an enum value or an argument lets its sender find out about (about.ts). */
  readonly about: ReadonlyMap<string, readonly string[]>;
}

/** @param directive the name that `@tag` has there */
export const readContracts = (document: DocumentNode, directive?: string): Contracts => ({
  tags: readTags(document, directive),
  about: readAbout(document).targets,
});

/**
 * The part of an API schema that one contract holds: what has its tag. A type that has it brings all its fields, a field
 * that has it brings its arguments; scalars, enums and inputs come with what uses them. What compares with values of a
 * field, or sorts by them, is there only with that field: an input field or an enum value of which nobody knows what it
 * is about has to be tagged itself.
 *
 * @param isBesides fields that stay though they have no tag
 * @returns `undefined` where the graph has nothing for the contract
 */
export const contractSchema = (
  schema: GraphQLSchema,
  contracts: Contracts,
  tag: string,
  isBesides: (type: string, field: string) => boolean = () => false,
): GraphQLSchema | undefined => {
  const own = contractOf(schema, contracts, tag);
  let left = narrowSchema(schema, {
    ...own,
    field: (type, field) => own.field(type, field) || isBesides(type, field),
  });
  for (let before: typeof left; left !== undefined && left !== before; ) {
    before = left;
    left = narrowSchema(left, onlyOf(left, contracts));
  }
  return left;
};

/** What is about a field goes where that has gone for want of something else. */
const onlyOf = (schema: GraphQLSchema, { about }: Contracts): Keeps => {
  const isThere = (target: string): boolean => {
    const [type = '', field = ''] = target.split('.');
    const rows = schema.getType(type);
    return (isObjectType(rows) || isInterfaceType(rows)) && field in rows.getFields();
  };
  const stays = (coordinate: string) => (about.get(coordinate) ?? []).every(isThere);
  return {
    field: () => true,
    argument: (type, field, { name }) => stays(`${type}.${field}(${name}:)`),
    input: (type, { name }) => stays(`${type}.${name}`),
    value: (type, value) => stays(`${type}.${value}`),
  };
};

/** What stays for a contract, by its own merits. */
const contractOf = (schema: GraphQLSchema, { tags, about }: Contracts, tag: string): Keeps => {
  const has = (coordinate: string, name: string) => tags.get(coordinate)?.has(name) === true;
  const isWithheld = (...coordinates: readonly string[]) => coordinates.some((one) => has(one, WITHHELD));
  const hasField = (type: string, field: string): boolean =>
    !isWithheld(type, `${type}.${field}`) && (has(type, tag) || has(`${type}.${field}`, tag));
  const hasTarget = (coordinate: string): boolean => {
    const [type = '', field = ''] = coordinate.split('.');
    return hasField(type, field);
  };
  const hasSubject = (type: string, coordinate: string, isBound: boolean): boolean => {
    if (isWithheld(type, coordinate)) return false;
    const targets = about.get(coordinate);
    if (targets !== undefined) return targets.every(hasTarget);
    return !isBound || has(coordinate, tag);
  };
  return {
    field: hasField,
    argument: (type, field, { name }) => {
      const coordinate = `${type}.${field}(${name}:)`;
      return !isWithheld(coordinate) && (about.get(coordinate) ?? []).every(hasTarget);
    },
    input: (type, { name }) => hasSubject(type, `${type}.${name}`, isAboutRows(schema, type)),
    value: (type, value) => hasSubject(type, `${type}.${value}`, isAboutRows(schema, type)),
  };
};

/** Whether an input type or enum chooses rows of a type, or their order, so that each of its parts is about something. */
const isAboutRows = (schema: GraphQLSchema, type: string): boolean => {
  const row = /^(.+?)(?:Filter|OrderField|GroupField)$/.exec(type)?.[1];
  const rows = row === undefined ? undefined : schema.getType(row);
  return rows !== undefined && 'getFields' in rows;
};
