import {
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type InputObjectTypeDefinitionNode,
  Kind,
} from 'graphql';
import { mergedTypes, namedType, textOf, usesOf } from './supergraph-text.ts';

/** What an argument lets its sender find out about. */
export interface About {
  /**
   * Of each input field and enum value (`Type.name`) and argument (`Type.field(argument:)`) that compares with values,
   * sorts or groups by them: the fields (`Type.field`) that have these values.
   */
  readonly targets: ReadonlyMap<string, readonly string[]>;
  /** One sentence for each of which that is not known, beginning with the coordinate. */
  readonly problems: readonly string[];
}

/**
 * Reads it from the schema of a subgraph, or of the supergraph.
 *
 * `XFilter.f` is about `X.f`, a value of `XOrderField` or `XGroupField` about the field of that name in camelCase. Where
 * there is no such field, or it is another, `@about(field: "Type.field")` says so.
 */
export const readAbout = (document: DocumentNode): About => {
  const fields = fieldsOf(document);
  const targets = new Map<string, readonly string[]>();
  const problems: string[] = [];
  for (const { coordinate, directives, expected, isBound } of candidates(document, fields)) {
    const said = usesOf({ directives }, 'about').flatMap(({ field }) => textOf(field) ?? []);
    const meant = said.length > 0 ? said : [expected].filter((name) => name !== undefined);
    const known = meant.filter((target) => fields.has(target));
    const missing = said.filter((target) => !fields.has(target));
    if (known.length > 0) targets.set(coordinate, known);
    if (known.length === 0 && said.length === 0 && isBound)
      problems.push(`${coordinate}: is about no field that there is; say which it is about (@about)`);
    problems.push(...missing.map((target) => `${coordinate}: is about ${target}, which there is not`));
  }
  return { targets, problems };
};

interface Candidate {
  readonly coordinate: string;
  readonly directives: readonly ConstDirectiveNode[];
  /** What it is about by its name, if there is such a field. */
  readonly expected?: string;
  /** It has to be about something. */
  readonly isBound: boolean;
}

type Fields = ReadonlyMap<string, FieldDefinitionNode>;

const candidates = (document: DocumentNode, fields: Fields): readonly Candidate[] => [
  ...document.definitions.flatMap((node): readonly Candidate[] => {
    if (node.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION || node.kind === Kind.INPUT_OBJECT_TYPE_EXTENSION)
      return inInput(node as InputObjectTypeDefinitionNode, fields);
    if (node.kind !== Kind.ENUM_TYPE_DEFINITION && node.kind !== Kind.ENUM_TYPE_EXTENSION) return [];
    const row = /^(.+)(?:Order|Group)Field$/.exec(node.name.value)?.[1];
    return (node.values ?? []).map(({ name, directives = [] }) => ({
      coordinate: `${node.name.value}.${name.value}`,
      directives,
      ...(row === undefined ? {} : { expected: `${row}.${camelCase(name.value)}` }),
      isBound: row !== undefined,
    }));
  }),
  ...[...fields].flatMap(([coordinate, field]) =>
    (field.arguments ?? []).map(({ name, directives = [] }) => ({
      coordinate: `${coordinate}(${name.value}:)`,
      directives,
      isBound: false,
    })),
  ),
];

const inInput = ({ name, fields: members = [] }: InputObjectTypeDefinitionNode, fields: Fields): Candidate[] => {
  const type = name.value;
  const row = /^(.+)Filter$/.exec(type)?.[1];
  const isOfRows = row !== undefined && [...fields.keys()].some((coordinate) => coordinate.startsWith(`${row}.`));
  return members.map((member) => ({
    coordinate: `${type}.${member.name.value}`,
    directives: member.directives ?? [],
    ...(isOfRows ? { expected: `${row}.${member.name.value}` } : {}),
    // What is written by a mutation is no question; how a value is compared is judged where the value is named.
    isBound:
      !type.endsWith('Input') &&
      !type.startsWith('join__') &&
      !(row !== undefined && !isOfRows && COMPARISONS.has(member.name.value)) &&
      !/(?:(?:Order|Group)Field|^OrderDirection)$/.test(namedType(member.type)),
  }));
};

/** Names of the fields of `TextFilter`, `DateFilter` and their like. */
const COMPARISONS: ReadonlySet<string> = new Set(
  'eq ne in notIn contains startsWith endsWith from to before after gt gte lt lte'.split(' '),
);

const fieldsOf = (document: DocumentNode): Fields =>
  new Map(
    mergedTypes(document).flatMap(({ name, fields = [] }) =>
      fields.map((field): [string, FieldDefinitionNode] => [`${name.value}.${field.name.value}`, field]),
    ),
  );

const camelCase = (name: string): string =>
  name.toLowerCase().replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
