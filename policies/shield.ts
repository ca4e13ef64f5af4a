import { createRequire } from 'node:module';
import util from 'node:util';

/**
 * The only door to graphql-shield and graphql-middleware.
 *
 * Both are no longer maintained. On Node 23 and later, shield's ESM build does not link and its CommonJS build calls
 * `util.isUndefined`, which is gone; so its CommonJS build is loaded, and the function supplied. The middleware must
 * come from the same module system, because it recognises shield's generator with `instanceof`.
 */
Object.assign(util, { isUndefined: (value: unknown) => value === undefined });

const require = createRequire(import.meta.url);
const shieldLibrary = require('graphql-shield') as typeof import('graphql-shield');
const middlewareLibrary = require('graphql-middleware') as typeof import('graphql-middleware');

export const { shield, rule, allow, deny } = shieldLibrary;
export const { applyMiddleware } = middlewareLibrary;

/** A rule of shield, plain or combined. */
export type Rule =
  | ReturnType<ReturnType<typeof shieldLibrary.rule>>
  | typeof shieldLibrary.allow
  | typeof shieldLibrary.deny;

/** Rules by type, then by field; `*` stands for every field of the type that is not named. */
export type RuleTree = Readonly<Record<string, Readonly<Record<string, Rule>>>>;
