import { type DocumentNode, Kind } from 'graphql';
import { type RowScope, rowScopeOf } from '../../../policies/rows.ts';
import { fieldedTypes, isMarked, ROOTS } from '../../../policies/supergraph-text.ts';

/** Every type says whose rows of it a caller sees, but for values, which are parts of rows, and for pages of them. */
export const lintRows = (document: DocumentNode): readonly string[] =>
  fieldedTypes(document).flatMap((type) => {
    const { value: name } = type.name;
    if (type.kind !== Kind.OBJECT_TYPE_DEFINITION || ROOTS.has(name) || isMarked(type, 'valueType')) return [];
    if (/(?:Connection|Edge)$/.test(name)) return [];
    const scope = rowScopeOf(type);
    const problems = scope === undefined ? ['does not say whose rows a caller sees (@rows)'] : problemsOf(scope);
    return problems.map((problem) => `${name}: ${problem}`);
  });

const problemsOf = ({ byFacility, ownFor, wholeFor, because }: RowScope): readonly string[] => [
  ...(byFacility || because !== null ? [] : ['is seen whatever the facility, and does not say why (because)']),
  ...(byFacility && because !== null ? ['is seen by facility, and says why it is not (because)'] : []),
  ...ownFor
    .filter((kind) => wholeFor.includes(kind))
    .map((kind) => `a ${kind} sees its own rows, and all of them: one of these`),
];
