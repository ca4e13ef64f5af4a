import {
  type ConstArgumentNode,
  type ConstDirectiveNode,
  type FieldDefinitionNode,
  type FieldNode,
  Kind,
  print,
  type TypeDefinitionNode,
} from 'graphql';
import { twinKey } from './own-keys.ts';
import { fieldOf, type RequiredAt, renameRequired } from './required-fields.ts';
import {
  argumentOf,
  type Composite,
  directivesOf,
  isComposite,
  type SupergraphText,
  withTypes,
} from './supergraph-text.ts';

/** A field without arguments, which stands for a field that is required with these. */
export interface Twin {
  readonly name: string;
  /** The field it stands for. */
  readonly field: string;
  readonly arguments: readonly ConstArgumentNode[];
}

/** That a field needs a twin at a place of its entity. Two twins for one place need two representations. */
export interface Demand {
  /** Keys down to the twin, and the field it stands for. */
  readonly place: string;
  readonly twin: string;
}

export interface Twins {
  /** The supergraph with the twins in it. */
  readonly text: SupergraphText;
  readonly byName: ReadonlyMap<string, Twin>;
  /** What a field of a type requires when it is this subgraph that answers it, by the supergraph's name of that. */
  readonly demandsOf: (graph: string, typeName: string, fieldName: string) => readonly Demand[];
}

/**
 * Gives a twin to each field that is required with arguments.
 *
 * The planner keeps selections by response key and takes two of one key for the same, whatever their arguments: of a
 * price in dollars that one field requires, and one in euros that another requires or the client asks for, one is lost,
 * and the other goes to all. Twins are fields of different names, so that they can neither meet each other nor what a
 * client asks for.
 */
export const withTwins = (given: SupergraphText): Twins => {
  const { twins, demands, wanted, types } = requireTwins(given);
  if (twins.size === 0) return { text: given, byName: twins, demandsOf: () => [] };
  for (const [name, fields] of wanted) {
    const type = types.get(name);
    if (type === undefined) continue;
    const added = [...fields].flatMap(([twin, graphs]) => twinField(type, twin, graphs));
    types.set(name, { ...type, fields: [...(type.fields ?? []), ...added] });
  }
  return {
    text: withTypes(given, types),
    byName: twins,
    demandsOf: (graph, typeName, fieldName) => demands.get(keyOf(graph, typeName, fieldName)) ?? [],
  };
};

const keyOf = (...names: readonly string[]): string => names.join('\n');

/** What requires a field with arguments now requires its twin; the twins themselves are still to be made. */
const requireTwins = (text: SupergraphText) => {
  const twins = new Map<string, Twin>();
  const demands = new Map<string, Demand[]>();
  const wanted: Wanted = new Map();
  const twinOf = twinMaker(text, twins);
  const requireIn = (typeName: string, fieldName: string, directive: ConstDirectiveNode): ConstDirectiveNode => {
    const required = argumentOf(directive, 'requires');
    if (directive.name.value !== 'join__field' || typeof required !== 'string') return directive;
    const graph = String(argumentOf(directive, 'graph'));
    const found: Demand[] = [];
    const nameOf = (node: FieldNode, at: RequiredAt): string => {
      const twin = twinOf(node);
      want(wanted, text, at, twin);
      found.push({ place: [...at.path, twin.field].join('.'), twin: twin.name });
      return twin.name;
    };
    const renamed = renameRequired(text, required, { graph, typeName, path: [] }, nameOf);
    if (found.length === 0) return directive;
    demands.set(keyOf(graph, typeName, fieldName), found);
    return withArgument(directive, 'requires', renamed);
  };
  const types = new Map<string, Composite>();
  for (const [name, type] of text.types) {
    if (!isComposite(type)) continue;
    const fields = (type.fields ?? []).map((field) => ({
      ...field,
      directives: (field.directives ?? []).map((directive) => requireIn(name, field.name.value, directive)),
    }));
    types.set(name, { ...type, fields });
  }
  return { twins, demands, wanted, types };
};

/** One twin for a field and its arguments, of whatever type it is. */
const twinMaker = ({ types }: SupergraphText, twins: Map<string, Twin>): ((node: FieldNode) => Twin) => {
  const taken = new Set<string>();
  for (const type of types.values())
    if (isComposite(type)) for (const { name } of type.fields ?? []) taken.add(name.value);
  const made = new Map<string, Twin>();
  return ({ name: { value: field }, arguments: given = [] }) => {
    const text = `${field}(${given.map(print).toSorted().join()})`;
    const known = made.get(text);
    if (known !== undefined) return known;
    let number = made.size;
    while (taken.has(twinKey(number, field))) number++;
    const twin: Twin = { name: twinKey(number, field), field, arguments: given as readonly ConstArgumentNode[] };
    taken.add(twin.name);
    made.set(text, twin);
    twins.set(twin.name, twin);
    return twin;
  };
};

/** By type: the twins it needs, and the subgraphs in which something requires them. */
type Wanted = Map<string, Map<Twin, Set<string>>>;

/** A field of an interface is one of everything that implements it. */
const want = (wanted: Wanted, text: SupergraphText, { typeName, graph }: RequiredAt, twin: Twin): void => {
  for (const [name, type] of text.types) {
    const isMeant = name === typeName || doesImplement(type, typeName);
    if (!isMeant || fieldOf(text, name, twin.field) === undefined) continue;
    const twins = wanted.get(name) ?? new Map<Twin, Set<string>>();
    wanted.set(name, twins);
    twins.set(twin, (twins.get(twin) ?? new Set()).add(graph));
  }
};

const doesImplement = (type: TypeDefinitionNode, typeName: string): boolean =>
  isComposite(type) && (type.interfaces ?? []).some(({ name }) => name.value === typeName);

const twinField = ({ fields = [] }: Composite, twin: Twin, graphs: ReadonlySet<string>): FieldDefinitionNode[] => {
  const field = fields.find(({ name }) => name.value === twin.field);
  if (field === undefined) return [];
  // A subgraph mentions the field for a requirement of its own, and that may not be this one.
  const isUsed = (directive: ConstDirectiveNode) =>
    argumentOf(directive, 'external') !== true || graphs.has(String(argumentOf(directive, 'graph')));
  const directives = [...directivesOf(field, 'join__field').filter(isUsed), ...directivesOf(field, 'inaccessible')];
  return [{ kind: Kind.FIELD_DEFINITION, name: { kind: Kind.NAME, value: twin.name }, type: field.type, directives }];
};

const withArgument = (directive: ConstDirectiveNode, name: string, value: string): ConstDirectiveNode => ({
  ...directive,
  arguments: (directive.arguments ?? []).map((argument) =>
    argument.name.value === name ? { ...argument, value: { kind: Kind.STRING, value } } : argument,
  ),
});
