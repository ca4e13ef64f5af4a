import type { JSONWebKeySet } from 'jose';
import type { Config } from '../../platform/config.ts';
import type { HealthSource } from '../../platform/http/health.ts';
import type { Log } from '../../platform/log.ts';
import { createIntrospection, type Introspection, type IntrospectionOptions } from './introspection.ts';
import { createIssuerKeys, type IssuerKeys } from './issuer-keys.ts';
import type { TokenRules } from './verify-token.ts';

/** One issuer whose tokens are accepted. Rules that are left out are those of the configuration. */
export interface IssuerOptions extends Partial<TokenRules> {
  /** `iss` of its tokens, to the letter. */
  readonly issuer: string;
  /** What it is called in the log and the health; the only one needs no name. */
  readonly name?: string;
  /** Where its keys are. Left out: its discovery document says so. */
  readonly jwksUri?: string;
  /** These very keys, and none that it may have besides. */
  readonly keys?: JSONWebKeySet;
  /** Where to ask about tokens of it that are no JWT. */
  readonly introspection?: IntrospectionOptions;
}

/** An issuer, and all it takes to check a token of it. */
export interface Issuer {
  readonly name: string;
  readonly keys: IssuerKeys;
  readonly rules: TokenRules;
}

/** Whose tokens are accepted. */
export interface Issuers {
  /** `iss` of each, to the letter. */
  readonly names: readonly string[];
  /** By `iss`, which the token need not have been checked for: whoever it names, its keys and its rules decide. */
  get(issuer: unknown): Issuer | undefined;
  /** For tokens that are no JWT. */
  readonly introspection: Introspection | undefined;
  health(): readonly HealthSource[];
  close(): Promise<void>;
}

/** Those that the configuration names; none when tokens are to come from elsewhere. */
export const configuredIssuers = ({ identity }: Pick<Config, 'identity'>): readonly IssuerOptions[] => {
  const { issuer, jwksUri, issuers } = identity;
  if (issuers !== undefined) return issuers.map(withoutHoles);
  return issuer === undefined ? [] : [withoutHoles({ issuer, jwksUri })];
};

type Holed<T> = { readonly [K in keyof T]: T[K] | undefined };

/** Settings that are not there are `undefined`; options are left out. */
const withoutHoles = (options: Holed<IssuerOptions>): IssuerOptions =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as unknown as IssuerOptions;

/** Begins to fetch the keys of each. */
export const openIssuers = (
  options: readonly IssuerOptions[],
  general: TokenRules,
  log: Log,
  clock: () => number = Date.now,
): Issuers => {
  const issuers = new Map(options.map((one) => [one.issuer, open(one, general, log, clock)]));
  const asked = options.find((one) => one.introspection !== undefined);
  const introspection = asked === undefined ? undefined : introspectionOf(asked, general, log, clock);
  return {
    names: [...issuers.keys()],
    get: (issuer) => (typeof issuer === 'string' ? issuers.get(issuer) : undefined),
    introspection,
    health: () => [
      ...[...issuers.values()].map(({ name, keys }) => ({ name, check: () => keys.health() })),
      ...(introspection === undefined ? [] : [{ name: introspection.name, check: () => introspection.health() }]),
    ],
    close: async () => {
      await Promise.all([introspection?.close(), ...[...issuers.values()].map(({ keys }) => keys.close())]);
    },
  };
};

const nameOf = ({ name }: IssuerOptions): string => (name === undefined ? 'issuer' : `issuer:${name}`);

const introspectionOf = (options: IssuerOptions, general: TokenRules, log: Log, clock: () => number) => {
  if (options.introspection === undefined) return undefined;
  const about = { ...options.introspection, issuer: options.issuer, name: `${nameOf(options)}:introspection` };
  return createIntrospection(about, rulesOf(options, general), log, clock);
};

const open = (options: IssuerOptions, general: TokenRules, log: Log, clock: () => number): Issuer => {
  const name = nameOf(options);
  return {
    name,
    keys: createIssuerKeys({ ...options, name }, log.child({ issuer: name }), clock),
    rules: rulesOf(options, general),
  };
};

const rulesOf = (options: Partial<TokenRules>, general: TokenRules): TokenRules => ({
  audience: options.audience ?? general.audience,
  algorithms: options.algorithms ?? general.algorithms,
  tokenType: options.tokenType ?? general.tokenType,
  leeway: options.leeway ?? general.leeway,
  maxAge: options.maxAge ?? general.maxAge,
});
