import {
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isListType,
  isUnionType,
} from 'graphql';
import type { Choices } from '../../gateway/executor/choices.ts';

/** Text of an operation with fragments, aliases, conditions and arguments, and values for its variables. */
export interface RandomDocument {
  readonly text: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

export const randomDocument = (schema: GraphQLSchema, choices: Choices): RandomDocument => {
  const fragments: string[] = [];
  const writer: Writer = { schema, choices, fragments, budget: 14 };
  const body = selections(writer, 'Query', 4);
  const n = choices.pick(['$n: Int', '$n: Int = 3', '$n: Int = 2']);
  const head = `query Q($on: Boolean!, ${n}, $f: AFilter, $fs: [AFilter!], $by: AOrderField, $bys: [AOrderField!])`;
  const filter = choices.pick<unknown>([null, { name: 1 }, { count: null }, { and: [{ name: 2, count: null }] }, {}]);
  const by = choices.pick<unknown>([null, 'NAME', 'COUNT']);
  const given: Record<string, unknown> = { on: choices.chance(50) };
  if (choices.chance(60)) given['n'] = choices.pick<unknown>([1, 2, null]);
  if (choices.chance(60)) given['f'] = filter;
  if (choices.chance(60)) given['fs'] = choices.pick<unknown>([[filter ?? {}], [], null]);
  if (choices.chance(60)) given['by'] = by;
  if (choices.chance(60)) given['bys'] = choices.pick<unknown>([[by ?? 'NAME'], [], null]);
  return { text: `${head} { ${body} }\n${fragments.join('\n')}`, variables: given };
};

interface Writer {
  readonly schema: GraphQLSchema;
  readonly choices: Choices;
  readonly fragments: string[];
  budget: number;
}

const selections = (writer: Writer, type: string, depth: number): string =>
  Array.from({ length: 1 + writer.choices.upTo(2) }, () => selection(writer, type, depth)).join(' ');

const CONDITIONS = ['', '', '', '', '@include(if: $on)', '@skip(if: $on)', '@skip(if: true)', '@include(if: true)'];

const selection = (writer: Writer, typeName: string, depth: number): string => {
  const { schema, choices, fragments } = writer;
  writer.budget -= 1;
  const type = schema.getType(typeName);
  if (!isCompositeType(type)) throw new Error(typeName);
  const when = choices.pick(CONDITIONS);
  const fields = isUnionType(type) ? [] : Object.values(type.getFields());
  const isLeaf = (field: GraphQLField<unknown, unknown>) => !isCompositeType(getNamedType(field.type));
  const possible = depth > 0 && writer.budget > 0 ? fields : fields.filter(isLeaf);
  if (typeName !== 'Query' && depth > 0 && writer.budget > 0 && choices.chance(isAbstractType(type) ? 55 : 15)) {
    const on = choices.pick(['A', 'B', 'C', 'N', 'M', typeName].filter((name) => overlaps(schema, typeName, name)));
    const inner = selections(writer, on, depth - 1);
    if (choices.chance(70)) return `... on ${on} ${when} { ${inner} }`;
    const name = `F${fragments.length}`;
    fragments.push(`fragment ${name} on ${on} { ${inner} }`);
    return `...${name} ${when}`;
  }
  const field = possible.length === 0 || choices.chance(8) ? undefined : choices.pick(possible);
  if (field === undefined) return `${choices.pick(['', 'x: '])}__typename ${when}`;
  const inner = isLeaf(field) ? '' : `{ ${selections(writer, getNamedType(field.type).name, depth - 1)} }`;
  return `${choices.pick(['', '', '', 'x: ', 'y: '])}${field.name}${given(field, choices)} ${when} ${inner}`;
};

const overlaps = (schema: GraphQLSchema, one: string, other: string): boolean => {
  const of = (name: string) => {
    const type = schema.getType(name);
    if (isAbstractType(type)) return schema.getPossibleTypes(type).map(({ name: object }) => object);
    return isCompositeType(type) ? [name] : [];
  };
  return of(one).some((name) => of(other).includes(name));
};

const given = (field: GraphQLField<unknown, unknown>, choices: Choices): string => {
  const parts = field.args.flatMap(({ name, type }): string[] => {
    if (!choices.chance(55)) return [];
    const isList = isListType(type);
    if (name === 'n') return [`n: ${choices.pick(['1', '2', '$n', 'null'])}`];
    if (name === 'by') return [`by: ${choices.pick(['NAME', 'COUNT', isList ? '$bys' : '$by', 'null'])}`];
    return [
      `filter: ${choices.pick([
        '{ name: 1 }',
        '{ name: $n, count: null }',
        '{ count: null, and: [{ name: null, count: 1 }] }',
        '{ count: null, by: $by }',
        '{ and: [$f2] }'.replace('$f2', '{ by: NAME, count: null }'),
        isList ? '$fs' : '$f',
        'null',
        '{}',
      ])}`,
    ];
  });
  return parts.length === 0 ? '' : `(${parts.join(', ')})`;
};
