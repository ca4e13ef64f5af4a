/**
 * A finite number as JSON. Most that are not whole are amounts with a decimal or two, for which the engine takes three
 * times as long as for this.
 *
 * A quotient is rounded to the nearest number there is. Where that is the value, the value is the nearest number to the
 * decimal, and since the decimal has less than sixteen digits it is the shortest one of which this can be said: the one
 * that has to be written (ECMA-262, Number::toString).
 */
export const numberText = (value: number): string => {
  const hundredths = value * 100;
  if (hundredths < 0 || (hundredths | 0) !== hundredths || hundredths / 100 !== value) return String(value);
  const whole = Math.floor(value);
  return `${whole}${FRACTIONS[hundredths - 100 * whole] ?? ''}`;
};

/** By hundredths. */
const FRACTIONS: readonly string[] = Array.from({ length: 100 }, (_, hundredths) =>
  String(hundredths / 100).slice('0'.length),
);
