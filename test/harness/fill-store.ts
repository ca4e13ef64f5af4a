import { replaceDuplicates } from '../../platform/store/duplicates.ts';
import { requestGrant } from '../../platform/store/emergency-grants.ts';
import { saveFindings } from '../../platform/store/findings.ts';
import type { Store } from '../../platform/store/owner.ts';
import { addRevocation } from '../../platform/store/revocations.ts';

/**
 * One of everything that the store has and nobody finds in a sandbox by itself; of what is by facility, one for each. A pair
 * of two facilities would be seen by those only who have both.
 */
export const fillStore = async (store: Store, facilities: readonly string[]): Promise<void> => {
  const now = new Date();
  const finding = { source: 'odoo', type: 'Supplier', field: 'name', code: 'UNMAPPED', count: 1 } as const;
  await saveFindings(store, [{ ...finding, firstSeen: now, lastSeen: now }]);
  const pairs = facilities.map((facility) => ({
    left: { id: `one at ${facility}`, facility },
    right: { id: `two at ${facility}`, facility },
    score: 90,
    reasons: [],
  }));
  await replaceDuplicates(store, 'Facility', pairs);
  const grant = { reason: 'a test', scopes: ['hr:read'], facilities: [], minutes: 5, idempotencyKey: 'one' };
  await requestGrant(store, grant, { issuer: 'https://nowhere.example', subject: 's', client: 'c' });
  const wish = { what: 'subject', issuer: 'https://nowhere.example', value: 'nobody', reason: 'a test' } as const;
  await addRevocation(store, { ...wish, idempotencyKey: 'one' }, { subject: 's', client: 'c' });
};
