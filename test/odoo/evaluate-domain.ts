import type { Domain, DomainTerm } from '../../platform/odoo/types.ts';

type Holds = (term: DomainTerm) => boolean;

/** Odoo's own reading: terms side by side are joined by `&`, operators stand before their operands. */
export const evaluateDomain = (domain: Domain, holds: Holds): boolean => {
  let at = 0;
  const one = (): boolean => {
    const part = domain[at];
    at += 1;
    if (part === '!') return !one();
    if (part === '&' || part === '|') {
      const [left, right] = [one(), one()];
      return part === '&' ? left && right : left || right;
    }
    if (part === undefined) throw new Error('an operand is missing');
    return holds(part);
  };
  let all = true;
  while (at < domain.length) all = one() && all;
  return all;
};
