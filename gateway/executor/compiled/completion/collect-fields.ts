import {
  type DirectiveNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  Kind,
  type NamedTypeNode,
  type SelectionSetNode,
} from 'graphql';
import { ALWAYS, type Condition, narrowed } from '../../../../policies/access/conditions.ts';
import { namesWithin } from '../type-names.ts';

/** A selection of a field, and what has to hold for it. */
export interface Selected {
  readonly node: FieldNode;
  readonly when: readonly Condition[];
}

export interface Document {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
}

/** Selection sets that make up the selections of one object. */
export type SelectionSets = readonly { readonly set: SelectionSetNode; readonly when: readonly Condition[] }[];

/** The fields of an object (GraphQL section 6.3.2), conditions on variables kept. */
export interface Fields {
  /** By response key: everything that selects it. */
  readonly selected: ReadonlyMap<string, readonly Selected[]>;
  /** Where keys stand in the answer: at the first of their selections that is part of the request. */
  readonly order: readonly { readonly key: string; readonly when: readonly Condition[] }[];
}

export const collectFields = ({ schema, fragments }: Document, typeName: string, sets: SelectionSets): Fields => {
  const fields: Draft = { selected: new Map(), order: [] };
  const applies = (condition: NamedTypeNode | undefined) =>
    condition === undefined || namesWithin(schema, condition.name.value).has(typeName);
  const visit = (set: SelectionSetNode, around: readonly Condition[]): void => {
    for (const selection of set.selections) {
      const when = conditionsOf(around, selection.directives);
      if (when === undefined) continue;
      if (selection.kind === Kind.FIELD) {
        add(fields, { node: selection, when });
        continue;
      }
      const inner = selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection;
      if (inner !== undefined && applies(inner.typeCondition)) visit(inner.selectionSet, when);
    }
  };
  for (const { set, when } of sets) visit(set, when);
  return fields;
};

/** What these selections of one field select below it. */
export const selectionSetsOf = (selected: readonly Selected[]): SelectionSets =>
  selected.flatMap(({ node, when }) => (node.selectionSet === undefined ? [] : [{ set: node.selectionSet, when }]));

interface Draft {
  readonly selected: Map<string, Selected[]>;
  readonly order: { readonly key: string; readonly when: readonly Condition[] }[];
}

const add = ({ selected, order }: Draft, added: Selected): void => {
  const key = added.node.alias?.value ?? added.node.name.value;
  const group = selected.get(key) ?? [];
  selected.set(key, group);
  // A fragment spread twice says the same twice, and below it four times.
  if (group.some((other) => isSame(other, added))) return;
  if (group.every(({ when }) => when.length > 0)) order.push({ key, when: added.when });
  group.push(added);
};

const isSame = (one: Selected, other: Selected): boolean =>
  one.node === other.node && JSON.stringify(one.when) === JSON.stringify(other.when);

/** Of what stands around and of the selection itself; a condition that is there already adds nothing. */
const conditionsOf = (
  around: readonly Condition[],
  directives: readonly DirectiveNode[] | undefined,
): readonly Condition[] | undefined => {
  const own = narrowed(ALWAYS, directives);
  if (own === undefined) return undefined;
  const added = own.filter(
    ({ variable, value }) => !around.some((other) => other.variable === variable && other.value === value),
  );
  return added.length === 0 ? around : [...around, ...added];
};
