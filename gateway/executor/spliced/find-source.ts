import type { Path } from '../subgraph-error.ts';
import { type Place, type Position, type SelectedKey } from './position.ts';
import { UNSUITED } from './unsuited.ts';
import { TYPE_PROPERTY } from './scan-source.ts';

/** A way from the root of the answer to the objects a fetch is for. */
export interface Route {
  readonly steps: readonly Step[];
  readonly target: Position;
  /** Of the target: object types the fetch is for, as far as the path says. */
  readonly types: readonly string[];
}

interface Step {
  readonly from: Position;
  readonly types: readonly string[];
  readonly key: string;
  /** Lists around the objects. */
  readonly depth: number;
}

const ELEMENT = /^(?<name>[^|]*)(?:\|\[(?<types>[^\]]*)\])?$/;
const ITEMS = '@';

/**
 * Follows the path of a fetch through what the client selects.
 *
 * @throws UNSUITED where it leads to different places, depending on types around it
 */
export const routeTo = (root: Position, path: Path): Route => {
  const steps: { from: Position; types: readonly string[]; key: string; depth: number }[] = [];
  let [position, types] = [root, root.types];
  for (const element of path) {
    const { name = '', types: only } = ELEMENT.exec(String(element))?.groups ?? {};
    const last = steps.at(-1);
    if (name === ITEMS && last !== undefined) last.depth += 1;
    else if (name !== '') {
      const children = new Set(types.flatMap((type) => position.selected(type).byKey.get(name)?.child ?? []));
      const [child] = children;
      if (child === undefined || children.size > 1) throw UNSUITED;
      steps.push({ from: position, types, key: name, depth: 0 });
      [position, types] = [child, child.types];
    }
    if (only !== undefined) {
      const allowed = new Set(only.split(',').map((type) => type.trim()));
      types = types.filter((type) => allowed.has(type));
    }
  }
  return { steps, target: position, types };
};

/** Positions on the way, the target included. */
export const positionsOn = ({ steps, target }: Route): readonly Position[] => [
  ...steps.map(({ from }) => from),
  target,
];

/** Generates the function that collects the objects at the end of a route. @returns its name */
export const findObjects = (context: { readonly source: string[]; number: number }, route: Route): string => {
  const name = `find${context.number++}`;
  const body = findFrom(route, 0, 'root');
  context.source.push(`function ${name}(root) {\nconst found = [];\n${body}\nreturn found;\n}`);
  return name;
};

const findFrom = (route: Route, index: number, variable: string): string => {
  const step = route.steps[index];
  if (step === undefined) return onlyOf(variable, route.target, route.types, `found.push(${variable});`);
  const { link, property } = placeOf(step);
  const value = `v${index}`;
  const holder = link === undefined ? variable : `${variable}[${JSON.stringify(link)}]`;
  const read =
    link === undefined
      ? `const ${value} = ${holder}[${JSON.stringify(property)}];`
      : `const ${value}l = ${holder}; const ${value} = ${value}l === undefined ? null : ${value}l[${JSON.stringify(property)}];`;
  return onlyOf(variable, step.from, step.types, `${read}\n${eachOf(route, index, value, step.depth)}`);
};

const eachOf = (route: Route, index: number, value: string, depth: number): string => {
  if (depth === 0) return `if (${value} != null) {\n${findFrom(route, index + 1, value)}\n}`;
  const item = `${value}i${depth}`;
  return `if (${value} != null) for (let ${item}n = 0; ${item}n < ${value}.length; ${item}n++) {
const ${item} = ${value}[${item}n];
${eachOf(route, index, item, depth - 1)}
}`;
};

/** Goes on with objects of these types alone. */
const onlyOf = (variable: string, position: Position, types: readonly string[], body: string): string => {
  if (types.length === position.types.length) return body;
  if (!position.isAbstract || types.length === 0) return '';
  const type = `${variable}[${JSON.stringify(TYPE_PROPERTY)}]`;
  return `if (${types.map((name) => `${type} === ${JSON.stringify(name)}`).join(' || ')}) {\n${body}\n}`;
};

const placeOf = ({ from, types, key }: Step): Place => {
  const places = types.flatMap((type): Place[] => {
    const client: SelectedKey | undefined = from.selected(type).byKey.get(key);
    if (client === undefined) return [];
    if (client.place === undefined || client.place.run !== undefined) throw UNSUITED;
    return [client.place];
  });
  const [first] = places;
  const isOne = places.every(({ link, property }) => link === first?.link && property === first?.property);
  if (first === undefined || !isOne) throw UNSUITED;
  return first;
};
