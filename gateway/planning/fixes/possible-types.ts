import { type FieldDefinitionNode, Kind, type TypeDefinitionNode } from 'graphql';
import {
  answeringGraphs,
  argumentOf,
  baseNameOf,
  contextSelectionsOf,
  directivesOf,
  graphsOf,
  isComposite,
  note,
  type SupergraphText,
  typeNameOf,
  withTypes,
} from './supergraph-text.ts';

/** The object types an abstract type can turn out to be, in one subgraph. */
export const possibleIn = ({ types }: SupergraphText, graph: string, name: string): ReadonlySet<string> => {
  const type = types.get(name);
  if (type === undefined || !graphsOf(type).has(graph)) return new Set();
  if (type.kind === Kind.UNION_TYPE_DEFINITION)
    return new Set(
      directivesOf(type, 'join__unionMember')
        .filter((member) => argumentOf(member, 'graph') === graph)
        .map((member) => String(argumentOf(member, 'member'))),
    );
  // An interface that the subgraph knows as an object type is one there.
  if (type.kind !== Kind.INTERFACE_TYPE_DEFINITION) return new Set([name]);
  const implementing = new Set<string>();
  for (const [other, definition] of types)
    if (definition.kind === Kind.OBJECT_TYPE_DEFINITION && implementsIn(definition, graph, name))
      implementing.add(other);
  return isObjectIn(type, graph) ? new Set([name]) : implementing;
};

const implementsIn = (type: TypeDefinitionNode, graph: string, name: string): boolean =>
  directivesOf(type, 'join__implements').some(
    (directive) => argumentOf(directive, 'graph') === graph && argumentOf(directive, 'interface') === name,
  );

const isObjectIn = (type: TypeDefinitionNode, graph: unknown): boolean =>
  directivesOf(type, 'join__type').some(
    (directive) => argumentOf(directive, 'graph') === graph && argumentOf(directive, 'isInterfaceObject') === true,
  );

/**
 * Lets the planner believe that every subgraph knows all object types of an abstract type which several subgraphs give
 * for one field.
 *
 * Where subgraphs differ in that, the planner takes what one of them cannot return for what nobody returns, and drops it
 * even from the fetch that would have brought it. Believing this it leaves each selection where the field is asked;
 * what the subgraph there does not know is then cut out of the fetch: it cannot come from there.
 */
export const withAllPossibleTypes = (text: SupergraphText): SupergraphText => {
  const additions = new Map<string, Addition>();
  for (const { name, graphs } of contested(text)) {
    const all = new Set([...graphs].flatMap((graph) => [...possibleIn(text, graph, name)]));
    for (const graph of graphs) {
      const known = possibleIn(text, graph, name);
      for (const member of all) if (!known.has(member)) addMember(text, additions, { name, member, graph });
    }
  }
  if (additions.size === 0) return text;
  const changed = new Map<string, TypeDefinitionNode>();
  for (const [name, addition] of additions) {
    const type = text.types.get(name);
    if (type !== undefined) changed.set(name, extended(type, addition));
  }
  return withTypes(text, changed);
};

/** Abstract types of fields that several subgraphs answer, where these differ in what such a field can be. */
const contested = (
  text: SupergraphText,
): readonly { readonly name: string; readonly graphs: ReadonlySet<string> }[] => {
  const found = new Map<string, Set<string>>();
  for (const type of text.types.values())
    for (const field of isComposite(type) ? (type.fields ?? []) : []) {
      const name = baseNameOf(field.type);
      const graphs = [...answeringGraphs(type, field)].map(String);
      const abstract = graphs.filter((graph) => typeNameOf(field, graph) === name && isUsable(text, name, graph));
      const variants = new Set(abstract.map((graph) => [...possibleIn(text, graph, name)].toSorted().join()));
      if (variants.size > 1) found.set(name, new Set([...(found.get(name) ?? []), ...abstract]));
    }
  return [...found].map(([name, graphs]) => ({ name, graphs }));
};

/** An interface with keys has rules of its own: what implements it is an entity, in every subgraph. */
const isUsable = ({ types }: SupergraphText, name: string, graph: string): boolean => {
  const type = types.get(name);
  if (type?.kind === Kind.UNION_TYPE_DEFINITION) return true;
  if (type?.kind !== Kind.INTERFACE_TYPE_DEFINITION || isObjectIn(type, graph)) return false;
  return directivesOf(type, 'join__type').every((directive) => argumentOf(directive, 'key') === undefined);
};

