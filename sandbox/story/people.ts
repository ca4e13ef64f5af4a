import { SANDBOX_FACILITIES } from '../facilities.ts';
import { DAY, dayOf, instantOf, REFERENCE_DAY } from '../odoo/seed/calendar.ts';
import { memberOf, type Random, randomFor } from '../odoo/seed/random.ts';
import { type Department, DEPARTMENTS } from './departments.ts';

/** Somebody who works for the invented group. */
export interface Employee {
  /** `E-0001` and so on. */
  readonly number: string;
  readonly givenName: string;
  readonly familyName: string;
  readonly userName: string;
  readonly departmentCode: string;
  /** Null for those who work for the group as a whole. */
  readonly facilityCode: string | null;
  readonly position: string;
  /** Null for the one at the top. */
  readonly managerNumber: string | null;
  /** ISO day. */
  readonly hireDate: string;
  readonly status: 'active' | 'on-leave' | 'terminated';
  /** Share of a full post, from 0.1 to 1. */
  readonly fte: number;
  /** `PR-001` and so on, for those who give care in their own name. */
  readonly practitionerNumber: string | null;
  readonly compensation: { readonly amount: string; readonly currency: string; readonly per: string };
}

const EMPLOYEES = 300;
const PRACTITIONERS = 40;

const GIVEN = (
  'Adela Bastien Corvina Dunstan Elowen Fabrizio Greta Halvard Iseult Jorah Kestra Leopold Marisol Nikolai Ottilie ' +
  'Perpetua Quentin Rosalind Soren Tamsin Ulrika Valerian Wilhelmina Xanthe Yorick Zenobia Ambrose Beatrix Cassian Delphine'
).split(' ');
const FAMILY = (
  'Abernethy Blackthorn Carrowmore Delacroix Eastlake Fairweather Gallowglass Hawksworth Inverarity Jessamine Kirkbride ' +
  'Lockridge Merriweather Nightingale Oakenshaw Pemberley Quillfeather Ravenscroft Stillwater Thornquist Underwood ' +
  'Vandermeer Whitlock Yarborough Zimmerlin'
).split(' ');
/** With what a year is paid, in dollars. */
const POSITIONS: readonly (readonly [string, number])[] = [
  ['Nurse', 68_000],
  ['Senior nurse', 81_000],
  ['Care assistant', 41_000],
  ['Ward clerk', 39_000],
  ['Technician', 52_000],
  ['Porter', 35_000],
];
const OFFICE: readonly (readonly [string, number])[] = [
  ['Administrator', 58_000],
  ['Analyst', 74_000],
  ['Coordinator', 61_000],
];

/** Departments in which practitioners see patients by appointment. */
export const APPOINTED = new Set([
  'NH-ER',
  'NH-OR',
  'NH-MAT',
  'NH-RAD',
  'HC-OPD',
  'HC-DAY',
  'HC-END',
  'HC-DEN',
  'HC-PHY',
  'HC-IMG',
  'LC-RSP',
  'LC-DEM',
]);

/** The 300 of them, the same each time. The first heads the group, and the first of each department heads that. */
export const employees = (): readonly Employee[] => {
  const random = randomFor('employees');
  const heads = new Map<string, string>();
  const practising = practisingDepartments();
  let buying = 0;
  return Array.from({ length: EMPLOYEES }, (_, index): Employee => {
    const department = departmentAt(index);
    const number = `E-${String(index + 1).padStart(4, '0')}`;
    const isHead = !heads.has(department.code);
    const manager = isHead ? heads.get(TOP.code) : heads.get(department.code);
    if (isHead) heads.set(department.code, number);
    const [givenName, familyName] = [memberOf(GIVEN, index * 7 + 3), memberOf(FAMILY, index)];
    const practitioner = isHead ? undefined : practising.get(department.code)?.shift();
    const [position, pay] = positionOf(department, isHead, practitioner !== undefined, random);
    const one: Employee = {
      number,
      givenName,
      familyName,
      userName: `${givenName}.${familyName}.${index + 1}`.toLowerCase(),
      departmentCode: department.code,
      facilityCode: department.facilityCode,
      position,
      managerNumber: manager ?? null,
      hireDate: dayOf(instantOf(REFERENCE_DAY) - random.int(30, 5_000) * DAY),
      status: isHead || practitioner !== undefined ? 'active' : statusOf(random),
      fte: random.chance(0.75) ? 1 : memberOf([0.5, 0.6, 0.8], random.int(0, 2)),
      practitionerNumber: practitioner ?? null,
      compensation: { amount: `${pay + random.int(0, 40) * 250}.00`, currency: 'USD', per: 'year' },
    };
    const buys = department === TOP && !isHead && one.status === 'active' && buying < SANDBOX_FACILITIES.length;
    if (buys) buying += 1;
    return Object.freeze(buys ? { ...one, position: BUYER } : one);
  });
};

/** Those who order goods, one for each facility, in the order of the facilities. Odoo knows them by their user names. */
export const buyers = (): readonly Employee[] => employees().filter(({ position }) => position === BUYER);

const BUYER = 'Buyer';

/** Group administration, whose head is everybody's. */
const TOP = DEPARTMENTS.find(({ code }) => code === 'GRP-ADM') as Department;

/** The top first, then one department after the other, round and round. */
const departmentAt = (index: number): Department => (index === 0 ? TOP : memberOf(DEPARTMENTS, index - 1));

/** Practitioner numbers, dealt out to the departments that see patients by appointment. */
const practisingDepartments = (): Map<string, string[]> => {
  const codes = [...APPOINTED];
  const dealt = new Map<string, string[]>(codes.map((code) => [code, []]));
  for (let index = 0; index < PRACTITIONERS; index += 1)
    dealt.get(memberOf(codes, index))?.push(`PR-${String(index + 1).padStart(3, '0')}`);
  return dealt;
};

const positionOf = (
  { facilityCode }: Department,
  isHead: boolean,
  isPractitioner: boolean,
  random: Random,
): readonly [string, number] => {
  if (isPractitioner) return ['Physician', 190_000];
  if (isHead) return ['Head of department', 118_000];
  return random.pick(facilityCode === null ? OFFICE : POSITIONS);
};

const statusOf = (random: Random): Employee['status'] => {
  if (random.chance(0.05)) return 'terminated';
  return random.chance(0.06) ? 'on-leave' : 'active';
};
