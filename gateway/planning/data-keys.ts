import type { Schema } from '@apollo/federation-internals';
import { type DocumentNode, type FieldNode, Kind, visit } from 'graphql';

/**
 * Names under which the planner asks for fields on its own account: those of keys, of what fields require, and of
 * contexts. More than these may be among them.
 */
export const plannerNames = (supergraph: Schema): ReadonlySet<string> => {
  const names = new Set(['__typename']);
  const add = (fieldSet: unknown): void => {
    if (typeof fieldSet === 'string') for (const [name] of fieldSet.matchAll(/[_A-Za-z]\w*/g)) names.add(name);
  };
  for (const application of supergraph.directive('join__type')?.applications() ?? [])
    add(application.arguments()['key']);
  for (const application of supergraph.directive('join__field')?.applications() ?? []) {
    const { requires, contextArguments } = application.arguments() as JoinField;
    add(requires);
    for (const { selection } of contextArguments ?? []) add(selection);
  }
  return names;
};

interface JoinField {
  readonly requires?: unknown;
  readonly contextArguments?: readonly { readonly selection: unknown }[];
}

/**
 * The document with a key of its own for each selection that the planner would take for one of its own.
 *
 * The planner tells fields apart by response key alone. Of `{ id: label grams }`, where `id` is a key, it asks for one
 * of both `id`s; and where `material` is required and `material: label` selected, it hands the label on as the
 * material. With this document, the data of a field lies under `dataKeyOf` that field.
 */
export const separateKeys = (document: DocumentNode, names: ReadonlySet<string>): DocumentNode =>
  visit(document, {
    Field: (field) => {
      const key = dataKeyOf(field, names);
      const isSame = key === (field.alias ?? field.name).value;
      return isSame ? undefined : { ...field, alias: { kind: Kind.NAME, value: key } };
    },
  });

/** Where the data of a field lies, for `names` of the planner. */
export const dataKeyOf = ({ alias, name, arguments: given = [] }: FieldNode, names: ReadonlySet<string>): string => {
  const key = (alias ?? name).value;
  const isOfPlanner = names.has(key) && (key !== name.value || given.length > 0);
  return isOfPlanner || key.startsWith(OWN) ? OWN + key : key;
};

/** The response key, in the client's words, of the data under a key. */
export const answerKeyOf = (dataKey: string): string => (dataKey.startsWith(OWN) ? dataKey.slice(OWN.length) : dataKey);

/** No field begins so: names with two underscores are introspection's (GraphQL, section 2.1.9). */
const OWN = '__as_';
