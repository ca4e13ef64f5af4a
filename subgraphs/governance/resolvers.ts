import type { PageArgs } from '../../platform/connection.ts';
import { connectionSelection } from '../../platform/selection.ts';
import type { FindingFilter } from '../../platform/store/findings.ts';
import type { References, Resolver, Resolvers } from '../define-subgraph.ts';
import type { CatalogueFilter } from './catalogue.ts';
import type { Governance, IdentifierArgs } from './connector.ts';

interface ById {
  readonly id: string;
}

interface LocalIdArgs {
  readonly type: string;
  readonly system: string;
  readonly kind: string;
  readonly value: string;
  readonly on?: string | null;
}

/** What systems call an entity of this type. */
const identifiersOf =
  (type: string): Resolver<Governance> =>
  ({ id }: ById, args: IdentifierArgs, { governance }) =>
    governance.identifiers(type, id, args);

export const resolvers = {
  Query: {
    crossReferences: (_: never, { type, system, kind, value, on }: LocalIdArgs, { governance }) =>
      governance.crossReferences({ entityType: type, system, kind, localId: value }, on),
    duplicateCandidates: (_: never, { type, ...page }: PageArgs & { type: string }, { governance }, info) =>
      governance.duplicates(type, page, connectionSelection(info, 'DuplicateCandidate').counted),
    dataQualityFindings: (
      _: never,
      { filter, ...page }: PageArgs & { filter?: FindingFilter | null },
      { governance },
      info,
    ) => governance.findings(filter ?? {}, page, connectionSelection(info, 'DataQualityFinding').counted),
    catalogue: () => ({}),
  },
  Catalogue: {
    fields: (_: never, args: PageArgs & { filter?: CatalogueFilter | null }, { governance }) =>
      governance.catalogueFields(args),
    classes: (_: never, __: never, { governance }) => governance.classMeanings(),
  },
  Facility: {
    name: ({ code }: { code: string }, _: never, { governance }) => governance.facilityName(code),
    identifiers: identifiersOf('Facility'),
  },
} satisfies Resolvers<Governance>;

/** How each entity is found again from its key. */
export const references = {
  Facility: ({ id }, { governance }) => governance.facility(id),
} satisfies References<Governance>;
