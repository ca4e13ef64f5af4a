import { type DocumentNode, type FieldDefinitionNode, Kind, parse, type SelectionSetNode } from 'graphql';
import { AUDIENCES, type AudienceName, sightOf } from './audiences.ts';
import { modelOf, rowsOf } from './catalogue.ts';
import { CLASSES, type DataClass, isDataClass, type Sight } from './classes.ts';
import { type Mask, MASKS, type ValueKind } from './masks.ts';
import { PURPOSES, type PurposeName } from './purposes.ts';
import { type FieldedType, isMarked, mergedTypes, namedType, textOf, usesOf } from './supergraph-text.ts';

/** What a schema says of how a field is seen by those who do not see it in clear. */
export interface FieldMask {
  readonly coordinate: string;
  /** `undefined` where this schema does not say, and another one does: a lint finds what matters. */
  readonly class: DataClass | undefined;
  /** Of the objects it returns, of a page those in it; `undefined` for values, and for what this schema does not say. */
  readonly returns: DataClass | undefined;
  readonly kind: ValueKind | 'object' | 'cursor' | 'page';
  /** What stands in its place where its class is seen masked. */
  readonly masked: Mask;
  /** The names in its `@mask`: one at most, in a schema that has passed the lint. */
  readonly stated: readonly string[];
  /** Subgraphs ask each other for it to join records: it leaves its subgraph in clear, and the gateway masks it. */
  readonly isJoining: boolean;
}

export type FieldMasks = ReadonlyMap<string, FieldMask>;

/** How each class is seen by somebody. */
export type Sights = Readonly<Record<DataClass, Sight>>;

/** By coordinate: every field of a supergraph or of one subgraph that is not part of a value. */
export const readFieldMasks = (document: DocumentNode): FieldMasks => {
  const types = typesOf(document);
  const choices = namesOf(document, Kind.ENUM_TYPE_DEFINITION);
  const unions = namesOf(document, Kind.UNION_TYPE_DEFINITION);
  const joining = joiningFields(types, true);
  const masks = new Map<string, FieldMask>();
  for (const type of types.values())
    for (const field of type.fields ?? []) {
      const mask = fieldMask(type, field, { types, choices, unions, joining });
      if (mask !== undefined) masks.set(mask.coordinate, mask);
    }
  return masks;
};

/** Coordinates of the fields that subgraphs ask each other for, whether or not they say so. */
export const readJoiningFields = (supergraph: DocumentNode): ReadonlySet<string> =>
  joiningFields(typesOf(supergraph), false);

/** Classes of the types that say one, by name; a page is of the class of its rows. */
export const readTypeClasses = (document: DocumentNode): ReadonlyMap<string, DataClass> => {
  const types = typesOf(document);
  return new Map(
    [...types].flatMap(([name, type]) => {
      const own = classOf(rowsOf(type, types));
      return own === undefined ? [] : [[name, own]];
    }),
  );
};

const namesOf = ({ definitions }: DocumentNode, kind: Kind.ENUM_TYPE_DEFINITION | Kind.UNION_TYPE_DEFINITION) =>
  new Set(definitions.flatMap((node) => (node.kind === kind ? [node.name.value] : [])));

/** What stands in the place of a value for somebody: `KEEP` for one seen in clear. */
export const maskFor = ({ class: own, returns, masked }: FieldMask, sights: Sights): Mask => {
  // Who may not see what a type is of gets no objects of it, whoever points at them.
  if (returns !== undefined && sights[returns] === 'removed') return 'REMOVED';
  const sight = own === undefined ? 'clear' : sights[own];
  if (sight === 'clear') return 'KEEP';
  return sight === 'masked' ? masked : 'REMOVED';
};

/** How an audience sees each class for a purpose (`sightOf`). One object for each pair. */
export const sightsOf = (audience: string, purpose: string): Sights =>
  ALL_SIGHTS.get(audience)?.get(purpose) ?? NOTHING;

const computeSights = (audience: string, purpose: string): Sights =>
  Object.freeze(
    Object.fromEntries(Object.keys(CLASSES).map((name) => [name, sightOf(name, audience, purpose)])),
  ) as Sights;

const ALL_SIGHTS: ReadonlyMap<string, ReadonlyMap<string, Sights>> = new Map(
  (Object.keys(AUDIENCES) as AudienceName[]).map((audience) => [
    audience,
    new Map((Object.keys(PURPOSES) as PurposeName[]).map((purpose) => [purpose, computeSights(audience, purpose)])),
  ]),
);

/** Of an audience or a purpose that is in no list. */
const NOTHING: Sights = computeSights('', '');

/** Those of the fields that somebody sees otherwise than they are. */
export const maskable = (fields: FieldMasks): FieldMasks => {
  const ways = everySights();
  return new Map([...fields].filter(([, field]) => ways.some((sights) => maskFor(field, sights) !== 'KEEP')));
};

/** Every way in which classes are seen by anybody who is registered. */
export const everySights = (): readonly Sights[] =>
  [...ALL_SIGHTS.values()].flatMap((byPurpose) => [...byPurpose.values()]);

