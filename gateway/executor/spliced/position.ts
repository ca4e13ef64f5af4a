import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  getNamedType,
  type GraphQLCompositeType,
  type GraphQLOutputType,
  type GraphQLSchema,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  Kind,
} from 'graphql';
import {
  collectFields,
  type Selected as SelectedNode,
  type SelectionSets,
  selectionSetsOf,
} from '../compiled/completion/collect-fields.ts';
import { type DeniedKeys, deniedKeys, type DeniedLayer } from '../compiled/completion/denied-layers.ts';
import { UNSUITED } from './unsuited.ts';

/** A place in the answer where objects stand, and what the client selects of them. */
export interface Position {
  /** Names of the object types they can have. */
  readonly types: readonly string[];
  /** Whether an object has to say of which type it is. */
  readonly isAbstract: boolean;
  /** What is selected of an object of a type. The same object each time. */
  readonly selected: (typeName: string) => Selected;
}

/** What the client selects of objects of one type at one position. */
export interface Selected {
  readonly typeName: string;
  /** In the order of the answer. */
  readonly keys: readonly SelectedKey[];
  /** Without those that were denied. */
  readonly byKey: ReadonlyMap<string, SelectedKey>;
  /** By response key: where values are found that fetches require. */
  readonly required: Map<string, Place>;
  /** By number of the fetch: the slot in which an object has the record of its entity. */
  readonly links: Map<number, number>;
}

export interface SelectedKey {
  readonly key: string;
  /** Among its siblings. */
  readonly index: number;
  readonly fieldName: string;
  readonly type: GraphQLOutputType;
  /** What it selects below; `undefined` for a leaf. */
  readonly child: Position | undefined;
  /** Null, and asked of nobody. */
  readonly isDenied: boolean;
  /** Where the value is found; set by the fetch that gets it. */
  place: Place | undefined;
}

/** Slots in the record of an object, or in that of the entity a fetch has linked to it. */
export interface Place {
  /** Number of the fetch in whose answer it stands. */
  readonly fetch: number;
  /** Whether that fetch has linked it; else the object itself has it. */
  readonly isLinked: boolean;
  /** A record of objects; or where text begins, with its end in the next slot. */
  readonly slot: number;
  /** For text that holds several members: all their keys. */
  readonly run: readonly string[] | undefined;
}

export interface ClientOperation {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** A response key that is not part of the answer. */
  readonly hiddenKey: string;
}

export const fragmentsOf = ({ definitions }: DocumentNode): ReadonlyMap<string, FragmentDefinitionNode> =>
  new Map(definitions.flatMap((node) => (node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node]] : [])));

/** @param layers what was taken out of the selections that made these sets */
export const positionOf = (
  client: ClientOperation,
  type: GraphQLCompositeType,
  sets: SelectionSets,
  layers: readonly DeniedLayer[],
): Position => {
  const known = new Map<string, Selected>();
  const children: Child[] = [];
  // Types that select the same below a key share the position, so that a fetch can be for all of them.
  const childOf: ChildOf = (named, group, below) => {
    const nodes = group.map(({ node }) => node);
    const found = children.find((one) => one.type === named && isSame(one.nodes, nodes));
    if (found !== undefined && below.length === 0) return found.position;
    const position = positionOf(client, named, selectionSetsOf(group), below);
    if (below.length === 0) children.push({ type: named, nodes, position });
    return position;
  };
  const types = isAbstractType(type) ? client.schema.getPossibleTypes(type).map(({ name }) => name) : [type.name];
  return {
    types,
    isAbstract: isAbstractType(type),
    selected: (typeName) => {
      const found = known.get(typeName);
      if (found !== undefined) return found;
      if (!types.includes(typeName)) throw UNSUITED;
      const made = selectedOf(client, typeName, sets, deniedKeys(layers, typeName), childOf);
      known.set(typeName, made);
      return made;
    },
  };
};

interface Child {
  readonly type: GraphQLCompositeType;
  readonly nodes: readonly FieldNode[];
  readonly position: Position;
}

type ChildOf = (type: GraphQLCompositeType, group: readonly SelectedNode[], below: readonly DeniedLayer[]) => Position;

const isSame = (one: readonly FieldNode[], other: readonly FieldNode[]): boolean =>
  one.length === other.length && one.every((node, index) => node === other[index]);

const selectedOf = (
  client: ClientOperation,
  typeName: string,
  sets: SelectionSets,
  denied: DeniedKeys,
  childOf: ChildOf,
): Selected => {
  const { selected, order } = collectFields(client, typeName, sets);
  const keys: SelectedKey[] = [];
  const whenOf = new Map(order.map(({ key, when }) => [key, when]));
  for (const key of new Set([...denied.order, ...whenOf.keys()])) {
    const when = whenOf.get(key);
    if (when === undefined) {
      if (isNullHere(denied, key)) keys.push(deniedKey(client, key, keys.length));
      continue;
    }
    // Conditions have been decided before an operation is planned.
    if (when.length > 0) throw UNSUITED;
    const group = selected.get(key) ?? [];
    const fieldName = group[0]?.node.name.value;
    if (key === client.hiddenKey) continue;
    if (fieldName === undefined || group.some((one) => one.when.length > 0)) throw UNSUITED;
    const type = fieldType(client.schema, typeName, fieldName);
    const named = getNamedType(type);
    const child = isCompositeType(named) ? childOf(named, group, denied.layersAt(key)) : undefined;
    keys.push({ key, index: keys.length, fieldName, type, child, isDenied: false, place: undefined });
  }
  const byKey = new Map(keys.flatMap((one) => (one.isDenied ? [] : [[one.key, one]])));
  return { typeName, keys, byKey, required: new Map(), links: new Map() };
};

const isNullHere = (denied: DeniedKeys, key: string): boolean => {
  const [first] = denied.nullsAt(key);
  // Conditions have been decided; and null that has to rise is for the other executor.
  if (first !== undefined && (first.when.length > 0 || first.rises)) throw UNSUITED;
  return first !== undefined;
};

const deniedKey = ({ schema }: ClientOperation, key: string, index: number): SelectedKey => {
  const type = schema.getType('String') as GraphQLOutputType;
  return { key, index, fieldName: '', type, child: undefined, isDenied: true, place: undefined };
};

/** @throws UNSUITED for introspection, which no subgraph answers */
export const fieldType = (schema: GraphQLSchema, typeName: string, fieldName: string): GraphQLOutputType => {
  const type = schema.getType(typeName);
  if (fieldName === '__typename') return schema.getType('String') as GraphQLOutputType;
  const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[fieldName] : undefined;
  if (field === undefined) throw UNSUITED;
  return field.type;
};
