import { misuse } from './faults.ts';
import type { Domain, DomainTerm } from './types.ts';

/** Matches every record. Spelt out where it is meant; a builder returns it only if one of its members is it. */
export const everything: Domain = Object.freeze([]);

/** Matches no record, on every version. */
export const nothing: Domain = Object.freeze([Object.freeze(['id', 'in', Object.freeze([])] as const)]);

/** Records that match all of them; `everything` for no domains. */
export const allOf = (...domains: readonly Domain[]): Domain => {
  const members = domains.map(prefixed).filter((domain) => domain.length > 0);
  return members.some(isNothing) ? nothing : joined('&', members, everything);
};

/** Records that match at least one of them; `nothing` for no domains, never everything by accident. */
export const anyOf = (...domains: readonly Domain[]): Domain => {
  const members = domains.map(prefixed).filter((domain) => !isNothing(domain));
  return members.some((domain) => domain.length === 0) ? everything : joined('|', members, nothing);
};

/** Records that do not match. */
export const not = (domain: Domain): Domain => {
  if (domain.length === 0) return nothing;
  return isNothing(domain) ? everything : ['!', ...prefixed(domain)];
};

/**
 * The same domain with every `&` written out. Odoo joins what stands side by side with an unwritten `&`, so two
 * domains put next to each other under a `|` would mean something else without this.
 */
export const prefixed = (domain: Domain): Domain => {
  let at = 0;
  let members = 0;
  while (at < domain.length) {
    at = endOfOne(domain, at);
    members += 1;
  }
  return members < 2 ? domain : [...Array.from({ length: members - 1 }, () => '&' as const), ...domain];
};

const joined = (operator: '&' | '|', members: readonly Domain[], none: Domain): Domain =>
  members.length === 0 ? none : [...members.slice(1).map(() => operator), ...members.flat()];

/** Whether it is the domain that matches no record. */
export const isNothing = (domain: Domain): boolean => {
  const [term, ...rest] = domain;
  if (rest.length > 0 || !isTerm(term)) return false;
  return term[0] === 'id' && term[1] === 'in' && Array.isArray(term[2]) && term[2].length === 0;
};

/** Where the operand that starts at `from` ends. */
const endOfOne = (domain: Domain, from: number): number => {
  let at = from;
  for (let wanted = 1; wanted > 0; at += 1) {
    const part = domain[at];
    if (part === '&' || part === '|') wanted += 1;
    else if (isTerm(part)) wanted -= 1;
    else if (part !== '!') throw misuse('a search domain is malformed');
  }
  return at;
};

const isTerm = (part: Domain[number] | undefined): part is DomainTerm =>
  Array.isArray(part) && part.length === 3 && typeof part[0] === 'string' && typeof part[1] === 'string';
