import { describe, expect, it } from '@jest/globals';
import { parse } from 'graphql';
import type { Party } from '../../platform/identity.ts';
import { type RowScope, rowScopes } from '../../policies/rows.ts';
import { subgraphs } from '../../subgraphs/index.ts';
import { supergraphText } from '../harness/test-owners.ts';

const KINDS: readonly Party['kind'][] = ['supplier', 'payer'];

/** Types of which no owner keeps records that a connector reads as such, and who sees to their rows instead. */
const WITHOUT_ENTITY: Readonly<Record<string, string>> = {
  Facility: 'the directory of each owner, by the facilities of the caller',
  LegalEntity: 'likewise',
  Currency: 'likewise',
  Position: 'a title that employees have',
  CrossReference: 'the store',
  DuplicateCandidate: 'the store',
  DataQualityFinding: 'the store',
  Revocation: 'the store',
  RevokeAccessPayload: 'the store',
  Mapping: 'no rows of an owner',
  Catalogue: 'no rows of an owner',
  CatalogueField: 'no rows of an owner',
  DataClassMeaning: 'no rows of an owner',
  FieldOwner: 'no rows of an owner',
  FieldFreshness: 'no rows of an owner',
  AuditRecord: 'the store',
  EmergencyGrant: 'the store',
  EmergencyAccessPayload: 'a grant that was acted on',
  Access: 'no rows of an owner',
  Explanation: 'no rows of an owner',
  ExplainedPath: 'no rows of an owner',
  FieldAccess: 'no rows of an owner',
  RegisteredClient: 'no rows of an owner',
};

/** What connectors read that is no type of the graph: nobody outside gets at it as such. */
const HELPERS: Readonly<Record<string, readonly Party['kind'][]>> = {
  User: [],
  Customer: [],
  Matching: [],
  AnalyticLine: [],
  ValuationLayer: [],
  // Summed up, in what is owed to a supplier.
  OpenItem: ['supplier'],
};

type Said = Pick<RowScope, 'byFacility' | 'ownFor' | 'wholeFor'>;

/** What a declaration of a connector does, in the words of the schema. */
const saidBy = (byFacility: boolean, party: Readonly<Record<string, unknown>> = {}): Said => ({
  byFacility,
  ownFor: KINDS.filter((kind) => party[kind] !== undefined && party[kind] !== 'whole'),
  wholeFor: KINDS.filter((kind) => party[kind] === 'whole'),
});

const declared: readonly { readonly type: string; readonly said: Said }[] = subgraphs.flatMap(({ connector }) => [
  ...(connector.odoo ?? []).map(({ type, visibility, party }) => ({
    type,
    said: saidBy(visibility !== 'everyone', party),
  })),
  ...[...(connector.scheduling ?? []), ...(connector.billing ?? [])].map(({ type, scope, party }) => ({
    type,
    said: saidBy(scope.kind !== 'shared', party),
  })),
  ...(connector.hr ?? []).map(({ type }) => ({ type, said: saidBy(true) })),
]);

describe('what the schema says of the rows of a type', () => {
  const scopes = rowScopes(parse(supergraphText()));

  it('is what every connector does that reads some of it', () => {
    for (const { type, said } of declared) {
      if (HELPERS[type] !== undefined) continue;
      const { byFacility, ownFor, wholeFor } = scopes.get(type) ?? {};
      expect([type, said]).toEqual([type, { byFacility, ownFor, wholeFor }]);
    }
  });

  it('is held by some connector, or the type is known to have no records', () => {
    const read = new Set(declared.map(({ type }) => type));
    expect([...scopes.keys()].filter((type) => !read.has(type)).toSorted()).toEqual(
      Object.keys(WITHOUT_ENTITY).toSorted(),
    );
  });

  it('leaves nothing that is read without a word', () => {
    const others = declared.filter(({ type }) => !scopes.has(type));
    expect(Object.fromEntries(others.map(({ type, said }) => [type, said.ownFor]))).toEqual(HELPERS);
    expect(others.flatMap(({ said }) => said.wholeFor)).toEqual([]);
  });
});
