import { type DocumentNode, type FragmentDefinitionNode, Kind, type SelectionSetNode } from 'graphql';
import { classesOf, maskTree } from '../../policies/access/mask-tree.ts';
import { CLASSES, type DataClass } from '../../policies/classes.ts';
import type { KnownOperation, PermittedOperation } from '../operations/known-document.ts';
import type { Generation } from '../supergraph/generation.ts';

/** What the audit trail says of an operation as some callers may run it. */
export interface OperationFacts {
  /** Names of the schema at its root. */
  readonly fields: readonly string[];
  /** Of what is selected and allowed, those whose readers are written down. */
  readonly classes: readonly DataClass[];
}

/** A function of the operation and of what was taken out of it; kept with those. */
export const operationFacts = (
  generation: Generation,
  known: KnownOperation,
  permitted: PermittedOperation,
): OperationFacts => {
  const kept = FACTS.get(permitted);
  if (kept !== undefined) return kept;
  const { document, operation } = permitted.prepared;
  const name = operation.name?.value ?? null;
  const classes =
    document === undefined ? [] : classesOf(maskTree(generation.schema, generation.classified, document, name));
  const facts = Object.freeze({
    fields: rootFields(known.of.document, known.operation.selectionSet),
    classes: classes.filter((one) => CLASSES[one].rank >= LEAST_RANK),
  });
  FACTS.set(permitted, facts);
  return facts;
};

const FACTS = new WeakMap<PermittedOperation, OperationFacts>();

/** Who reads the everyday business of the group is nobody's secret; from here on, somebody may ask. */
const LEAST_RANK = 2;

const rootFields = ({ definitions }: DocumentNode, operation: SelectionSetNode): readonly string[] => {
  const fragments = new Map(
    definitions.flatMap((node): [string, FragmentDefinitionNode][] =>
      node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node]] : [],
    ),
  );
  const names = new Set<string>();
  const visit = ({ selections }: SelectionSetNode): void => {
    for (const node of selections) {
      if (node.kind === Kind.FIELD) names.add(node.name.value);
      else if (node.kind === Kind.INLINE_FRAGMENT) visit(node.selectionSet);
      else visit(fragments.get(node.name.value)?.selectionSet ?? NOTHING);
    }
  };
  visit(operation);
  return [...names];
};

const NOTHING: SelectionSetNode = { kind: Kind.SELECTION_SET, selections: [] };
