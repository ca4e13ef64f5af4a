import { SANDBOX_FACILITIES } from '../facilities.ts';
import { CENTERS, SHARED } from '../odoo/seed/cost-centers.ts';

/** A department of the invented group. Odoo has a cost center for each. */
export interface Department {
  readonly code: string;
  readonly name: string;
  /** Of its cost center. */
  readonly costCenterCode: string;
  /** Code of its facility; null for what the group shares. */
  readonly facilityCode: string | null;
}

/** In the order of the facilities; as in the numbers of their documents. */
const PREFIXES = ['NH', 'HC', 'LC'] as const;

const departmentOf = (code: string, name: string, facilityCode: string | null): Department =>
  Object.freeze({ code, name, costCenterCode: `CC-${code}`, facilityCode });

/** 25 of them: those of each facility, and two of the group. */
export const DEPARTMENTS: readonly Department[] = Object.freeze([
  ...SANDBOX_FACILITIES.flatMap(({ code: facility }, index) =>
    (CENTERS[index] ?? []).map(([code, name]) => departmentOf(`${PREFIXES[index]}-${code}`, name, facility)),
  ),
  ...SHARED.map(([code, name]) => departmentOf(`GRP-${code}`, name, null)),
]);
