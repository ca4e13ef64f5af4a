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
import { FIRST, KIND, NEXT, NULL, PLAIN } from './tape.ts';
import { canBeVerbatim } from './verbatim.ts';

/** The program of one operation, while its source is written. */
export interface Program {
  /** Functions. They share variables: `P`, where the scanner is; `T`, the ints of the tape, and `N`, how many are taken. */
  readonly source: string[];
  /** Sets of enum values, as JSON. */
  readonly enums: ReadonlySet<string>[];
  /** By object type, where several are possible. */
  readonly kinds: Map<string, number>;
  /** For names that are used once. */
  number: number;
}

/** What goes into the scanner of one fetch. */
export interface ScanContext {
  readonly program: Program;
  /** Number of the fetch. */
  readonly fetch: number;
  /** The subgraph's operation; its types are those of the supergraph. */
  readonly asked: Document;
  /** Positions that other fetches go to, or through. */
  readonly isVisited: (position: Position) => boolean;
  /** What fetches require of objects at a position. */
  readonly requiredAt: (position: Position, typeName: string) => ReadonlySet<string>;
  /** Fetches that get entities for objects at a position. */
  readonly linkedAt: (position: Position, typeName: string) => readonly number[];
}

/** An object to be scanned. */
interface Target {
  readonly typeName: string;
  readonly sets: SelectionSets;
  /** Where it stands in the answer; `undefined`: it is no part of it. */
  readonly position: Position | undefined;
  /** Whether its text is taken as it is, so that nothing has to be noted of it. */
  readonly isVerbatim: boolean;
  /** Whether the fetch links it to an object that is there; else the object is the fetch's own. */
  readonly isLinked: boolean;
  /** `{"__typename":"…"` has been read. */
  readonly isTyped: boolean;
}

/** The kind of objects of a type, where several are possible. */
export const kindOf = ({ kinds }: Program, typeName: string): number => {
  const kind = kinds.get(typeName) ?? kinds.size + 1;
  kinds.set(typeName, kind);
  return kind;
};

/**
 * Generates the function that scans one object, and makes a record of what is needed of it: text of runs of members the
 * answer has in the same order, values other fetches require, and objects that stand in it. It returns the record, or 0
 * where none is needed.
 *
 * The source holds nothing of the operation but bytes of keys and type names to compare with.
 *
 * @returns its name
 */
export const scanObject = (context: ScanContext, target: Target): string => {
  const { program, fetch } = context;
  const { typeName, position, isLinked, isTyped } = target;
  const selected = position?.selected(typeName);
  const isKept = selected !== undefined && !target.isVerbatim;
  const required = isKept && position !== undefined ? context.requiredAt(position, typeName) : NOTHING;
  const name = `scan${program.number++}`;
  const lines: string[] = [];
  /** Expressions of what goes into the record. */
  const slots: string[] = [];
  const addSlots = (...expressions: readonly string[]): number =>
    FIRST + slots.push(...expressions) - expressions.length;
  let run: Run | undefined;
  const closeRun = (): void => {
    if (run === undefined) return;
    const { variable, keys } = run;
    lines.push(`const ${variable}e = p;`);
    const place: Place = { fetch, isLinked, slot: addSlots(variable, `${variable}e`), run: keys.map(({ key }) => key) };
    for (const key of keys) key.place = place;
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
      const variable = `r${program.number++}`;
      lines.push(`const ${variable} = p - ${length};`);
      run = { variable, keys: [], last: client };
    }
    if (isText && run !== undefined) {
      run.keys.push(client);
      run.last = client;
    }
    const isRequired = required.has(key);
    const start = `v${program.number++}`;
    if (fieldName === '__typename') {
      if (index > 0 || !isTyped) lines.push(match(JSON.stringify(typeName)));
      return;
    }
    if (isRequired) lines.push(`const ${start} = p;`);
    const named = getNamedType(type);
    if (!isCompositeType(named)) {
      lines.push(scanValue(type, () => scanLeaf(program, named)));
    } else if (client === undefined || isText || !isKept) {
      if (isRequired) throw UNSUITED;
      const inner = scanComposite(context, named, below, client?.child, true);
      lines.push(scanValue(type, () => `P = p; ${inner}(b, d); p = P;`));
    } else {
      if (isRequired) throw UNSUITED;
      const inner = scanComposite(context, named, below, client.child, false);
      lines.push(`let ${start} = 0;`, makeValue(program, type, start, inner));
      client.place = { fetch, isLinked, slot: addSlots(start), run: undefined };
    }
    if (isRequired && selected !== undefined && !selected.required.has(key)) {
      lines.push(`const ${start}e = p;`);
      selected.required.set(key, { fetch, isLinked, slot: addSlots(start, `${start}e`), run: undefined });
    }
  });
  closeRun();
  lines.push(match(lines.length === 0 && !isTyped ? '{}' : '}'));
  if (isKept && !isLinked && position !== undefined)
    for (const link of context.linkedAt(position, typeName)) selected.links.set(link, addSlots('0'));
  const kind = position?.isAbstract === true ? kindOf(program, typeName) : PLAIN;
  const record = isKept ? `${makeRecord('o', kind, slots)}\nreturn o;` : 'return 0;';
  program.source.push(`function ${name}(b, d) {\nlet p = P;\n${lines.join('\n')}\nP = p;\n${record}\n}`);
  return name;
};

