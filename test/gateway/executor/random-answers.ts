import { buildSubgraphSchema } from '@apollo/subgraph';
import {
  type FieldNode,
  type FragmentDefinitionNode,
  getNamedType,
  type GraphQLFormattedError,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  isAbstractType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  parse,
  type SelectionSetNode,
  valueFromASTUntyped,
} from 'graphql';
import type { Transport } from '../../../gateway/executor/transports/transport.ts';
import { fail } from '../../../platform/errors.ts';
import type { SubgraphCall } from '../../../platform/subgraph.ts';
import { hashOf } from './choices.ts';

/** How often what goes wrong, in a thousand. */
export interface Faults {
  /** Null where there may be one. */
  readonly nulls: number;
  /** Null where there may be none, without a word. */
  readonly wrongNulls: number;
  /** Null and an error. */
  readonly errors: number;
  readonly missing: number;
  /** A scalar or an enum value that is none. */
  readonly wrongLeaves: number;
  /** An object for a list, a string for an object. */
  readonly wrongShapes: number;
  /** No answer at all, or errors without data. */
  readonly failures: number;
}

export const NO_FAULTS: Faults = {
  nulls: 0,
  wrongNulls: 0,
  errors: 0,
  missing: 0,
  wrongLeaves: 0,
  wrongShapes: 0,
  failures: 0,
};

export interface SeenCall {
  readonly subgraph: string;
  readonly call: SubgraphCall;
}

/**
 * A subgraph that makes its answers up: well-formed or not, and always the same for the same seed and the same thing
 * asked about, whoever asks and however often. Entities are rows of a small world, so that many positions share one.
 * Objects of `typed` types say their type unasked, and entities of other types do not even when asked.
 */
export const inventingTransport = (
  name: string,
  schema: GraphQLSchema,
  seed: number,
  faults: Faults,
  seen: SeenCall[],
  typed: ReadonlySet<string> | undefined,
): Transport => ({
  name,
  send: (call) => {
    seen.push({ subgraph: name, call: structuredClone(call) });
    const failing = hashOf(`${seed}/${name}/${call.query}`) % 1000;
    if (failing < faults.failures / 2) return Promise.reject(fail('DOWNSTREAM_SERVICE_ERROR'));
    if (failing < faults.failures) return Promise.resolve({ data: null, errors: [{ message: `down ${call.query}` }] });
    return Promise.resolve(new Inventor(schema, seed, faults, call, typed).answer());
  },
});

export const schemaOfSubgraph = (sdl: string): GraphQLSchema => buildSubgraphSchema(parse(sdl));

type Path = readonly (string | number)[];

class Inventor {
  readonly #schema: GraphQLSchema;
  readonly #seed: number;
  readonly #faults: Faults;
  readonly #variables: Readonly<Record<string, unknown>>;
  readonly #fragments = new Map<string, FragmentDefinitionNode>();
  readonly #selections: SelectionSetNode;
  readonly #root: GraphQLObjectType;
  readonly #errors: GraphQLFormattedError[] = [];
  readonly #typed: ReadonlySet<string> | undefined;

