import type { Values } from '../engine/env.ts';

/** Reading arguments of a call as what they have to be; anything else counts as not given. */
export const numberIn = (named: Values, name: string): number | undefined => {
  const value = named[name];
  return typeof value === 'number' ? value : undefined;
};

export const textIn = (named: Values, name: string): string | undefined => {
  const value = named[name];
  return typeof value === 'string' ? value : undefined;
};

export const listIn = (named: Values, name: string): readonly unknown[] | undefined => {
  const value = named[name];
  return Array.isArray(value) ? value : undefined;
};

export const textsIn = (named: Values, name: string): readonly string[] | undefined => {
  const value = named[name];
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : undefined;
};

export const recordIn = (named: Values, name: string): Values => (isValues(named[name]) ? named[name] : {});

export const isValues = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
