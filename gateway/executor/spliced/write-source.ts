import { getNullableType, type GraphQLOutputType, isListType, isNonNullType } from 'graphql';
import { type Place, type Position, type Selected, type SelectedKey } from './position.ts';
import { UNSUITED } from './unsuited.ts';
import { TYPE_PROPERTY } from './scan-source.ts';

export interface WriteContext {
  readonly source: string[];
  number: number;
}

/**
 * Generates the function that writes the objects of a position, from what the scanners have made of them. Whether
 * values are of their type has been looked at by then; what is left is what a fetch has not got.
 *
 * @returns its name
 */
export const writePosition = (context: WriteContext, position: Position): string => {
  const [only] = position.types;
  if (!position.isAbstract && only !== undefined) return writeObject(context, position.selected(only));
  const branches = position.types.map(
    (typeName) => `case ${JSON.stringify(typeName)}: return ${writeObject(context, position.selected(typeName))}(o);`,
  );
  const name = `write${context.number++}`;
  context.source.push(
    `function ${name}(o) { switch (o[${JSON.stringify(TYPE_PROPERTY)}]) {\n${branches.join('\n')}\n} throw SURPRISE; }`,
  );
  return name;
};

const writeObject = (context: WriteContext, { typeName, keys }: Selected): string => {
  const links = new Map<string, string>();
  const parts: string[] = [];
  let constant = '{';
  const flush = (): void => {
    if (constant !== '') parts.push(quoted(constant));
    constant = '';
  };
  for (let index = 0; index < keys.length; index++) {
    const { key, fieldName, isDenied, place } = keys[index] as SelectedKey;
    if (index > 0) constant += ',';
    if (place?.run !== undefined) {
      const run = keys.slice(index, index + place.run.length);
      if (run.some((one) => one.place !== place) || run.length !== place.run.length) throw UNSUITED;
      flush();
      parts.push(readPlace(links, place, membersOfNothing(run, typeName)));
      index += run.length - 1;
      continue;
    }
    constant += `${JSON.stringify(key)}:`;
    if (isDenied) constant += 'null';
    else if (fieldName === '__typename') constant += JSON.stringify(typeName);
    else {
      flush();
      parts.push(writeChild(context, links, keys[index] as SelectedKey));
    }
  }
  constant += '}';
  flush();
  const name = `write${context.number++}`;
  const declared = [...links].map(([link, variable]) => `const ${variable} = o[${JSON.stringify(link)}];\n`);
  context.source.push(`function ${name}(o) {\n${declared.join('')}return ${parts.join(' + ')};\n}`);
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

const readPlace = (links: Map<string, string>, { link, property }: Place, nothing: string | undefined): string => {
  if (link === undefined) return `o[${JSON.stringify(property)}]`;
  const variable = links.get(link) ?? `l${links.size}`;
  links.set(link, variable);
  const missing = nothing === undefined ? 'surprise()' : quoted(nothing);
  return `(${variable} === undefined ? ${missing} : ${variable}[${JSON.stringify(property)}])`;
};

const writeChild = (context: WriteContext, links: Map<string, string>, client: SelectedKey): string => {
  const { type, child, place } = client;
  if (place === undefined || child === undefined) throw UNSUITED;
  const write = writeValue(context, type, writePosition(context, child));
  const { link, property } = place;
  if (link === undefined) return `${write}(o[${JSON.stringify(property)}])`;
  const variable = links.get(link) ?? `l${links.size}`;
  links.set(link, variable);
  const missing = isNonNullType(type) ? 'surprise()' : "'null'";
  return `(${variable} === undefined ? ${missing} : ${write}(${variable}[${JSON.stringify(property)}]))`;
};

/** The function that writes null, lists and objects of a type; what may be null the scanner has decided. */
const writeValue = (context: WriteContext, type: GraphQLOutputType, object: string): string => {
  const nullable = getNullableType(type);
  const name = `write${context.number++}`;
  if (!isListType(nullable)) {
    if (isNonNullType(type)) return object;
    context.source.push(`function ${name}(v) { return v === null ? 'null' : ${object}(v); }`);
    return name;
  }
  const item = writeValue(context, nullable.ofType, object);
  context.source.push(`function ${name}(v) {
if (v === null) return 'null';
if (v.length === 0) return '[]';
let text = '[' + ${item}(v[0]);
for (let i = 1; i < v.length; i++) text += ',' + ${item}(v[i]);
return text + ']';
}`);
  return name;
};

/** A JSON text as a string of JavaScript: names are ASCII, and so is this. */
const quoted = (text: string): string => JSON.stringify(text);
