import type { DocumentNode } from 'graphql';
import type { CatalogueEntry } from '../../../policies/catalogue.ts';
import { fieldedTypes, textOf, usesOf } from '../../../policies/supergraph-text.ts';

/** Every mutation says what it changes, and changes only what the system it writes to owns. */
export const lintWrites = (document: DocumentNode, catalogue: readonly CatalogueEntry[]): readonly string[] => {
  const entries = new Map(catalogue.map((entry) => [entry.coordinate, entry]));
  const mutations = fieldedTypes(document).find(({ name }) => name.value === 'Mutation')?.fields ?? [];
  return mutations.flatMap((field) => {
    const coordinate = `Mutation.${field.name.value}`;
    const writes = usesOf(field, 'writes');
    if (writes.length === 0) return [`${coordinate}: does not say what it writes (@writes)`];
    return writes.flatMap(({ system, fields }) =>
      (fields as readonly string[]).flatMap((written) => {
        const problem = refusal(entries.get(written), textOf(system) ?? '');
        return problem === undefined ? [] : [`${coordinate}: writes ${written}, which ${problem}`];
      }),
    );
  });
};

const refusal = (written: CatalogueEntry | undefined, system: string): string | undefined => {
  if (written === undefined) return 'there is not';
  if (written.derivedFrom.length > 0) return 'is derived';
  if (written.isValue) return 'is a part of a value: name the field that holds it';
  const owners = [...new Set(written.owners.map((owner) => owner.system))];
  return owners.includes(system) ? undefined : `${owners.join(' and ') || 'nobody'} owns, not ${system}`;
};
