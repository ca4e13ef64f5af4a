import { type FieldDefinitionNode, parse } from 'graphql';
import {
  type FieldedType,
  fieldedTypes,
  graphNames,
  graphsOfField,
  isMarked,
  namedType,
  ROOTS,
  textOf,
  usesOf,
} from './supergraph-text.ts';

/** One part of the truth about a field: which system has it, where, and from when to when. */
export interface Ownership {
  readonly system: string;
  /** What it is limited to; null where it is not. */
  readonly facility: string | null;
  readonly location: string | null;
  readonly category: string | null;
  /** Days in ISO 8601; from is inclusive, to is exclusive, null is open. */
  readonly from: string | null;
  readonly to: string | null;
}

export interface Freshness {
  readonly class: string;
  /** Duration in ISO 8601, `PT24H`; null: what is read is what the owner has. */
  readonly maxAge: string | null;
}

/** What a supergraph says of one field besides its type. */
export interface CatalogueEntry {
  /** `PurchaseOrder.total` */
  readonly coordinate: string;
  readonly type: string;
  readonly field: string;
  readonly description: string | null;
  /** Part of a value: owners and class are those of the field that holds the value, and none stand here. */
  readonly isValue: boolean;
  /** Only for joins between subgraphs; no part of what clients see. */
  readonly isHidden: boolean;
  readonly owners: readonly Ownership[];
  /** Coordinates it is computed from; empty where it has an owner. */
  readonly derivedFrom: readonly string[];
  /** One, in a supergraph that has passed the lint. */
  readonly classes: readonly string[];
  readonly freshness: Freshness;
  /** Names of the subgraphs that can answer it. */
  readonly subgraphs: readonly string[];
}

/** The catalogue of a supergraph: every field that can be asked for, in the order of the text. */
export const readCatalogue = (supergraphSdl: string): readonly CatalogueEntry[] =>
  readEveryField(supergraphSdl).filter(({ isHidden }) => !isHidden);

/** The same with the fields that only subgraphs ask each other for: they have an owner and a class too. */
export const readEveryField = (supergraphSdl: string): readonly CatalogueEntry[] => {
  const document = parse(supergraphSdl, { noLocation: true });
  const types = new Map(fieldedTypes(document).map((type) => [type.name.value, type]));
  const names = graphNames(document);
  return [...types.values()].flatMap((type) =>
    (type.fields ?? []).map((field): CatalogueEntry => {
      const said = sayingsOf(type, field, types);
      return {
        coordinate: `${type.name.value}.${field.name.value}`,
        type: type.name.value,
        field: field.name.value,
        description: field.description?.value ?? null,
        isHidden: isMarked(field, 'inaccessible'),
        ...said,
        subgraphs: graphsOfField(type, field).map((graph) => names.get(graph) ?? graph),
      };
    }),
  );
};

type Sayings = Pick<CatalogueEntry, 'isValue' | 'owners' | 'derivedFrom' | 'classes' | 'freshness'>;
type Types = ReadonlyMap<string, FieldedType>;

/** Each directive of the field, else of the type it takes after. */
const sayingsOf = (type: FieldedType, field: FieldDefinitionNode, types: Types): Sayings => {
  const model = modelOf(type, field, types);
  const isValue = model !== undefined && isMarked(model, 'valueType');
  const uses = (directive: string) => {
    const own = usesOf(field, directive);
    return own.length > 0 || model === undefined ? own : usesOf(model, directive);
  };
  const derivedFrom = usesOf(field, 'derived').flatMap(({ from }) => (from as readonly string[] | undefined) ?? []);
  // A derived field has no owner, unless it says so itself, which the lint refuses.
  const owners = derivedFrom.length > 0 ? usesOf(field, 'systemOfRecord') : uses('systemOfRecord');
  return {
    isValue,
    owners: owners.map(toOwnership),
    derivedFrom,
    classes: [...new Set(uses('classification').map((use) => textOf(use['class']) ?? ''))],
    freshness: toFreshness(uses('freshness')[0]),
  };
};

/** The type whose owner and class a field takes: of a page those of its rows, of a root field those of what it returns. */
export const modelOf = (type: FieldedType, field: FieldDefinitionNode, types: Types): FieldedType | undefined => {
  if (ROOTS.has(type.name.value)) {
    const returned = types.get(namedType(field.type));
    return returned === undefined ? undefined : rowsOf(returned, types);
  }
  return rowsOf(type, types);
};

/** What a connection or an edge is made of; of any other type, itself. */
export const rowsOf = (type: FieldedType, types: Types): FieldedType => {
  const { value } = type.name;
  const field = value.endsWith('Connection') ? 'nodes' : value.endsWith('Edge') ? 'node' : undefined;
  const row = type.fields?.find(({ name }) => name.value === field);
  return (row === undefined ? undefined : types.get(namedType(row.type))) ?? type;
};

const toOwnership = (use: Readonly<Record<string, unknown>>): Ownership => ({
  system: textOf(use['system']) ?? '',
  facility: textOf(use['facility']),
  location: textOf(use['location']),
  category: textOf(use['category']),
  from: textOf(use['from']),
  to: textOf(use['to']),
});

const REAL_TIME: Freshness = Object.freeze({ class: 'REAL_TIME', maxAge: null });

const toFreshness = (use: Readonly<Record<string, unknown>> | undefined): Freshness =>
  use === undefined ? REAL_TIME : { class: textOf(use['class']) ?? '', maxAge: textOf(use['maxAge']) };
