import {
  type ASTNode,
  Kind,
  print,
  type SelectionNode,
  stripIgnoredCharacters,
  type VariableNode,
  visit,
} from 'graphql';
import { readFetch } from '../../planning/fixes/fetch-text.ts';

/** Response key of a group of entities in an aliased query. */
export const aliasOf = (group: number | string): string => `_${group}`;

/** A variable of one group. */
export const variableOf = (name: string, group: number | string): string => `${name}_${group}`;

/** The group a response key stands for. */
export const groupOf = (key: string): number | undefined => (/^_\d+$/.test(key) ? Number(key.slice(1)) : undefined);

/**
 * Compiles a query for entities into one for several groups of them: `_0: _entities(…) {…} _1: _entities(…) {…}`. Each
 * group has the variables in `own` for itself; the others are the same for all.
 *
 * The query is read and printed once, and put together from the pieces for any number of groups.
 */
export const compileAliased = (query: string, own: ReadonlySet<string>): ((groups: number) => string) => {
  const { directives = [], name, selectionSet, variableDefinitions = [] } = readFetch(query);
  const mark = markFor(query);
  const isOwn = (variable: VariableNode) => own.has(variable.name.value);
  const marked = (node: ASTNode): ASTNode =>
    visit(node, { Variable: (one) => (isOwn(one) ? renamed(one, variableOf(one.name.value, mark)) : undefined) });
  const declared = variableDefinitions.filter(({ variable }) => isOwn(variable)).map(marked);
  const shared = textOf(variableDefinitions.filter(({ variable }) => !isOwn(variable)));
  const declare = template(textOf(declared), mark);
  const select = template(textOf(selectionSet.selections.map((node) => marked(withAlias(node, mark)))), mark);
  return (groups) => {
    const all = Array.from({ length: groups }, (_, group) => String(group));
    const variables = shared + all.map(declare).join('');
    return `query ${name?.value ?? ''}(${variables})${textOf(directives)}{${all.map(select).join(' ')}}`;
  };
};

/** Stands for the number of a group in a template; it is nowhere in the text. */
const markFor = (text: string): string => {
  let number = 0;
  while (text.includes(`GROUP${number}`)) number++;
  return `GROUP${number}`;
};

const template = (text: string, mark: string): ((group: string) => string) => {
  const pieces = text.split(mark);
  return (group) => pieces.join(group);
};

const renamed = (node: VariableNode, value: string): VariableNode => ({ ...node, name: { kind: Kind.NAME, value } });

/** A fetch of entities selects `_entities` and nothing else. */
const withAlias = (node: SelectionNode, mark: string): SelectionNode =>
  node.kind === Kind.FIELD ? { ...node, alias: { kind: Kind.NAME, value: aliasOf(mark) } } : node;

const textOf = (nodes: readonly ASTNode[]): string => stripIgnoredCharacters(nodes.map(print).join(' '));
