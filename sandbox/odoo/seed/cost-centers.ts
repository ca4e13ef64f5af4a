import type { Book } from './book.ts';
import { DAY } from './calendar.ts';
import type { Facility, Ground } from './ground.ts';
import type { Random } from './random.ts';

/** How a line is spread: percent by id of `account.analytic.account`, as Odoo keeps it. */
export type Distribution = Readonly<Record<string, number>>;

export interface CostCenters {
  /** Ids of the cost centers of a facility, without the shared ones. */
  of(facility: Facility): readonly number[];
  /** All of a line to one cost center, or, now and then, to two. */
  spread(facility: Facility, random: Random): Distribution;
}

/** In the order of the facilities. */
export const CENTERS: readonly (readonly (readonly [string, string])[])[] = [
  [
    ['ICU', 'Intensive care'],
    ['ER', 'Emergency room'],
    ['OR', 'Operating theatres'],
    ['WDA', 'Ward A'],
    ['WDB', 'Ward B'],
    ['MAT', 'Maternity'],
    ['RAD', 'Radiology'],
    ['LAB', 'Laboratory'],
    ['PHA', 'Hospital pharmacy'],
  ],
  [
    ['OPD', 'Outpatient department'],
    ['DAY', 'Day ward'],
    ['END', 'Endoscopy'],
    ['DEN', 'Dental clinic'],
    ['PHY', 'Physiotherapy'],
    ['IMG', 'Imaging'],
    ['PHA', 'Clinic pharmacy'],
  ],
  [
    ['EAS', 'East wing'],
    ['WES', 'West wing'],
    ['DEM', 'Memory care'],
    ['RSP', 'Respite care'],
    ['KIT', 'Kitchen'],
    ['ACT', 'Activities'],
    ['DSP', 'Dispensary'],
  ],
];
export const SHARED = [
  ['ADM', 'Group administration'],
  ['ITS', 'Group IT'],
] as const;

/** 25 cost centers: those of each facility, and two the group shares. */
export function makeCostCenters(book: Book, ground: Ground): CostCenters {
  const made = ground.start - 30 * DAY;
  const plan = book.add('account.analytic.plan', made, {
    name: 'Cost Centers',
    complete_name: 'Cost Centers',
    sequence: 10,
    default_applicability: 'optional',
  });
  plan['parent_path'] = `${plan.id}/`;
  const add = (code: string, name: string, company: number | false): number =>
    book.add('account.analytic.account', made, {
      code: `CC-${code}`,
      name,
      plan_id: plan.id,
      root_plan_id: plan.id,
      company_id: company,
      active: true,
    }).id;
  const centers = new Map<Facility, readonly number[]>();
  for (const [index, facility] of ground.facilities.entries()) {
    const own = (CENTERS[index] ?? []).map(([code, name]) => add(`${facility.prefix}-${code}`, name, facility.id));
    centers.set(facility, own);
  }
  const shared = SHARED.map(([code, name]) => add(`GRP-${code}`, name, false));
  const of = (facility: Facility): readonly number[] => centers.get(facility) ?? [];
  return {
    of,
    spread: (facility, random) => {
      const own = of(facility);
      const first = random.pick(own);
      const second = random.chance(0.12) ? random.pick(random.chance(0.4) ? shared : own) : first;
      return second === first ? { [first]: 100 } : { [first]: 60, [second]: 40 };
    },
  };
}
