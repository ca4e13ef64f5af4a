import DataLoader from 'dataloader';
import type { PageArgs } from '../../platform/connection.ts';
import { decodeId } from '../../platform/ids.ts';
import type { Identity } from '../../platform/identity.ts';
import { crossReferencesFor, isValidOn, type LocalKey } from '../../platform/store/cross-references.ts';
import { listDuplicates } from '../../platform/store/duplicates.ts';
import { facilitiesNamed } from '../../platform/store/facilities.ts';
import { type FindingFilter, listFindings } from '../../platform/store/findings.ts';
import type { Connector } from '../define-subgraph.ts';
import type { Sessions } from '../owners.ts';
import { accessIn, explainBudget } from './access.ts';
import { auditIn } from './audit.ts';
import { emergencyIn } from './emergency.ts';
import { type CatalogueFilter, classMeanings, pageOfCatalogue } from './catalogue.ts';
import { revocationsIn } from './revocations.ts';

export interface IdentifierArgs {
  readonly system?: string | null;
  readonly on?: string | null;
}

export interface MappingFilter {
  readonly system?: string | null;
  readonly type?: string | null;
}

type Read = Pick<Sessions, 'store' | 'access' | 'audit' | 'catalogue' | 'mappings' | 'rulebook'>;

const connectGovernance = ({ store, access, audit, catalogue, mappings, rulebook }: Read) => {
  const budget = explainBudget();
  const references = crossReferencesFor(store, store.facilities);
  const names = new DataLoader(async (codes: readonly string[]) => {
    const known = new Map((await facilitiesNamed(store, codes)).map(({ code, name }) => [code, name]));
    // Whoever has it in a token knows of it before we do.
    return codes.map((code) => known.get(code) ?? code);
  });

  /** What systems call a thing; in the order of systems. */
  const identifiers = async (entityType: string, entityId: string, { system, on }: IdentifierArgs) => {
    const day = on ?? today();
    const known = await references.ofEntity({ entityType, entityId });
    return known
      .filter((one) => isValidOn(one, day) && (system == null || one.system === system))
      .map(({ localId, ...one }) => ({ ...one, value: localId }));
  };

  return {
    ...revocationsIn(store, access),
    ...emergencyIn(store, access, audit),
    ...auditIn(store, audit?.keys ?? null, (type, id) => identifiers(type, id, {})),
    identifiers,
    /** The partner that a payer is in the ledger today; null where nobody has found one. */
    ledgerPartner: async (payerId: string) => {
      const known = await identifiers('Payer', payerId, { system: 'odoo' });
      return known.find(({ kind }) => kind === 'partner')?.value ?? null;
    },
    facility: (id: unknown) => {
      const code = decodeId('Facility', id);
      return code === null || !store.sites.includes(code) ? null : { id, code };
    },
    facilityName: (code: string) => names.load(code),

    crossReferences: async (key: LocalKey, on: string | null | undefined) => {
      const known = await references.ofLocalId(key);
      return known
        .filter((one) => on == null || isValidOn(one, on))
        .map(({ entityType, entityId, localId, ...one }) => ({
          ...one,
          type: entityType,
          id: entityId,
          value: localId,
        }));
    },

    duplicates: (type: string, page: PageArgs, counted: boolean) => listDuplicates(store, type, page, counted),
    findings: (filter: FindingFilter, page: PageArgs, counted: boolean) => listFindings(store, filter, page, counted),

    catalogueFields: (args: PageArgs & { readonly filter?: CatalogueFilter | null }) =>
      pageOfCatalogue(catalogue, args),
    classMeanings,
    accessFor: (asker: Identity) => accessIn(rulebook, budget, asker),
    mappings: ({ system, type }: MappingFilter) =>
      mappings.filter(
        (one) =>
          (system == null || one.system === system) &&
          (type == null || one.usedFor.some((coordinate) => coordinate.startsWith(`${type}.`))),
      ),
  };
};

const today = (): string => new Date().toISOString().slice(0, 10);

export type Governance = { readonly governance: ReturnType<typeof connectGovernance> };

export const connector: Connector<Governance> = {
  owners: ['store', 'access', 'audit', 'catalogue', 'mappings', 'rulebook'],
  // Which companies there are, for the facilities' identifiers.
  learnsFrom: ['odoo'],
  connect: (sessions) => ({ governance: connectGovernance(sessions) }),
};
