import { Big } from 'big.js';
import type { FhirField } from './entity.ts';

/** An amount in one currency, as the graph writes it: `{ amount: '1184.50', currency: 'USD' }`. */
export interface Money {
  readonly amount: string;
  /** ISO 4217 code. */
  readonly currency: string;
}

/** An element that is Money. What lacks its amount or its currency is null, and a finding. */
export const money = (type: string, field: string, element: string): FhirField => ({
  elements: [element],
  read: (resource, { found }) => {
    const value = resource[element];
    if (value === undefined || value === null) return null;
    const amount = toMoney(value);
    if (amount === null) found({ kind: 'malformed', type, field });
    return amount;
  },
});

/** An element that is a Quantity. */
export const quantity = (element: string): FhirField => ({
  elements: [element],
  read: (resource) => toQuantity(resource[element]),
});

/** Money out of R4's, rounded to the smallest unit of its currency; null for what is none. */
export const toMoney = (value: unknown): Money | null => {
  const { value: amount, currency } = (value ?? {}) as { readonly value?: unknown; readonly currency?: unknown };
  const digits = digitsOf(currency);
  if (!isFinite(amount) || digits === null) return null;
  return inCurrency(new Big(amount), currency as string);
};

/** Amounts of one currency, added up exactly; null for none. */
export const sumOf = (amounts: readonly Money[]): Money | null => {
  const [first] = amounts;
  if (first === undefined) return null;
  return inCurrency(
    amounts.reduce((sum, { amount }) => sum.plus(amount), new Big(0)),
    first.currency,
  );
};

/** How much of something: null where the number is missing. */
export const toQuantity = (value: unknown): { readonly value: string; readonly unit: string | null } | null => {
  const { value: number, unit, code } = (value ?? {}) as Readonly<Record<string, unknown>>;
  if (!isFinite(number)) return null;
  const name = [unit, code].find((each): each is string => typeof each === 'string' && each !== '');
  return { value: new Big(number).toFixed(), unit: name ?? null };
};

const inCurrency = (amount: Big, currency: string): Money => {
  const rounded = amount.round(digitsOf(currency) ?? 2, Big.roundHalfUp);
  // Minus nothing is written like nothing.
  return { amount: (rounded.eq(0) ? new Big(0) : rounded).toFixed(digitsOf(currency) ?? 2), currency };
};

const isFinite = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

const known = new Map<unknown, number | null>();

/** Digits of a currency's smallest unit; null for what is no currency. */
const digitsOf = (currency: unknown): number | null => {
  const found = known.get(currency);
  if (found !== undefined) return found;
  if (typeof currency !== 'string' || !/^[A-Z]{3}$/.test(currency)) return null;
  const { maximumFractionDigits = 2 } = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions();
  known.set(currency, maximumFractionDigits);
  return maximumFractionDigits;
};
