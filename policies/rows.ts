import { type DocumentNode, Kind, type ObjectTypeDefinitionNode } from 'graphql';
import type { Party } from '../platform/identity.ts';
import { usesOf } from './supergraph-text.ts';

/** Whose rows of a type a caller sees: what `@rows` says (docs/authorization/rows.md). */
export interface RowScope {
  /** Only those of the caller's facilities, and of none in particular. */
  readonly byFacility: boolean;
  /** Kinds of parties that see their own. */
  readonly ownFor: readonly Party['kind'][];
  /** Kinds of parties that see what everybody sees. */
  readonly wholeFor: readonly Party['kind'][];
  /** Why the facility does not matter; null where it does. */
  readonly because: string | null;
}

/** What a supergraph, or the schema of a subgraph, says of the rows of its types. */
export const rowScopes = (document: DocumentNode): ReadonlyMap<string, RowScope> =>
  new Map(
    document.definitions.flatMap((node): readonly (readonly [string, RowScope])[] => {
      if (node.kind !== Kind.OBJECT_TYPE_DEFINITION) return [];
      const scope = rowScopeOf(node);
      return scope === undefined ? [] : [[node.name.value, scope]];
    }),
  );

/** What one type says; undefined for one that says nothing. */
export const rowScopeOf = (type: ObjectTypeDefinitionNode): RowScope | undefined => {
  const [said] = usesOf(type, 'rows');
  if (said === undefined) return undefined;
  const { by = [], wholeFor = [], because } = said as Readonly<Record<string, readonly string[] | undefined>>;
  return {
    byFacility: by.includes('FACILITY'),
    ownFor: partiesIn(by),
    wholeFor: partiesIn(wholeFor),
    because: typeof because === 'string' ? because : null,
  };
};

const PARTIES: Readonly<Record<string, Party['kind']>> = { SUPPLIER: 'supplier', PAYER: 'payer' };

const partiesIn = (names: readonly string[]): readonly Party['kind'][] => names.flatMap((name) => PARTIES[name] ?? []);

/** Whether a caller may have any row of a type. Types that say nothing are parts of others, or another subgraph's. */
export const mayHaveRows = (scope: RowScope | undefined, party: Party | undefined): boolean =>
  scope === undefined || party === undefined || [...scope.ownFor, ...scope.wholeFor].includes(party.kind);
