import type { Rec } from '../engine/record.ts';

/** Rounds half away from zero to `digits`; the small push undoes binary noise (1.005 is stored as 1.00499…). */
export const rounded = (amount: number, digits = 2): number => {
  const scale = 10 ** digits;
  const pushed = Math.abs(amount) * scale;
  return (Math.sign(amount) * Math.round(pushed + pushed * Number.EPSILON * 4)) / scale;
};

export const sum = (amounts: readonly number[]): number => amounts.reduce((total, amount) => total + amount, 0);

/** What a line of an order or bill comes to without taxes. */
export const subtotal = (quantity: number, price: number, discount: number): number =>
  rounded(quantity * price * (1 - discount / 100));

/** What these percentages add to an amount, each rounded on its own. Only taxes on top of the price are known here. */
export const taxOn = (amount: number, taxes: readonly Rec[]): number =>
  sum(taxes.map((tax) => rounded((amount * tax.number('amount')) / 100)));

/** A quantity of one unit in another of the same kind. */
export const inUnit = (quantity: number, from: Rec | null, to: Rec | null): number => {
  if (from === null || to === null || from.id === to.id) return quantity;
  return (quantity * from.number('factor')) / to.number('factor');
};
