import type { ParameterDefinition, ParameterType } from '../definitions/definitions.ts';
import { type Fields, isFields, listOf, type Resource } from '../resource.ts';

/** A search parameter of one type of resource. */
export interface Parameter {
  readonly code: string;
  readonly type: ParameterType;
  /** Types that a reference may lead to. */
  readonly target: readonly string[];
  /** What the parameter looks at, in the order of the resource. */
  readonly values: (resource: Resource) => readonly unknown[];
}

/** By type of resource and code. */
export type Parameters = ReadonlyMap<string, ReadonlyMap<string, Parameter>>;

type Step = (nodes: readonly unknown[]) => readonly unknown[];

/**
 * Compiles R4's search parameters for some types.
 *
 * Their expressions are FHIRPath, of which they use little: a path, `where(resolve() is Type)`, `where(field='value')` and
 * `as Type`. Walking that is some hundred times faster than interpreting it. An expression that is something else is left
 * out, and its parameter is one that the server does not know.
 */
export const compileParameters = (
  definitions: readonly ParameterDefinition[],
  types: readonly string[],
): Parameters => {
  const tables = new Map(types.map((type) => [type, new Map<string, Parameter>()]));
  for (const { base, code, type, expression, target } of definitions) {
    const values = type === 'special' ? undefined : compile(expression);
    if (values === undefined) continue;
    const parameter = { code, type, values, target: target.filter((one) => types.includes(one)) };
    for (const [name, table] of tables) if (base === name || base === 'Resource') table.set(code, parameter);
  }
  return tables;
};

const compile = (expression: string): Parameter['values'] | undefined => {
  const paths = expression.split('|').map((part) => stepsOf(part.trim()));
  if (paths.some((steps) => steps === undefined)) return undefined;
  return (resource) =>
    paths.flatMap((steps) => (steps ?? []).reduce<readonly unknown[]>((nodes, step) => step(nodes), [resource]));
};

const stepsOf = (path: string): readonly Step[] | undefined => {
  const [, inner] = /^\((.*) as \w+\)$/.exec(path) ?? [];
  const [, ...parts] = (inner ?? path).split(/\.(?![^(]*\))/);
  const steps = parts.map(stepOf);
  return steps.includes(undefined) ? undefined : (steps as Step[]);
};

const stepOf = (part: string): Step | undefined => {
  if (/^\w+$/.test(part)) return (nodes) => nodes.flatMap((node) => (isFields(node) ? child(node, part) : []));
  const [, type] = /^where\(resolve\(\) is (\w+)\)$/.exec(part) ?? [];
  if (type !== undefined) return (nodes) => nodes.filter((node) => isFields(node) && typeOf(node) === type);
  const [, field, value] = /^where\((\w+)='([^']*)'\)$/.exec(part) ?? [];
  if (field === undefined) return undefined;
  return (nodes) => nodes.filter((node) => isFields(node) && node[field] === value);
};

/** What ends the names of `field[x]` in the resources that the sandbox has. */
const CHOICES = new Set(
  'Boolean Date DateTime Period Timing Age Range String Reference CodeableConcept Quantity Money Identifier'.split(' '),
);

/** A field, or the one there is of `field[x]`. */
const child = (node: Fields, field: string): readonly unknown[] => {
  if (node[field] !== undefined) return listOf(node[field]);
  const choice = Object.keys(node).find((key) => key.startsWith(field) && CHOICES.has(key.slice(field.length)));
  return choice === undefined ? [] : listOf(node[choice]);
};

/** The type that a reference leads to: it says so, or it begins with it. */
const typeOf = ({ reference, type }: Fields): unknown =>
  typeof reference === 'string'
    ? (/(?:^|\/)([A-Z]\w+)\/[^/]+(?:\/_history\/[^/]+)?$/.exec(reference)?.[1] ?? type)
    : type;
