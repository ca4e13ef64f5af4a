import type { PageArgs } from '../../platform/connection.ts';
import { connectionSelection } from '../../platform/selection.ts';
import type { EmergencyWish } from '../../platform/store/emergency-grants.ts';
import type { FindingFilter } from '../../platform/store/findings.ts';
import type { ReferenceResolver, References, Resolver, Resolvers } from '../define-subgraph.ts';
import type { ExplainArgs, FieldAccessFilter } from './access.ts';
import type { DisclosuresArgs, TrailListFilter } from './audit.ts';
import type { EmergencyListFilter } from './emergency.ts';
import type { CatalogueFilter } from './catalogue.ts';
import type { Governance, IdentifierArgs, MappingFilter } from './connector.ts';
import type { RevocationListFilter, RevokeAccessInput } from './revocations.ts';

interface ById {
  readonly id: string;
}

interface Decision extends ById {
  readonly approve: boolean;
}

interface Review extends ById {
  readonly review: string;
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
    identifiersOf: (_: never, { type, id, ...args }: IdentifierArgs & { type: string; id: string }, { governance }) =>
      governance.identifiers(type, id, args),
    mappings: (_: never, args: MappingFilter, { governance }) => governance.mappings(args),
    catalogue: () => ({}),
    access: () => ({}),
    revocations: (
      _: never,
      { filter, ...page }: PageArgs & { filter?: RevocationListFilter | null },
      { governance },
      info,
    ) => governance.revocations(filter ?? {}, page, connectionSelection(info, 'Revocation').counted),
    auditTrail: (_: never, { filter, ...page }: PageArgs & { filter?: TrailListFilter | null }, { governance }, info) =>
      governance.auditTrail(filter ?? {}, page, connectionSelection(info, 'AuditRecord').counted),
    emergencyGrants: (_: never, args: PageArgs & EmergencyListFilter, { governance, identity }, info) =>
      governance.emergencyGrants(args, identity, connectionSelection(info, 'EmergencyGrant').counted),
    disclosures: (_: never, args: DisclosuresArgs, { governance }, info) =>
      governance.disclosures(args, connectionSelection(info, 'AuditRecord').counted),
  },
  Access: {
    explain: (_: never, args: ExplainArgs, { governance, identity }) => governance.accessFor(identity).explain(args),
    fieldAccess: (_: never, { coordinate }: { coordinate: string }, { governance, identity }) =>
      governance.accessFor(identity).fieldAccess(coordinate),
    matrix: (_: never, args: PageArgs & { filter?: FieldAccessFilter | null }, { governance, identity }) =>
      governance.accessFor(identity).matrix(args),
    clients: (_: never, __: never, { governance, identity }) => governance.accessFor(identity).clients(),
  },
  Mutation: {
    revokeAccess: (_: never, { input }: { input: RevokeAccessInput }, { governance, identity }) =>
      governance.revokeAccess(input, identity),
    requestEmergencyAccess: (_: never, { input }: { input: EmergencyWish }, { governance, identity }) =>
      governance.requestEmergencyAccess(input, identity),
    decideEmergencyAccess: (_: never, { input }: { input: Decision }, { governance, identity }) =>
      governance.decideEmergencyAccess(input, identity),
    endEmergencyAccess: (_: never, { input }: { input: ById }, { governance, identity }) =>
      governance.endEmergencyAccess(input, identity),
    reviewEmergencyAccess: (_: never, { input }: { input: Review }, { governance, identity }) =>
      governance.reviewEmergencyAccess(input, identity),
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
  Employee: { identifiers: identifiersOf('Employee') },
  Payer: {
    identifiers: identifiersOf('Payer'),
    ledgerPartner: ({ id }: ById, _: never, { governance }) => governance.ledgerPartner(id),
  },
  Practitioner: { identifiers: identifiersOf('Practitioner') },
  Supplier: { identifiers: identifiersOf('Supplier') },
} satisfies Resolvers<Governance>;

/** Whoever refers to it has read it from its owner; what is known of it here is of the caller's facilities only. */
const named =
  (type: string): ReferenceResolver<Governance> =>
  ({ id }) => ({ __typename: type, id });

/** How each entity is found again from its key. */
export const references = {
  Facility: ({ id }, { governance }) => governance.facility(id),
  Employee: named('Employee'),
  Payer: named('Payer'),
  Practitioner: named('Practitioner'),
  Supplier: named('Supplier'),
} satisfies References<Governance>;
