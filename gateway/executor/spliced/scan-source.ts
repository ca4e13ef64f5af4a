import {
  getNamedType,
  getNullableType,
  type GraphQLCompositeType,
  type GraphQLLeafType,
  type GraphQLOutputType,
  type GraphQLSchema,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isListType,
  isNonNullType,
} from 'graphql';
import {
  collectFields,
  type Document,
  type SelectionSets,
  selectionSetsOf,
} from '../compiled/completion/collect-fields.ts';
import { fieldType, type Place, type Position, type SelectedKey } from './position.ts';
import { UNSUITED } from './unsuited.ts';
import { canBeVerbatim } from './verbatim.ts';

/** What goes into the scanner of one fetch. */
export interface ScanContext {
  /** The subgraph's operation; its types are those of the supergraph. */
  readonly asked: Document;
  /** Positions that other fetches go to, or through. */
  readonly isVisited: (position: Position) => boolean;
  /** What fetches require of objects at a position. */
  readonly requiredAt: (position: Position, typeName: string) => ReadonlySet<string>;
  readonly source: string[];
  /** Sets of enum values, as JSON. */
  readonly enums: ReadonlySet<string>[];
  number: number;
}

/** An object to be scanned. */
interface Target {
  readonly typeName: string;
  readonly sets: SelectionSets;
  /** Where it stands in the answer; `undefined`: it is no part of it. */
  readonly position: Position | undefined;
  /** Whether its text is taken as it is, so that nothing has to be made of it. */
  readonly isVerbatim: boolean;
  /** Property under which the fetch links what it gets; `undefined`: the object is the fetch's own. */
  readonly link: string | undefined;
  /** `{"__typename":"…"` has been read. */
  readonly isTyped: boolean;
}

/** Type of an object, where it is not known beforehand. No response key begins with it, nor with `@`. */
export const TYPE_PROPERTY = '#type';

/**
 * Generates the function that scans one object, and makes of it an object with what is needed of it: text of runs of
 * members the answer has in the same order, values other fetches require, and objects that stand in it.
 *
 * The source holds nothing of the operation but bytes of keys and type names to compare with, and property names as
 * JSON.
 *
 * @returns its name
 */
export const scanObject = (context: ScanContext, target: Target): string => {
  const { typeName, position, link, isTyped } = target;
  const selected = position?.selected(typeName);
  const isKept = selected !== undefined && !target.isVerbatim;
  const required = isKept && position !== undefined ? context.requiredAt(position, typeName) : NOTHING;
  const name = `scan${context.number++}`;
  const lines: string[] = [];
  const properties: string[] = [];
  if (isKept && position?.isAbstract === true)
    properties.push(`${JSON.stringify(TYPE_PROPERTY)}:${JSON.stringify(typeName)}`);
  let run: Run | undefined;
  const closeRun = (): void => {
    if (run === undefined) return;
    const property = `#${context.number++}`;
    lines.push(`const ${run.variable}t = s.slice(${run.variable}, p);`);
    properties.push(`${JSON.stringify(property)}:${run.variable}t`);
    const place: Place = { link, property, run: run.keys.map(({ key }) => key) };
    for (const key of run.keys) key.place = place;
    run = undefined;
  };
  askedOf(context.asked, typeName, target.sets).forEach(({ key, fieldName, group }, index) => {
    const client = selected?.byKey.get(key);
    if (client !== undefined && (client.fieldName !== fieldName || (isKept && client.place !== undefined)))
      throw UNSUITED;
    const type = client?.type ?? fieldType(context.asked.schema, typeName, fieldName);
    const below = selectionSetsOf(group);
    const isText = isKept && client !== undefined && isTextual(context, client, below);
    if (!isText || (run !== undefined && run.last.index + 1 !== client.index)) closeRun();
    if (index === 0 && isTyped) {
      if (fieldName !== '__typename' || key !== '__typename') throw UNSUITED;
    } else lines.push(match(`${index === 0 ? '{' : ','}${JSON.stringify(key)}:`));
    const length = JSON.stringify(key).length + 1 + (index === 0 && isTyped ? typeName.length + 2 : 0);
    if (isText && run === undefined) {
      const variable = `r${context.number++}`;
      lines.push(`const ${variable} = p - ${length};`);
      run = { variable, keys: [], last: client };
    }
    if (isText && run !== undefined) {
      run.keys.push(client);
      run.last = client;
    }
    const isRequired = required.has(key);
    const start = `v${context.number++}`;
    if (fieldName === '__typename') {
      if (index > 0 || !isTyped) lines.push(match(JSON.stringify(typeName)));
      return;
    }
    if (isRequired) lines.push(`const ${start} = p;`);
    const named = getNamedType(type);
    if (!isCompositeType(named)) {
      lines.push(scanValue(type, () => scanLeaf(context, named)));
    } else if (client === undefined || isText || !isKept) {
      if (isRequired) throw UNSUITED;
      const inner = scanComposite(context, named, below, client?.child, true);
      lines.push(scanValue(type, () => `P = p; ${inner}(b, s); p = P;`));
    } else {
      if (isRequired) throw UNSUITED;
      const inner = scanComposite(context, named, below, client.child, false);
      const property = ` ${key}`;
      lines.push(`let ${start} = null;`, makeValue(context, type, start, inner));
      properties.push(`${JSON.stringify(property)}:${start}`);
      client.place = { link, property, run: undefined };
    }
    if (isRequired && selected !== undefined && !selected.required.has(key)) {
      const property = ` ${key}`;
      lines.push(`const ${start}t = s.slice(${start}, p);`);
      properties.push(`${JSON.stringify(property)}:${start}t`);
      selected.required.set(key, { link, property, run: undefined });
    }
  });
  closeRun();
  lines.push(match(lines.length === 0 && !isTyped ? '{}' : '}'));
  context.source.push(
    `function ${name}(b, s) {\nlet p = P;\n${lines.join('\n')}\nP = p;\nreturn {${properties.join(',')}};\n}`,
  );
  return name;
};

