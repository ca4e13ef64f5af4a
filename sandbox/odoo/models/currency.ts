import type { Rec } from '../engine/record.ts';

/** Units of this currency for one of the current company's, by the latest rate up to today. */
export const currencyRateToday = (currency: Rec): number => {
  const { env } = currency;
  const own = Number(env.db.row('res.company', env.company)?.['currency_id']);
  return own === currency.id
    ? 1
    : rateOn(currency, env.company, env.today) / rateOn(env.record('res.currency', own), env.company, env.today);
};

/** Units of the document's currency for one of the company's, on a day. */
export const documentRate = (currency: Rec | null, company: Rec | null, day: string): number => {
  const own = company?.one('currency_id') ?? null;
  if (currency === null || own === null || company === null || own.id === currency.id) return 1;
  return rateOn(currency, company.id, day) / rateOn(own, company.id, day);
};

/** The stored rate in force; 1 where none is known. */
const rateOn = (currency: Rec, company: number, day: string): number => {
  let latest = '';
  let rate = 1;
  for (const id of currency.env.db.idsBy('res.currency.rate', 'currency_id', currency.id)) {
    const row = currency.env.db.row('res.currency.rate', id);
    const name = (row?.['name'] ?? '') as string;
    const isOurs = typeof row?.['company_id'] !== 'number' || row['company_id'] === company;
    if (!isOurs || name > day || name <= latest) continue;
    latest = name;
    rate = Number(row?.['rate'] ?? 1);
  }
  return rate;
};
