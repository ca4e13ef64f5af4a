import { SERVICES } from '../../odoo/seed/catalogue.ts';
import { CARE } from '../../odoo/seed/invoices.ts';
import { SANDBOX_FACILITIES } from '../../facilities.ts';
import type { Cents } from '../../odoo/seed/amounts.ts';

/** What is done for a patient and charged for, under the code of its product in Odoo. */
export interface Service {
  readonly code: string;
  readonly name: string;
  readonly price: Cents;
}

const BY_CODE: ReadonlyMap<string, Service> = new Map(
  SERVICES.map(({ code, name, price }) => [code, { code, name, price }]),
);

export const serviceOf = (code: string): Service => {
  const service = BY_CODE.get(code);
  if (service === undefined) throw new Error(`no service ${code}`);
  return service;
};

/** What a facility charges for. */
export const servicesOf = (facilityCode: string): readonly Service[] =>
  (CARE[SANDBOX_FACILITIES.findIndex(({ code }) => code === facilityCode)] ?? []).map(serviceOf);

const BY_DEPARTMENT: Readonly<Record<string, string>> = {
  'NH-ER': 'CARE-OPV',
  'NH-OR': 'CARE-DAY',
  'NH-MAT': 'CARE-IPD',
  'NH-RAD': 'CARE-IMG',
  'HC-OPD': 'CARE-OPV',
  'HC-DAY': 'CARE-DAY',
  'HC-END': 'CARE-DAY',
  'HC-DEN': 'CARE-OPV',
  'HC-PHY': 'CARE-RHB',
  'HC-IMG': 'CARE-IMG',
  'LC-RSP': 'CARE-RSP',
  'LC-DEM': 'CARE-RES',
};

/** What patients come to a department for. */
export const serviceOfDepartment = (departmentCode: string): Service =>
  serviceOf(BY_DEPARTMENT[departmentCode] ?? 'CARE-OPV');