const NOTHING: ReadonlySet<string> = new Set();

/** Members that follow one another in the subgraph's answer and in ours. */
interface Run {
  readonly variable: string;
  readonly keys: SelectedKey[];
  last: SelectedKey;
}

/** Generates the function that scans an object of a type; an abstract one says first of which type it is. */
export const scanComposite = (
  context: ScanContext,
  type: GraphQLCompositeType,
  sets: SelectionSets,
  position: Position | undefined,
  isVerbatim: boolean,
): string => {
  const target = { sets, position, isVerbatim, link: undefined };
  if (!isAbstractType(type)) return scanObject(context, { ...target, typeName: type.name, isTyped: false });
  const name = `scan${context.number++}`;
  const types = position?.types ?? possibleTypes(context.asked.schema, type.name);
  const branches = types.map((typeName) => {
    const inner = scanObject(context, { ...target, typeName, isTyped: true });
    const text = JSON.stringify(typeName);
    return `if (${isAt(text)}) { P = p + ${text.length}; return ${inner}(b, s); }`;
  });
  context.source.push(
    `function ${name}(b, s) {\nlet p = P;\n${match('{"__typename":')}\n${branches.join('\n')}\nthrow SURPRISE;\n}`,
  );
  return name;
};

const possibleTypes = (schema: GraphQLSchema, name: string): readonly string[] => {
  const type = schema.getType(name);
  return isAbstractType(type) ? schema.getPossibleTypes(type).map((one) => one.name) : [];
};

/** What the subgraph is asked of an object, in the order it answers (GraphQL section 7.1). */
export const askedOf = (asked: Document, typeName: string, sets: SelectionSets) => {
  const { order, selected } = collectFields(asked, typeName, sets);
  return order.map(({ key, when }) => {
    const group = selected.get(key) ?? [];
    const fieldName = group[0]?.node.name.value;
    // Also of a second selection: it may come or not.
    if (fieldName === undefined || when.length > 0 || group.some((one) => one.when.length > 0)) throw UNSUITED;
    return { key, fieldName, group };
  });
};

/** Whether the text of a member can stand in the answer as it is. */
const isTextual = (context: ScanContext, client: SelectedKey, below: SelectionSets): boolean => {
  if (client.child === undefined) return true;
  const type = getNamedType(client.type) as GraphQLCompositeType;
  return canBeVerbatim(context, type, below, client.child);
};

/** At `p`, or a surprise. */
const match = (text: string): string => `if (!(${isAt(text)})) throw SURPRISE; p += ${text.length};`;

// Names are ASCII (GraphQL section 2.1.9), and so are their bytes.
const isAt = (text: string): string =>
  Array.from(text, (character, i) => `b[p${i === 0 ? '' : ` + ${i}`}] === ${character.charCodeAt(0)}`).join(' && ');

const scanLeaf = (context: ScanContext, type: GraphQLLeafType): string => {
  if (isEnumType(type)) {
    const index = context.enums.push(new Set(type.getValues().map(({ name }) => JSON.stringify(name)))) - 1;
    return `{ const q = p; p = R.stringEnd(b, p); if (!E[${index}].has(s.slice(q, p))) throw SURPRISE; }`;
  }
  const end = ENDS[type.name];
  return `p = R.${end ?? 'valueEnd'}(b, p);`;
};

/** An ID that is a number would have to be put in quotes. */
const ENDS: Readonly<Record<string, string>> = Object.assign(Object.create(null), {
  String: 'stringEnd',
  ID: 'stringEnd',
  Int: 'intEnd',
  Float: 'floatEnd',
  Boolean: 'booleanEnd',
});

/** Goes over a value of the type; `item` is for what stands in its lists. */
const scanValue = (type: GraphQLOutputType, item: () => string): string => {
  const nullable = getNullableType(type);
  const inner = isListType(nullable) ? eachItem(scanValue(nullable.ofType, item)) : item();
  return `if (b[p] === 110) ${isNonNullType(type) ? 'throw SURPRISE;' : 'p = R.nullEnd(b, p);'} else { ${inner} }`;
};

const eachItem = (item: string): string =>
  `if (b[p] !== 91) throw SURPRISE; p++; if (b[p] === 93) p++; else for (;;) { ${item} const d = b[p++]; if (d === 93) break; if (d !== 44) throw SURPRISE; }`;

/** Makes objects, and lists of them, and puts them into a variable that is null so far. */
const makeValue = (context: ScanContext, type: GraphQLOutputType, variable: string, inner: string): string => {
  const nullable = getNullableType(type);
  const isNull = isNonNullType(type) ? 'throw SURPRISE;' : 'p = R.nullEnd(b, p);';
  if (!isListType(nullable)) return `if (b[p] === 110) ${isNull} else { P = p; ${variable} = ${inner}(b, s); p = P; }`;
  const itemVariable = `i${context.number++}`;
  const item = makeValue(context, nullable.ofType, itemVariable, inner);
  return `if (b[p] === 110) ${isNull} else { ${variable} = []; ${eachItem(`let ${itemVariable} = null; ${item} ${variable}.push(${itemVariable});`)} }`;
};
