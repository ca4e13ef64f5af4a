import type { Config } from '../platform/config.ts';
import type { Facility } from '../platform/odoo/directory.ts';
import { saveFacilities } from '../platform/store/facilities.ts';
import type { Store } from '../platform/store/owner.ts';
import { type Statement, syncCrossReferences } from '../platform/store/sync-cross-references.ts';
import type { Subgraph } from './define-subgraph.ts';
import type { Owners } from './owners.ts';

type Configured = Config['facilities'];

/**
 * Waits until Odoo has been reached and the store is open, and writes down what the group's facilities are called, and
 * where, as configuration and Odoo's companies have it today.
 *
 * @returns the codes of the facilities that Odoo has
 * @throws ContractError, StoreError
 */
export const learnFacilities = async (
  { odoo, store }: Owners,
  served: readonly Subgraph[],
  configured: Configured,
): Promise<readonly string[]> => {
  const isRead = served.some(({ connector }) => connector.owners.includes('store'));
  const opening = store?.start();
  // Where nobody reads the store, only findings go there. They can wait, and be lost.
  if (!isRead) opening?.catch(() => undefined);
  const [directory] = await Promise.all([odoo?.ready, isRead ? opening : undefined]);
  const facilities = directory?.facilities ?? [];
  if (isRead && store !== undefined) await write(store.ours(), facilities, configured);
  return facilities.map(({ code }) => code);
};

const write = async (store: Store, facilities: readonly Facility[], configured: Configured): Promise<void> => {
  await saveFacilities(
    store,
    facilities.map(({ code, record }) => ({ code, name: record.name })),
  );
  const statements = facilities.flatMap((facility) => statementsOf(facility, configured));
  await syncCrossReferences(store, statements, new Date().toISOString().slice(0, 10));
};

/** The system of our own identifiers of facilities, where a system asks for one. */
const OWN_SYSTEM = 'urn:caregraph:facility';

/** Other systems know a facility by its code, unless the configuration says by what else. */
const statementsOf = ({ code, company, record }: Facility, configured: Configured): readonly Statement[] => {
  const said = configured?.[code]?.identifiers ?? [];
  const places = new Map<string, { readonly system: string; readonly kind: string; readonly values: string[] }>();
  const add = (system: string, kind: string, value: string): void => {
    const place = places.get(`${system} ${kind}`) ?? { system, kind, values: [] };
    place.values.push(value);
    places.set(`${system} ${kind}`, place);
  };
  for (const { system, kind, value } of said) add(system, kind, value);
  for (const [system, kind, value] of [
    ['odoo', 'company', String(company)],
    ['scheduling', 'organization', `${OWN_SYSTEM}|${code}`],
    ['billing', 'organization', `${OWN_SYSTEM}|${code}`],
    ['hr', 'facilityCode', code],
  ] as const)
    if (!places.has(`${system} ${kind}`)) add(system, kind, value);
  return [...places.values()].map(({ system, kind, values }) => ({
    entityType: 'Facility',
    entityId: record.id,
    system,
    kind,
    source: 'directory',
    facility: code,
    localIds: values,
  }));
};
