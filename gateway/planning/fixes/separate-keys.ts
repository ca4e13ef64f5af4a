import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  getOperationAST,
  Kind,
  parse,
  type SelectionSetNode,
  visit,
} from 'graphql';
import { answerKey, isOwnKey, separateKey } from './own-keys.ts';
import { argumentOf, contextSelectionsOf, directivesOf, isComposite, type SupergraphText } from './supergraph-text.ts';

/** That a key of the client stands in the data under another. */
export interface RenamedKey {
  /** Keys down to the object, as they are in the data. A condition on the type is written `... on Type`. */
  readonly path: readonly string[];
  readonly from: string;
  readonly to: string;
}

export interface Separated {
  readonly document: DocumentNode;
  readonly renamed: readonly RenamedKey[];
}

/**
 * Gives another key to what a client calls by a name under which the gateway asks for something on its own account.
 *
 * The planner takes two selections of one key for the same. Of `email: name` and the email that is the key of the entity
 * one would be lost: either the client is shown the email, which it may have no right to see, or a subgraph is given a
 * name for an email.
 */
export const separateKeys = (
  { names, contexts }: OwnNames,
  document: DocumentNode,
  operationName: string | null,
): Separated => {
  let isChanged = false;
  const changed = visit(document, {
    Field: (node): FieldNode | undefined => {
      const key = (node.alias ?? node.name).value;
      // A field that is required with arguments has a twin, so that by its own name it is only the client's. One that
      // gives a context is asked for without arguments.
      const isOther = key !== node.name.value || (contexts.has(key) && (node.arguments ?? []).length > 0);
      const isTaken = names.has(key) && isOther;
      if (!isTaken && !isOwnKey(key)) return undefined;
      isChanged = true;
      return { ...node, alias: { kind: Kind.NAME, value: separateKey(key) } };
    },
  });
  return isChanged ? { document: changed, renamed: renamedIn(changed, operationName) } : { document, renamed: [] };
};

const renamedIn = (document: DocumentNode, operationName: string | null): readonly RenamedKey[] => {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const node of document.definitions)
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
  const found = new Map<string, RenamedKey>();
  const walk = (set: SelectionSetNode, path: readonly string[]): void => {
    for (const node of set.selections) {
      if (node.kind === Kind.FIELD) {
        const key = (node.alias ?? node.name).value;
        if (isOwnKey(key)) found.set([...path, key].join('/'), { path, from: key, to: answerKey(key) });
        if (node.selectionSet !== undefined) walk(node.selectionSet, [...path, key]);
        continue;
      }
      const inner = node.kind === Kind.INLINE_FRAGMENT ? node : fragments.get(node.name.value);
      const condition = inner?.typeCondition?.name.value;
      if (inner !== undefined)
        walk(inner.selectionSet, condition === undefined ? path : [...path, `... on ${condition}`]);
    }
  };
  const operation = getOperationAST(document, operationName);
  if (operation) walk(operation.selectionSet, []);
  return [...found.values()].toSorted(inOrder);
};

/** Deep ones first, and what is read before what is written: what a client calls like the key for another is longer. */
const inOrder = (one: RenamedKey, other: RenamedKey): number =>
  depthOf(other) - depthOf(one) || one.from.length - other.from.length;

const depthOf = ({ path }: RenamedKey): number => path.filter((key) => !key.startsWith('... on ')).length;

/** Names of fields that the gateway may ask for on its own account. */
export interface OwnNames {
  /** Of all that are part of a key, are required, or give a context. */
  readonly names: ReadonlySet<string>;
  /** Of those that give a context. */
  readonly contexts: ReadonlySet<string>;
}

export const ownNames = ({ types }: SupergraphText): OwnNames => {
  const names = new Set<string>();
  const contexts = new Set<string>();
  for (const type of types.values()) {
    if (!isComposite(type)) continue;
    for (const directive of directivesOf(type, 'join__type')) addNames(argumentOf(directive, 'key'), names);
    for (const field of type.fields ?? [])
      for (const directive of directivesOf(field, 'join__field')) {
        addNames(argumentOf(directive, 'requires'), names);
        for (const selection of contextSelectionsOf(directive)) addNames(selection, contexts);
      }
  }
  return { names: new Set([...names, ...contexts]), contexts };
};

const addNames = (fieldSet: string | boolean | undefined, names: Set<string>): void => {
  if (typeof fieldSet !== 'string') return;
  const text = fieldSet.trim().startsWith('{') ? fieldSet : `{${fieldSet}}`;
  visit(parse(text, { noLocation: true }), { Field: ({ name }) => void names.add(name.value) });
};
