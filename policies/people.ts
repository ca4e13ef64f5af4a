import {
  defaultFieldResolver,
  type DocumentNode,
  getNamedType,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  isObjectType,
  Kind,
} from 'graphql';
import { ALWAYS_READ } from '../platform/selection.ts';
import { textOf, usesOf } from './supergraph-text.ts';

/** Whom the objects of a type are about: what `@concerns` says. */
export interface Concern {
  /** The type of the graph that people of this kind are of. */
  readonly person: string;
  /** The field that points at them; null where the object is the person. */
  readonly through: string | null;
}

/** By type, of the schema of a subgraph. */
export const readConcerns = (document: DocumentNode): ReadonlyMap<string, Concern> =>
  new Map(
    document.definitions.flatMap((node): readonly (readonly [string, Concern])[] => {
      if (node.kind !== Kind.OBJECT_TYPE_DEFINITION) return [];
      const [use] = usesOf(node, 'concerns');
      const person = textOf(use?.['person']);
      return person === null ? [] : [[node.name.value, { person, through: textOf(use?.['through']) }]];
    }),
  );

/** What was handed out to somebody, and about whom. */
export interface Notes {
  /** `person` is the id of the person in the graph; null where the record names none. */
  note(type: string, kind: string, person: unknown): void;
}

interface Context {
  /** Left out where nobody keeps them. */
  readonly notes?: Notes | undefined;
}

/**
 * Has every object about a person noted where it is handed out: by the fields that return its type, whatever resolves them.
 * Whom it is about is read with it, also where nobody has asked for that.
 *
 * Changes the schema it is given.
 */
export const notePeople = (schema: GraphQLSchema, concerns: ReadonlyMap<string, Concern>): void => {
  for (const [name, { through }] of concerns) {
    const type = schema.getType(name);
    if (isObjectType(type) && through !== null) type.extensions = { ...type.extensions, [ALWAYS_READ]: [through] };
  }
  for (const type of Object.values(schema.getTypeMap())) {
    // Names of introspection are nobody's.
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values((type as GraphQLObjectType<unknown, Context>).getFields()))
      noteAt(field, concerns);
  }
};

const noteAt = (field: GraphQLField<unknown, Context>, concerns: ReadonlyMap<string, Concern>): void => {
  const { name } = getNamedType(field.type);
  const concern = concerns.get(name);
  if (concern === undefined) return;
  const { resolve = defaultFieldResolver } = field;
  field.resolve = (parent, args, context, info) =>
    noteFound(context.notes, name, concern, resolve(parent, args, context, info));
};

/** Notes what was found, one object or several, now or in a while, and gives it on. */
export const noteFound = (notes: Notes | undefined, type: string, concern: Concern, found: unknown): unknown => {
  if (notes === undefined) return found;
  return found instanceof Promise
    ? found.then((value: unknown) => noted(notes, type, concern, value))
    : noted(notes, type, concern, found);
};

const noted = (notes: Notes, type: string, concern: Concern, value: unknown): unknown => {
  if (Array.isArray(value)) for (const one of value) noteOne(notes, type, concern, one);
  else noteOne(notes, type, concern, value);
  return value;
};

const noteOne = (notes: Notes, type: string, { person, through }: Concern, value: unknown): void => {
  if (typeof value !== 'object' || value === null) return;
  const record = value as Readonly<Record<string, unknown>>;
  const about = through === null ? record : (record[through] as Readonly<Record<string, unknown>> | null | undefined);
  notes.note(type, person, about?.['id']);
};
