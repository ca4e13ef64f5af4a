/**
 * Amounts are whole cents while the seed is made and become numbers only in a row: sums stay exact, and a row holds the
 * double nearest to the decimal, as an Odoo column read back does.
 */
export type Cents = number;

export const amountOf = (cents: Cents): number => cents / 100;

/** What `quantity` costs at `price` each, less `discount` percent, rounded half up to the cent. */
export function extended(quantity: number, price: Cents, discount = 0): Cents {
  const thousandths = Math.round(quantity * 1000);
  return Math.round((thousandths * price * (100 - discount)) / 100_000);
}

/** `percent` of an amount, rounded half up to the cent; the sign is that of the amount. */
export const percentOf = (amount: Cents, percent: number): Cents =>
  Math.sign(amount) * Math.round((Math.abs(amount) * percent) / 100);

/** An amount in a currency of which one unit of the company's buys `rate`, in the company's own. */
export const inCompanyCurrency = (amount: Cents, rate: number): Cents =>
  rate === 1 ? amount : Math.sign(amount) * Math.round(Math.abs(amount) / rate);