  constructor(
    schema: GraphQLSchema,
    seed: number,
    faults: Faults,
    call: SubgraphCall,
    typed: ReadonlySet<string> | undefined,
  ) {
    this.#typed = typed;
    this.#schema = schema;
    this.#seed = seed;
    this.#faults = faults;
    this.#variables = call.variables ?? {};
    const { definitions } = parse(call.query, { noLocation: true });
    for (const node of definitions)
      if (node.kind === Kind.FRAGMENT_DEFINITION) this.#fragments.set(node.name.value, node);
    const operation = definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION);
    const root = operation && schema.getRootType(operation.operation);
    if (!operation || !root) throw new Error('the subgraph cannot run this');
    this.#selections = operation.selectionSet;
    this.#root = root;
  }

  answer() {
    const data = this.#object(this.#root, 'root', [this.#selections], []);
    return { data, ...(this.#errors.length === 0 ? {} : { errors: this.#errors }) };
  }

  #object(type: GraphQLObjectType, identity: string, sets: readonly SelectionSetNode[], path: Path) {
    const object: Record<string, unknown> = this.#typed?.has(type.name) === true ? { __typename: type.name } : {};
    for (const [key, nodes] of this.#collect(type, sets)) {
      const [first] = nodes;
      const field = first && type.getFields()[first.name.value];
      const at = [...path, key];
      if (first?.name.value === '__typename') {
        const isHidden = path[0] === '_entities' && path.length === 2 && this.#typed?.has(type.name) === false;
        if (!isHidden) object[key] = type.name;
      } else if (first?.name.value === '_entities') object[key] = this.#entities(nodes, at);
      else if (first !== undefined && field !== undefined) {
        const within = nodes.flatMap(({ selectionSet }) => (selectionSet === undefined ? [] : [selectionSet]));
        const value = this.#value(field.type, `${identity}.${this.#asked(first)}`, within, at);
        if (value === undefined) continue;
        defineOwn(object, key, value);
        // What the planner had asked for under another name the reference gives back only when it is truthy.
        const name = /^(.+)__alias_\d+$/.exec(key)?.[1];
        if (this.#typed !== undefined && name !== undefined && !value) defineOwn(object, name, value);
      } else throw new Error(`${type.name}.${first?.name.value} is not a field of the subgraph`);
    }
    return object;
  }

  #entities(nodes: readonly FieldNode[], path: Path) {
    const within = nodes.flatMap(({ selectionSet }) => (selectionSet === undefined ? [] : [selectionSet]));
    const representations = this.#variables['representations'] as readonly { readonly __typename: string }[];
    return representations.map((representation, index) => {
      const text = JSON.stringify(representation);
      const type = this.#schema.getType(representation.__typename);
      if (!isObjectType(type) && !isAbstractType(type)) throw new Error(`${text} is of no type of the subgraph`);
      const row = rowOf(representation) ?? hashOf(text) % ROWS;
      const required = Object.keys(representation).some((key) => !KEYS.has(key)) ? text : '';
      return this.#named(type.name, `${type.name}#${row}${required}`, within, [...path, index], true);
    });
  }

  #value(type: GraphQLOutputType, identity: string, sets: readonly SelectionSetNode[], path: Path): unknown {
    if (this.#strikes('missing', identity)) return undefined;
    if (this.#strikes('errors', identity)) {
      this.#errors.push({ message: `at ${identity}`, path, extensions: { code: 'FORBIDDEN' } });
      return null;
    }
    if (isNonNullType(type)) {
      if (this.#strikes('wrongNulls', identity)) return null;
    } else if (this.#strikes('nulls', identity)) return null;
    const bare = isNonNullType(type) ? (type.ofType as GraphQLOutputType) : type;
    if (this.#strikes('wrongShapes', identity)) return this.#wrongShape(bare, identity);
    if (isListType(bare)) {
      const length = this.#random(`${identity}.length`) % 4;
      return Array.from({ length }, (_, index) => {
        const item = this.#value(bare.ofType, `${identity}[${index}]`, sets, [...path, index]);
        return item === undefined ? null : item;
      });
    }
    return this.#named(getNamedType(bare).name, identity, sets, path, false);
  }

  /** An object with nothing in it says its type where all do. */
  #wrongShape(type: GraphQLOutputType, identity: string): unknown {
    const shape = this.#pick(`${identity}!`, WRONG_SHAPES);
    const isTyped = typeof shape === 'object' && isObjectType(type) && this.#typed?.has(type.name) === true;
    return isTyped ? { __typename: type.name } : shape;
  }

  #named(name: string, identity: string, sets: readonly SelectionSetNode[], path: Path, isEntity: boolean): unknown {
    const type = this.#schema.getType(name);
    if (isAbstractType(type)) {
      const possible = this.#schema.getPossibleTypes(type).toSorted((one, other) => (one.name < other.name ? -1 : 1));
      const chosen = possible[this.#random(`${identity}.type`) % possible.length];
      if (chosen === undefined) return null;
      return this.#named(chosen.name, isEntity ? identity.replace(name, chosen.name) : identity, sets, path, isEntity);
    }
    if (isObjectType(type)) {
      if (isEntity && this.#strikes('nulls', identity)) return null;
      const isRow = !isEntity && KEY_FIELDS.some((field) => Object.hasOwn(type.getFields(), field));
      const row = isRow ? `${name}#${this.#random(identity) % ROWS}` : identity;
      return this.#object(type, row, sets, path);
    }
    // A number for an ID is not wrong, only not yet right: a written difference.
    if (this.#strikes('wrongLeaves', identity))
      return this.#pick(`${identity}!`, name === 'ID' ? WRONG_LEAVES.slice(1) : WRONG_LEAVES);
    if (isEnumType(type)) return this.#pick(identity, type.getValues())?.name;
    const key = /#(\d+)[^#]*\.(id|sku|code)$/.exec(identity);
    if (key !== null) return `${key[2]}-${key[1]}`;
    const random = this.#random(identity);
    if (name === 'Int') return random % 100;
    if (name === 'Float') return (random % 1000) / 8;
    if (name === 'Boolean') return random % 2 === 0;
    if (name === 'String' || name === 'ID') return `${name} ${random % 50}`;
    return JSON.parse(this.#pick(identity, ANYTHING) ?? 'null');
  }

  #collect(type: GraphQLObjectType, sets: readonly SelectionSetNode[], into = new Map<string, FieldNode[]>()) {
    for (const set of sets)
      for (const selection of set.selections) {
        if (!this.#isSelected(selection.directives ?? [])) continue;
        if (selection.kind === Kind.FIELD) {
          const key = selection.alias?.value ?? selection.name.value;
          into.set(key, [...(into.get(key) ?? []), selection]);
          continue;
        }
        const inner = selection.kind === Kind.FRAGMENT_SPREAD ? this.#fragments.get(selection.name.value) : selection;
        const condition = inner?.typeCondition && this.#schema.getType(inner.typeCondition.name.value);
        const applies =
          condition === undefined ||
          condition === type ||
          (isAbstractType(condition) && this.#schema.isSubType(condition, type));
        if (inner !== undefined && applies) this.#collect(type, [inner.selectionSet], into);
      }
    return into;
  }

  #isSelected(directives: NonNullable<FieldNode['directives']>): boolean {
    return directives.every(({ name, arguments: given }) => {
      const value = given?.[0]?.value;
      const condition = value && valueFromASTUntyped(value, this.#variables);
      return name.value === 'skip' ? condition !== true : name.value === 'include' ? condition === true : true;
    });
  }

  /** The field with what it was asked with. */
  #asked({ name, arguments: given = [] }: FieldNode): string {
    const values = given.map((one) => [one.name.value, valueFromASTUntyped(one.value, this.#variables)]);
    return given.length === 0 ? name.value : `${name.value}(${JSON.stringify(values)})`;
  }

  #strikes(fault: keyof Faults, identity: string): boolean {
    // Keys stay: an object that cannot be found elsewhere tells little.
    const isKey = /\.(id|sku|code|ref)$/.test(identity);
    const often = isKey ? this.#faults[fault] / 10 : this.#faults[fault];
    // Whatever type a subgraph knows a row by, its keys are the same, and so is what is wrong with them.
    return this.#random(`${fault}/${isKey ? identity.replace(/^\w+#/, '#') : identity}`) % 1000 < often;
  }

  #pick<T>(identity: string, options: readonly T[]): T | undefined {
    return options[this.#random(identity) % options.length];
  }

  #random(identity: string): number {
    return hashOf(`${this.#seed}/${identity}`);
  }
}

const ROWS = 4;
const KEY_FIELDS = ['id', 'sku', 'ref'];
const KEYS = new Set(['__typename', ...KEY_FIELDS]);
const WRONG_LEAVES = [7, 1.5, 'text', true, {}, [1], { __proto__: null, a: 1 }];
/** No lists: the reference takes one for an object, which is a written difference. */
const WRONG_SHAPES = ['text', 1.5, {}];
const ANYTHING = ['1', '"text"', '[1,[2]]', '{"__proto__":{"a":1},"constructor":null,"b":[{}]}', 'false'];

const rowOf = (value: unknown): number | undefined => {
  if (typeof value === 'string') {
    const row = /^(?:id|sku|code)-(\d+)$/.exec(value)?.[1];
    return row === undefined ? undefined : Number(row);
  }
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, inner] of Object.entries(value)) {
    const row = key === 'code' || KEYS.has(key) ? rowOf(inner) : undefined;
    if (row !== undefined) return row;
  }
  return undefined;
};

const defineOwn = (object: object, key: string, value: unknown) =>
  Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
