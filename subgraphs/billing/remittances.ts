import DataLoader from 'dataloader';
import type { Connection, ListArgs, ListSelection } from '../../platform/connection.ts';
import type { FhirSession } from '../../platform/fhir/session.ts';
import type { CanonicalRecord } from '../../platform/record.ts';
import { HOUR } from '../../platform/time.ts';
import { claim, remittance } from './claim-entities.ts';

type Loader = DataLoader<unknown, Connection<CanonicalRecord>>;
type Read = (claimId: unknown, args: ListArgs, selected: ListSelection) => Promise<Connection<CanonicalRecord>>;

/** Claims whose remittances are read together. */
const MOST = 200;

/**
 * The remittances of a claim, newest first.
 *
 * No search leads from a claim to what has been paid for it, so everything paid since the oldest of the claims that are
 * asked for in a tick is read, once for all of them, and sorted out by what it is for. Who paid is no condition: a payer
 * may pay through somebody else.
 */
export const remittancesOf = (billing: FhirSession): Read => {
  const loaders = new Map<string, Loader>();
  return (claimId, args, selected) => {
    const key = JSON.stringify([args, [...selected.rows].toSorted(), selected.counted]);
    const loader = loaders.get(key) ?? loaderOf(billing, args, selected);
    loaders.set(key, loader);
    return loader.load(claimId);
  };
};

const loaderOf = (billing: FhirSession, args: ListArgs, selected: ListSelection): Loader =>
  new DataLoader(
    async (claimIds) => {
      const fields = new Set(['created']);
      const claims = await Promise.all(claimIds.map((id) => billing.find(claim, id, fields)));
      const filter = { created: { from: earliest(claims) } };
      return billing.sorted(remittance, 'claim', { type: 'Claim', ids: claimIds }, { ...args, filter }, selected);
    },
    { maxBatchSize: MOST },
  );

/** A day before the first of them, since the owner's days may begin elsewhere; null where one has no day. */
const earliest = (claims: readonly (CanonicalRecord | null)[]): string | null => {
  const days = claims.flatMap((each) => (each === null ? [] : [each['created']]));
  if (!days.every((each) => typeof each === 'string')) return null;
  const first = days.toSorted()[0];
  return first === undefined ? null : new Date(Date.parse(first) - 24 * HOUR).toISOString().slice(0, 10);
};