/** What a type gets besides what it has: subgraphs, with some of its fields there. */
interface Addition {
  readonly graphs: Set<string>;
  readonly members: { readonly member: string; readonly graph: string }[];
  readonly interfaces: { readonly name: string; readonly graph: string }[];
  /** By field. */
  readonly fields: Map<string, Set<string>>;
}

const additionTo = (additions: Map<string, Addition>, name: string): Addition => {
  const known = additions.get(name) ?? { graphs: new Set(), members: [], interfaces: [], fields: new Map() };
  additions.set(name, known);
  return known;
};

const addMember = (
  text: SupergraphText,
  additions: Map<string, Addition>,
  { name, member, graph }: { readonly name: string; readonly member: string; readonly graph: string },
): void => {
  if (text.types.get(name)?.kind === Kind.UNION_TYPE_DEFINITION)
    additionTo(additions, name).members.push({ member, graph });
  else additionTo(additions, member).interfaces.push({ name, graph });
  addType(text, additions, member, graph);
};

/** Brings a type to a subgraph that does not have it, with everything its fields are made of. */
const addType = (text: SupergraphText, additions: Map<string, Addition>, name: string, graph: string): void => {
  const type = text.types.get(name);
  if (type === undefined || graphsOf(type).has(graph)) return;
  const addition = additionTo(additions, name);
  if (addition.graphs.has(graph)) return;
  addition.graphs.add(graph);
  if (!isComposite(type) && type.kind !== Kind.INPUT_OBJECT_TYPE_DEFINITION) return;
  for (const field of type.fields ?? []) {
    const needed = [baseNameOf(field.type)];
    if (field.kind === Kind.FIELD_DEFINITION) {
      if (answeringGraphs(type, field).size === 0 || needsSomething(field)) continue;
      needed.push(...(field.arguments ?? []).map((argument) => baseNameOf(argument.type)));
    }
    if (!needed.every((other) => canBring(text, other, graph))) continue;
    addition.fields.set(field.name.value, (addition.fields.get(field.name.value) ?? new Set()).add(graph));
    for (const other of needed) addType(text, additions, other, graph);
  }
};

const needsSomething = (field: FieldDefinitionNode): boolean =>
  directivesOf(field, 'join__field').some(
    (directive) => argumentOf(directive, 'requires') !== undefined || contextSelectionsOf(directive).length > 0,
  );

const canBring = ({ types }: SupergraphText, name: string, graph: string): boolean => {
  const type = types.get(name);
  if (type === undefined || graphsOf(type).has(graph)) return true;
  return type.kind !== Kind.INTERFACE_TYPE_DEFINITION && type.kind !== Kind.UNION_TYPE_DEFINITION;
};

const graphOf = (graph: string) => ({ graph: { enum: graph } });

const extended = (type: TypeDefinitionNode, addition: Addition): TypeDefinitionNode => {
  const directives = [
    ...(type.directives ?? []),
    ...[...addition.graphs].map((graph) => note('join__type', graphOf(graph))),
    ...addition.members.map(({ member, graph }) => note('join__unionMember', { ...graphOf(graph), member })),
    ...addition.interfaces.map(({ name, graph }) => note('join__implements', { ...graphOf(graph), interface: name })),
  ];
  if (type.kind === Kind.ENUM_TYPE_DEFINITION)
    return {
      ...type,
      directives,
      values: (type.values ?? []).map((value) => ({
        ...value,
        directives: [
          ...(value.directives ?? []),
          ...[...addition.graphs].map((graph) => note('join__enumValue', graphOf(graph))),
        ],
      })),
    };
  if (!isComposite(type) && type.kind !== Kind.INPUT_OBJECT_TYPE_DEFINITION) return { ...type, directives };
  const fields = (type.fields ?? []).map((field) => {
    const added = addition.fields.get(field.name.value);
    const notes = directivesOf(field, 'join__field');
    const before = [...graphsOf(type)].map(String);
    // A field without notes is one of all subgraphs that have the type, and these are more now.
    const kept = notes.length === 0 ? before.map((graph) => note('join__field', graphOf(graph))) : [];
    const brought = [...(added ?? [])].map((graph) => note('join__field', graphOf(graph)));
    return { ...field, directives: [...(field.directives ?? []), ...kept, ...brought] };
  });
  return { ...type, directives, fields } as TypeDefinitionNode;
};
