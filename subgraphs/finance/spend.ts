import type { Big } from 'big.js';
import DataLoader from 'dataloader';
import { fail } from '../../platform/errors.ts';
import { toMoney } from '../../platform/odoo/mappings.ts';
import type { OdooSession } from '../../platform/odoo/session.ts';
import type { Domain, Many2one } from '../../platform/odoo/types.ts';
import { analyticLine, costCenter, PLAN } from './entities.ts';
import { outflowLoader } from './outflows.ts';

/** Days, both included. */
export interface Period {
  readonly from: string;
  readonly to: string;
}

/** What one cost center carries, by company. */
type Carried = ReadonlyMap<number, Big>;

/**
 * What cost centers carry in posted entries over periods: one call for the cost centers of a tick and a period, and one for
 * each further plan that they are of.
 */
export const spendOf = (odoo: OdooSession) => {
  const plans = planLoader(odoo);
  const loaders = new Map<string, DataLoader<number, Carried>>();
  const loaderFor = (column: string, period: Period): DataLoader<number, Carried> => {
    const key = `${column} ${period.from} ${period.to}`;
    const loader = loaders.get(key) ?? carriedLoader(odoo, column, period);
    loaders.set(key, loader);
    return loader;
  };
  /** By facility of the caller, those left out in whose books there is nothing. @throws BAD_USER_INPUT for no period */
  return async (center: number, period: Period) => {
    if (period.from > period.to) throw fail('BAD_USER_INPUT', { message: '`from` is after `to`.' });
    const plan = await plans.load(center);
    if (plan === null) return null;
    const carried = await loaderFor(columnOf(odoo, plan), period).load(center);
    return odoo.facilities.flatMap(({ record, company, currency }) => {
      const amount = carried.get(company);
      return amount === undefined
        ? []
        : [{ facility: record, amount: toMoney(amount.toNumber(), { id: currency }, odoo) }];
    });
  };
};

/** The plan that a cost center is of, which decides where its lines name it. */
const planLoader = (odoo: OdooSession): DataLoader<number, number | null> =>
  new DataLoader(async (centers) => {
    const plan = odoo.column(costCenter, PLAN);
    const active = odoo.column(costCenter, 'active');
    const domain: Domain = [
      ['id', 'in', centers],
      [active, 'in', [true, false]],
    ];
    const rows = await odoo.rows(costCenter, domain, [PLAN]);
    const plans = new Map(rows.map((row) => [row['id'], (row[plan] as Many2one | null)?.id ?? 0]));
    return centers.map((center) => plans.get(center) ?? null);
  });

/** From 17 on each plan has a column of its own, but for the one that Odoo began with. */
const columnOf = (odoo: OdooSession, plan: number): string =>
  odoo.column(analyticLine, [`x_plan${plan}_id`, 'account_id']);

const carriedLoader = (odoo: OdooSession, column: string, { from, to }: Period) =>
  outflowLoader(odoo, () => ({
    entity: analyticLine,
    to: column,
    within: [
      ['date', '>=', from],
      ['date', '<=', to],
    ],
    amount: 'amount',
  }));
