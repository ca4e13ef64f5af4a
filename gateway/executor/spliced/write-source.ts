import { getNullableType, type GraphQLOutputType, isListType, isNonNullType } from 'graphql';
import { slotsIn } from './find-source.ts';
import type { Position, Selected, SelectedKey } from './position.ts';
import { fourBytes, kindOf, type Program } from './scan-source.ts';
import { FIRST, KIND, NEXT, NULL } from './tape.ts';
import { UNSUITED } from './unsuited.ts';

/**
 * Generates the function that writes the objects of a position, from their records. Whether values are of their type has
 * been looked at by then; what is left is what a fetch has not got.
 *
 * @returns its name
 */
export const writePosition = (program: Program, position: Position): string => {
  const [only] = position.types;
  if (!position.isAbstract && only !== undefined) return writeObject(program, position.selected(only));
  const branches = position.types.map(
    (type) => `case ${kindOf(program, type)}: return ${writeObject(program, position.selected(type))}(o);`,
  );
  const name = `write${program.number++}`;
  program.source.push(`function ${name}(o) { switch (T[o + ${KIND}]) {\n${branches.join('\n')}\n} throw SURPRISE; }`);
  return name;
};

const writeObject = (program: Program, selected: Selected): string => {
  const { typeName, keys } = selected;
  const holders = new Map<number, string>();
  /** A variable for the record of a linked entity. */
  const holderOf = (link: number): string => {
    const holder = holders.get(link) ?? `l${holders.size}`;
    holders.set(link, holder);
    return holder;
  };
  const lines: string[] = [];
  let constant = '{';
  const flush = (): void => {
    lines.push(writeText(constant));
    constant = '';
  };
  for (let index = 0; index < keys.length; index++) {
    const client = keys[index] as SelectedKey;
    const { key, fieldName, isDenied, place } = client;
    if (index > 0) constant += ',';
    if (place?.run !== undefined) {
      const run = keys.slice(index, index + place.run.length);
      if (run.some((one) => one.place !== place) || run.length !== place.run.length) throw UNSUITED;
      flush();
      const { link, slot } = slotsIn(selected, place);
      const copy = (from: string) =>
        `OUT.copy(B[${place.fetch}], D[${place.fetch}], T[${from} + ${slot}], T[${from} + ${slot + 1}]);`;
      lines.push(link === undefined ? copy('o') : orNothing(holderOf(link), membersOfNothing(run, typeName), copy));
      index += run.length - 1;
      continue;
    }
    constant += `${JSON.stringify(key)}:`;
    if (isDenied) constant += 'null';
    else if (fieldName === '__typename') constant += JSON.stringify(typeName);
    else {
      flush();
      if (place === undefined || client.child === undefined) throw UNSUITED;
      const { link, slot } = slotsIn(selected, place);
      const write = writeValue(program, client.type, writePosition(program, client.child));
      const value = (from: string) => `${write}(T[${from} + ${slot}]);`;
      const nothing = isNonNullType(client.type) ? undefined : 'null';
      lines.push(link === undefined ? value('o') : orNothing(holderOf(link), nothing, value));
    }
  }
  constant += '}';
  flush();
  const name = `write${program.number++}`;
  const declared = [...holders].map(([link, holder]) => `const ${holder} = T[o + ${link}];`);
  program.source.push(`function ${name}(o) {\n${[...declared, ...lines].join('\n')}\n}`);
  return name;
};

/** What stands for members of an entity that is not there; `undefined` where it may not be missing. */
const membersOfNothing = (run: readonly SelectedKey[], typeName: string): string | undefined => {
  const members = run.map(({ key, fieldName, type }) => {
    if (fieldName === '__typename') return `${JSON.stringify(key)}:${JSON.stringify(typeName)}`;
    return isNonNullType(type) ? undefined : `${JSON.stringify(key)}:null`;
  });
  return members.includes(undefined) ? undefined : members.join(',');
};

const orNothing = (holder: string, nothing: string | undefined, write: (holder: string) => string): string =>
  `if (${holder} === 0) { ${nothing === undefined ? 'throw SURPRISE;' : writeText(nothing)} } else ${write(holder)}`;

/** The function that writes null, lists and objects of a type; what may be null the scanner has decided. */
const writeValue = (program: Program, type: GraphQLOutputType, object: string): string => {
  const nullable = getNullableType(type);
  const name = `write${program.number++}`;
  if (!isListType(nullable)) {
    if (isNonNullType(type)) return object;
    program.source.push(`function ${name}(v) { if (v === 0) { ${writeText('null')} } else ${object}(v); }`);
    return name;
  }
  const isSure = isNonNullType(nullable.ofType);
  const item = writeValue(program, nullable.ofType, object);
  program.source.push(`function ${name}(v) {
if (v === 0) { ${writeText('null')} return; }
${writeText('[')}
for (let i = T[v + ${FIRST}], n = 0; i !== 0; i = T[i + ${NEXT}], n++) {
if (n > 0) { ${writeText(',')} }
${item}(${isSure ? 'i' : `T[i + ${KIND}] === ${NULL} ? 0 : i`});
}
${writeText(']')}
}`);
  return name;
};

/** Writes a text of ASCII. The last four bytes may go over what has been written already, or over what is spare. */
const writeText = (text: string): string => {
  const parts: string[] = [];
  for (let start = 0; start < text.length; start += LONGEST) parts.push(writePart(text.slice(start, start + LONGEST)));
  return parts.join(' ');
};

const writePart = (text: string): string => {
  const padded = text.padEnd(text.length + 3, '\0');
  const stores = Array.from(
    { length: Math.ceil(text.length / 4) },
    (_, i) => `OUT.view.setInt32(w + ${4 * i}, ${fourBytes(padded, 4 * i)}, true);`,
  );
  return `{ OUT.reserve(${text.length}); const w = OUT.at; OUT.at = w + ${text.length}; ${stores.join(' ')} }`;
};

/** So that what is reserved at once is less than the output ever holds. */
const LONGEST = 1024;
