import { fail } from '../../platform/errors.ts';
import { groupBy } from '../../platform/group-by.ts';
import { type Money, sumOf } from '../../platform/fhir/money.ts';
import type { FhirSession } from '../../platform/fhir/session.ts';
import type { Reference } from '../../platform/record.ts';
import { patientAccount } from './charge-entities.ts';

/** What is open for a patient, by facility. */
export interface FacilityAmount {
  readonly facility: Reference;
  readonly amount: Money;
}

/** Accounts in one page: a patient with more is a mistake of somebody's. */
const MOST = 200;
/** Accounts that count: all but those that should not be there. */
const COUNTED = ['ACTIVE', 'INACTIVE', 'ON_HOLD', 'UNKNOWN', 'UNMAPPED'];

/**
 * What is open on the accounts of a patient at each of the caller's facilities, one amount for each currency. Accounts of
 * which the owner does not say it are left out.
 *
 * @throws RESULT_TOO_LARGE
 */
export const openAmounts = async (billing: FhirSession, patientId: string): Promise<readonly FacilityAmount[]> => {
  const args = { first: MOST, filter: { status: COUNTED } };
  const selected = { rows: new Set(['balance', 'facility']), counted: false };
  const parent = { type: 'Patient', id: patientId };
  const { nodes, pageInfo } = await billing.children(patientAccount, 'patient', parent, args, selected);
  if (pageInfo.hasNextPage) throw fail('RESULT_TOO_LARGE');
  const known = nodes.flatMap(({ balance, facility }) =>
    balance === null || facility === null ? [] : [{ facility: facility as Reference, amount: balance as Money }],
  );
  const groups = groupBy(known, ({ facility, amount }) => `${facility.id} ${amount.currency}`);
  return [...groups.values()].flatMap((group) => {
    const amount = sumOf(group.map((each) => each.amount));
    return amount === null || group[0] === undefined ? [] : [{ facility: group[0].facility, amount }];
  });
};
