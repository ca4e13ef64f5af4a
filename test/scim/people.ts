const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const WORKFORCE = 'urn:caregraph:params:scim:schemas:workforce:2.0:User';
const GROUP = 'urn:caregraph:params:scim:schemas:workforce:2.0:Group';

export interface Person {
  readonly number: string;
  readonly facility?: string;
  readonly status?: string;
  readonly manager?: string;
}

/** A user of the fake server. */
export const userOf = ({ number, facility, status = 'active', manager }: Person) => ({
  id: `id-${number}`,
  userName: `user-${number}`,
  displayName: `Person ${number}`,
  [ENTERPRISE]: {
    employeeNumber: number,
    department: 'ICU',
    costCenter: 'CC-ICU',
    ...(manager !== undefined && { manager: { value: `id-${manager}` } }),
  },
  [WORKFORCE]: {
    employmentStatus: status,
    position: 'Nurse',
    ...(facility !== undefined && { facilityCode: facility }),
    compensation: { amount: '50000.00', currency: 'USD', per: 'year' },
  },
  meta: { version: '"v1"' },
});

/** `E-01` and so on, at north, south and at none in turn. */
export const peopleOf = (count: number) =>
  Array.from({ length: count }, (_, index) => {
    const facility = ['north', 'south', undefined][index % 3];
    return userOf({ number: numberOf(index), ...(facility !== undefined && { facility }) });
  });

export const numberOf = (index: number): string => `E-${String(index + 1).padStart(2, '0')}`;

export const icu = {
  id: 'id-ICU',
  displayName: 'Intensive care',
  [GROUP]: { code: 'ICU', costCenterCode: 'CC-ICU', head: { value: 'id-E-01' } },
  meta: { version: '"v1"' },
};