/** Puts a record on the tape, and its index into a new constant. */
export const makeRecord = (name: string, kind: number, slots: readonly string[]): string => {
  const values = [String(kind), ...slots].map((value, index) => `T[${name} + ${KIND + index}] = ${value};`);
  return `const ${name} = N; N += ${FIRST + slots.length}; if (N > T.length) T = longer(T, N);
T[${name} + ${NEXT}] = 0; ${values.join(' ')}`;
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
  const target = { sets, position, isVerbatim, isLinked: false };
  if (!isAbstractType(type)) return scanObject(context, { ...target, typeName: type.name, isTyped: false });
  const { program } = context;
  const name = `scan${program.number++}`;
  const types = position?.types ?? possibleTypes(context.asked.schema, type.name);
  const branches = types.map((typeName) => {
    const inner = scanObject(context, { ...target, typeName, isTyped: true });
    const text = JSON.stringify(typeName);
    return `if (${isAt(text)}) { P = p + ${text.length}; return ${inner}(b, d); }`;
  });
  program.source.push(
    `function ${name}(b, d) {\nlet p = P;\n${match('{"__typename":')}\n${branches.join('\n')}\nthrow SURPRISE;\n}`,
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

/** Whether this text is at `p`: four bytes at a time, the last four over what has been compared already. */
const isAt = (text: string): string => {
  if (text.length < 4)
    return Array.from(text, (character, i) => `b[${at(i)}] === ${character.charCodeAt(0)}`).join(' && ');
  const starts = Array.from({ length: Math.ceil(text.length / 4) }, (_, i) => Math.min(4 * i, text.length - 4));
  return starts.map((start) => `d.getInt32(${at(start)}, true) === ${fourBytes(text, start)}`).join(' && ');
};

const at = (offset: number): string => (offset === 0 ? 'p' : `p + ${offset}`);

/** Names are ASCII (GraphQL section 2.1.9), and so are their bytes. */
export const fourBytes = (text: string, start: number): number =>
  text.charCodeAt(start) |
  (text.charCodeAt(start + 1) << 8) |
  (text.charCodeAt(start + 2) << 16) |
  (text.charCodeAt(start + 3) << 24);

const scanLeaf = ({ enums }: Program, type: GraphQLLeafType): string => {
  if (isEnumType(type)) {
    const values = type.getValues().map(({ name }) => JSON.stringify(name));
    if (values.length <= FEW)
      return `${values.map((value) => `if (${isAt(value)}) p += ${value.length};`).join(' else ')} else throw SURPRISE;`;
    const index = enums.push(new Set(values)) - 1;
    return `{ const q = p; p = R.stringEnd(b, p, d); if (!E[${index}].has(b.toString('latin1', q, p))) throw SURPRISE; }`;
  }
  const end = ENDS[type.name];
  return `p = R.${end ?? 'valueEnd'}(b, p, d);`;
};

/** Values of an enum that are compared one after the other. */
const FEW = 12;

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
  `if (b[p] !== 91) throw SURPRISE; p++; if (b[p] === 93) p++; else for (;;) { ${item} const c = b[p++]; if (c === 93) break; if (c !== 44) throw SURPRISE; }`;

/** Makes records of objects, and of lists of them, and puts them into a variable that is 0 so far. */
const makeValue = (program: Program, type: GraphQLOutputType, variable: string, inner: string): string => {
  const nullable = getNullableType(type);
  const isNull = isNonNullType(type) ? 'throw SURPRISE;' : 'p = R.nullEnd(b, p);';
  if (!isListType(nullable)) return `if (b[p] === 110) ${isNull} else { P = p; ${variable} = ${inner}(b, d); p = P; }`;
  const number = program.number++;
  const [item, first, last, list] = [`i${number}`, `f${number}`, `l${number}`, `m${number}`];
  const nothing = isNonNullType(nullable.ofType)
    ? ''
    : `if (${item} === 0) { ${makeRecord(`${item}n`, NULL, [])} ${item} = ${item}n; }`;
  const each = `let ${item} = 0; ${makeValue(program, nullable.ofType, item, inner)} ${nothing}
if (${last} === 0) ${first} = ${item}; else T[${last} + ${NEXT}] = ${item};
${last} = ${item};`;
  return `if (b[p] === 110) ${isNull} else { let ${first} = 0, ${last} = 0;
${eachItem(each)}
${makeRecord(list, PLAIN, [first])} ${variable} = ${list}; }`;
};
