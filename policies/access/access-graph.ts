import { type GraphQLSchema, parse } from 'graphql';
import { AUDIENCES, type AudienceName } from '../audiences.ts';
import { contractSchemas } from '../contract-schemas.ts';
import { type FieldMasks, maskable, readFieldMasks } from '../field-masks.ts';
import { type RowScope, rowScopes } from '../rows.ts';
import type { Rules } from '../rules/rule.ts';
import { readSupergraph } from './read-supergraph.ts';
import type { Requirements } from './requirement-table.ts';
import { extractRequirements } from './requirements.ts';

/** A supergraph as far as access to it goes: everything that a gateway judges by, and no plans. */
export interface AccessGraph {
  /** What clients see who see the whole. */
  readonly schema: GraphQLSchema;
  readonly requirements: Requirements;
  /** Of every field that is no part of a value, whether or not anybody sees it masked. */
  readonly fields: FieldMasks;
  /** Those that somebody sees otherwise than they are. */
  readonly masks: FieldMasks;
  /** Whose rows of a type are seen; of types that say so. */
  readonly rows: ReadonlyMap<string, RowScope>;
  /** What an audience sees; `undefined` where the graph has nothing for it. */
  schemaFor(audience: AudienceName): GraphQLSchema | undefined;
}

/** @throws when the text is no supergraph that this product can judge */
export const readAccessGraph = (supergraphSdl: string, rules?: Rules): AccessGraph => {
  const supergraph = readSupergraph(supergraphSdl, { isKnownValid: true });
  const document = parse(supergraphSdl, { noLocation: true });
  const schema = supergraph.apiSchema().toGraphQLJSSchema();
  const byContract = contractSchemas(supergraphSdl, supergraph, schema);
  const fields = readFieldMasks(document);
  return Object.freeze({
    schema,
    requirements: extractRequirements(supergraph.schema, { document, ...(rules === undefined ? {} : { rules }) }),
    fields,
    masks: maskable(fields),
    rows: rowScopes(document),
    schemaFor: (audience: AudienceName) => {
      const { contract } = AUDIENCES[audience];
      return contract === null ? schema : byContract(contract);
    },
  });
};
