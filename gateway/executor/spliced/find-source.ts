import type { Path } from '../subgraph-error.ts';
import type { Place, Position, Selected } from './position.ts';
import { kindOf, type Program } from './scan-source.ts';
import { FIRST, KIND, NEXT, NULL } from './tape.ts';
import { UNSUITED } from './unsuited.ts';

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

/** Generates the function that collects the records at the end of a route. @returns its name */
export const findObjects = (program: Program, route: Route): string => {
  const name = `find${program.number++}`;
  const body = findFrom(program, route, 0, 'root');
  program.source.push(`function ${name}(root) {\nconst found = [];\n${body}\nreturn found;\n}`);
  return name;
};

const findFrom = (program: Program, route: Route, index: number, variable: string): string => {
  const step = route.steps[index];
  if (step === undefined) return onlyOf(program, variable, route.target, route.types, `found.push(${variable});`);
  const { link, slot } = slotsOf(step);
  const value = `v${index}`;
  const read =
    link === undefined
      ? `const ${value} = T[${variable} + ${slot}];`
      : `const ${value}l = T[${variable} + ${link}]; const ${value} = ${value}l === 0 ? 0 : T[${value}l + ${slot}];`;
  const body = `${read}\n${eachOf(program, route, index, value, step.depth)}`;
  return onlyOf(program, variable, step.from, step.types, body);
};

const eachOf = (program: Program, route: Route, index: number, value: string, depth: number): string => {
  if (depth === 0) return `if (${value} !== 0) {\n${findFrom(program, route, index + 1, value)}\n}`;
  const item = `${value}i${depth}`;
  return `if (${value} !== 0) for (let ${item} = T[${value} + ${FIRST}]; ${item} !== 0; ${item} = T[${item} + ${NEXT}]) {
if (T[${item} + ${KIND}] === ${NULL}) continue;
${eachOf(program, route, index, item, depth - 1)}
}`;
};

/** Goes on with objects of these types alone. */
const onlyOf = (
  program: Program,
  variable: string,
  position: Position,
  types: readonly string[],
  body: string,
): string => {
  if (types.length === position.types.length) return body;
  if (!position.isAbstract || types.length === 0) return '';
  const isMeant = types.map((name) => `T[${variable} + ${KIND}] === ${kindOf(program, name)}`);
  return `if (${isMeant.join(' || ')}) {\n${body}\n}`;
};

/** Where the objects of a step are found: the same for all types, since they are collected in one go. */
const slotsOf = ({ from, types, key }: Step): Slots => {
  const all = types.flatMap((type): Slots[] => {
    const selected = from.selected(type);
    const client = selected.byKey.get(key);
    if (client === undefined) return [];
    if (client.place === undefined || client.place.run !== undefined) throw UNSUITED;
    return [slotsIn(selected, client.place)];
  });
  const [first] = all;
  if (first === undefined || !all.every(({ link, slot }) => link === first.link && slot === first.slot)) throw UNSUITED;
  return first;
};

export interface Slots {
  /** Of the entity's record; `undefined`: the object has it itself. */
  readonly link: number | undefined;
  readonly slot: number;
}

/** @throws UNSUITED where the object has no place for the entity */
export const slotsIn = ({ links }: Pick<Selected, 'links'>, { isLinked, fetch, slot }: Place): Slots => {
  if (!isLinked) return { link: undefined, slot };
  const link = links.get(fetch);
  if (link === undefined) throw UNSUITED;
  return { link, slot };
};
