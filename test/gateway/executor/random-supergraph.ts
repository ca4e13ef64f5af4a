import type { Choices } from './choices.ts';

/**
 * Schemas of a few subgraphs that share entities: keys of several kinds, required, provided, shared and overridden
 * fields, interfaces, unions, an interface that one subgraph knows as an object type. Most of them compose.
 */
export const randomSubgraphs = (choices: Choices): Readonly<Record<string, string>> => {
  const entities = NAMES.slice(0, 1 + choices.upTo(2)).map((name) => entityOf(choices, name));
  const names = ['a', 'b', 'c', 'd'].slice(0, 2 + choices.upTo(2));
  const design: Design = {
    choices,
    entities,
    names,
    node: choices.chance(50) ? choices.pick(['interface', 'keyed'] as const) : undefined,
    hasUnion: choices.chance(50),
  };
  return Object.fromEntries(names.map((name, index) => [name, subgraphOf(design, name, index)]));
};

interface Design {
  readonly choices: Choices;
  readonly entities: readonly Entity[];
  readonly names: readonly string[];
  /** Whether the first subgraph has an interface of all entities, and whether that has a key of its own. */
  readonly node: 'interface' | 'keyed' | undefined;
  readonly hasUnion: boolean;
}

interface Entity {
  readonly name: string;
  /** As the first subgraph has them; the others use one of them. */
  readonly keys: readonly string[];
  /** Field and type; the first subgraph has all of them. */
  readonly fields: readonly (readonly [name: string, type: string])[];
}

const NAMES = ['Apple', 'Bowl', 'Crate'];
const KEYS = ['id', 'sku', 'id sku', 'ref { code }', 'id ref { code }'];
const LEAVES = ['String', 'Int', 'Float', 'Boolean', 'ID', 'Color', 'Any'];
const WRAPPERS = ['T', 'T', 'T!', '[T]', '[T!]!', '[[T!]]', '[[T]!]!'];

const entityOf = (choices: Choices, name: string): Entity => {
  const others = NAMES.slice(0, NAMES.indexOf(name) + 1);
  const count = 2 + choices.upTo(3);
  return {
    name,
    keys: choices.chance(40) ? ['id', choices.pick(KEYS.slice(1))] : ['id'],
    fields: Array.from({ length: count }, (_, index) => {
      const type = choices.chance(35) ? choices.pick(others) : choices.chance(25) ? 'Dims' : choices.pick(LEAVES);
      return [`f${index}`, wrapped(choices, type)];
    }),
  };
};

const wrapped = (choices: Choices, type: string): string => {
  const wrapper = choices.pick(WRAPPERS);
  // An entity that must have another, and so on, would have no end; the subgraphs here stop at the selection.
  return wrapper.replace('T', type);
};

const subgraphOf = (design: Design, name: string, index: number): string => {
  const { choices, entities, node, hasUnion, names } = design;
  const isFirst = index === 0;
  const knowsNode = !isFirst && node === 'keyed' && index === names.length - 1 && choices.chance(70);
  const known = knowsNode ? [] : entities.filter(() => isFirst || choices.chance(75));
  const provided = new Set(known.filter(() => !isFirst && choices.chance(40)));
  const types = known.map((entity) =>
    isFirst ? homeOf(design, entity) : elsewhereOf(design, entity, { name, known, provides: provided.has(entity) }),
  );
  const roots = known.map((entity) => {
    const type = choices.pick(['T', 'T!', '[T!]', '[[T]!]']).replace('T', entity.name);
    return `${entity.name.toLowerCase()}_${name}(n: Int): ${type}${provided.has(entity) ? ' @provides(fields: "name")' : ''}`;
  });
  const parts = [
    'LINK',
    `type Query { about_${name}: String ${roots.join(' ')} ${isFirst && node ? 'node: Node nodes: [Node!]' : ''} ${isFirst && hasUnion ? 'any: [Either]' : ''} ${knowsNode ? `seen_${name}: [Node]` : ''} }`,
    isFirst && choices.chance(30)
      ? `type Mutation { ${entities.map((entity) => `set${entity.name}(n: Int): ${entity.name}`).join(' ')} }`
      : '',
    ...types,
    knowsNode
      ? `type Node @key(fields: "id") @interfaceObject { id: ID! rank_${name}: Int! notes_${name}: [Note!] } type Note { text: String of: Node }`
      : '',
    isFirst && node ? `interface Node ${node === 'keyed' ? '@key(fields: "id")' : ''} { id: ID! }` : '',
    isFirst && hasUnion ? `union Either = ${entities.map((entity) => entity.name).join(' | ')}` : '',
    'type Dims @shareable { w: Int! h: Int deep: Deep } type Deep @shareable { note: String tags: [[String!]] }',
    'type Ref @shareable { code: ID! } scalar Any',
    `enum Color { RED GREEN HIDDEN @inaccessible }`,
  ];
  return parts.filter((part) => part !== '').join('\n');
};

/** The first subgraph has every field of every entity. */
const homeOf = ({ choices, node }: Design, { name, keys, fields }: Entity): string => {
  const directives = keys.map((key) => `@key(fields: "${key}")`).join(' ');
  const shared = choices.chance(40) ? '@shareable' : '';
  return `type ${name} ${node ? 'implements Node' : ''} ${directives} {
    id: ID! sku: String! @shareable ref: Ref! @shareable
    ${fields.map(([field, type]) => `${field}: ${type} ${shared}`).join('\n    ')}
    moved: Int name: String @shareable
  }`;
};

/** The others add fields, require some, and take one over. */
const elsewhereOf = (
  { choices, names, entities }: Design,
  { name, keys, fields }: Entity,
  {
    name: subgraph,
    known,
    provides,
  }: { readonly name: string; readonly known: readonly Entity[]; readonly provides: boolean },
): string => {
  const key = choices.pick(keys);
  const own = LEAVES.slice(0, 1 + choices.upTo(2)).map(
    (leaf, index) => `${subgraph}${index}${index === 0 ? '(n: Int)' : ''}: ${wrapped(choices, leaf)}`,
  );
  const required = choices.chance(60) ? fields.find(([, type]) => isRequirable(entities, type)) : undefined;
  const [field = '', type = ''] = required ?? [];
  const requires = type.includes('Dims') ? `${field} { w deep { note } }` : field;
  return `type ${name} @key(fields: "${key}") {
    ${key.includes('id') ? 'id: ID!' : ''} ${key.includes('sku') ? 'sku: String!' : ''} ${key.includes('ref') ? 'ref: Ref!' : ''}
    ${own.join(' ')} other_${subgraph}: ${wrapped(choices, choices.pick(known).name)}
    ${required === undefined ? '' : `${field}: ${type} @external need_${subgraph}: String @requires(fields: "${requires}")`}
    ${subgraph === names[1] && choices.chance(50) ? 'moved: Int @override(from: "a")' : ''}
    ${provides ? 'name: String @external' : ''}
  }`;
};

/** Lists of lists in what is required are a written difference. */
const isRequirable = (entities: readonly Entity[], type: string): boolean =>
  !type.includes('[[') && !entities.some(({ name }) => type.includes(name));