interface Schema {
  readonly types: ReadonlyMap<string, FieldedType>;
  readonly choices: ReadonlySet<string>;
  readonly unions: ReadonlySet<string>;
  readonly joining: ReadonlySet<string>;
}

const fieldMask = (type: FieldedType, field: FieldDefinitionNode, schema: Schema): FieldMask | undefined => {
  const { types, joining } = schema;
  const model = modelOf(type, field, types);
  if (isMarked(type, 'valueType')) return undefined;
  const own = classOf(field) ?? (model === undefined ? undefined : classOf(model));
  const returned = types.get(namedType(field.type));
  const rows = returned === undefined ? undefined : rowsOf(returned, types);
  const kind = kindOf(type, field, schema);
  const stated = usesOf(field, 'mask').map((use) => textOf(use['as']) ?? '');
  const coordinate = `${type.name.value}.${field.name.value}`;
  return Object.freeze({
    coordinate,
    class: own,
    returns: rows === undefined || isMarked(rows, 'valueType') ? undefined : classOf(rows),
    kind,
    masked: maskedAs(kind, own, stated[0]),
    stated,
    isJoining: joining.has(coordinate),
  });
};

const classOf = (node: Pick<FieldDefinitionNode, 'directives'>): DataClass | undefined => {
  const name = textOf(usesOf(node, 'classification')[0]?.['class']) ?? '';
  return isDataClass(name) ? name : undefined;
};

/** What a field states counts only where its class allows it. */
const maskedAs = (kind: FieldMask['kind'], own: DataClass | undefined, stated: string | undefined): Mask => {
  if (kind === 'object') return 'KEEP';
  if (kind === 'cursor' || kind === 'page') return 'SEAL';
  const allowed = own === undefined ? [] : MASKS[own][kind];
  return allowed.find((mask) => mask === stated) ?? allowed[0] ?? 'REMOVED';
};

const kindOf = (
  type: FieldedType,
  field: FieldDefinitionNode,
  { types, choices, unions }: Schema,
): FieldMask['kind'] => {
  const name = namedType(field.type);
  if (field.name.value === 'cursor' && type.name.value.endsWith('Edge')) return 'cursor';
  if (name === 'PageInfo') return 'page';
  const scalar = SCALARS.get(name);
  if (scalar !== undefined) return scalar;
  if (choices.has(name)) return 'choice';
  const returned = types.get(name);
  // Scalars of somebody's own may hold anything, as texts do.
  if (returned === undefined) return unions.has(name) ? 'object' : 'text';
  if (!isMarked(returned, 'valueType')) return 'object';
  return AMOUNTS.has(name) ? 'amount' : 'compound';
};

const SCALARS: ReadonlyMap<string, ValueKind> = new Map([
  ['ID', 'id'],
  ['String', 'text'],
  ['Date', 'date'],
  ['DateTime', 'date'],
  ['Int', 'amount'],
  ['Float', 'amount'],
  ['Decimal', 'amount'],
  ['Boolean', 'choice'],
]);

/** Value types that hold an amount, and of what. */
const AMOUNTS: ReadonlySet<string> = new Set(['Money', 'Quantity', 'FacilityAmount']);

/** Types with all that extensions add to them. */
const typesOf = (document: DocumentNode): ReadonlyMap<string, FieldedType> =>
  new Map(mergedTypes(document).map((type) => [type.name.value, type]));

/**
 * Fields that are part of a key, or that another subgraph requires. A supergraph says so of all (join specification); a
 * subgraph knows its own keys, and says `@joins` of what else others ask it for.
 */
const joiningFields = (types: ReadonlyMap<string, FieldedType>, believed: boolean): ReadonlySet<string> => {
  const found = new Set<string>();
  const add = (type: FieldedType, { selections }: SelectionSetNode): void => {
    for (const selection of selections) {
      if (selection.kind !== Kind.FIELD) {
        if (selection.kind === Kind.INLINE_FRAGMENT)
          add(types.get(selection.typeCondition?.name.value ?? '') ?? type, selection.selectionSet);
        continue;
      }
      found.add(`${type.name.value}.${selection.name.value}`);
      const field = type.fields?.find(({ name }) => name.value === selection.name.value);
      const below = field && types.get(namedType(field.type));
      if (below !== undefined && selection.selectionSet !== undefined) add(below, selection.selectionSet);
    }
  };
  const addText = (type: FieldedType, fields: unknown): void => {
    if (typeof fields === 'string') add(type, selectionOf(fields));
  };
  for (const type of types.values()) {
    for (const { key } of usesOf(type, 'join__type')) addText(type, key);
    for (const { fields } of usesOf(type, 'key')) addText(type, fields);
    for (const field of type.fields ?? []) {
      if (believed && isMarked(field, 'joins')) found.add(`${type.name.value}.${field.name.value}`);
      for (const { requires } of usesOf(field, 'join__field')) addText(type, requires);
    }
  }
  return found;
};

const selectionOf = (fields: string): SelectionSetNode => {
  const [operation] = parse(`{ ${fields} }`, { noLocation: true }).definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('not a selection of fields');
  return operation.selectionSet;
};
