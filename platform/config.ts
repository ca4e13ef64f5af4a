import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { ENVIRONMENT_NAME } from './issuer-settings.ts';
import { Secret } from './secret.ts';
import { type Config, listSettings, type Setting, settings } from './settings.ts';

export type { Config } from './settings.ts';

export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The configuration has ${problems.length} problem(s):\n${problems.map((p) => `  - ${p}`).join('\n')}`);
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the configuration: default < file (`CAREGRAPH_CONFIG`, JSON) < environment.
 *
 * Unknown keys, in the file or behind the `CAREGRAPH_` prefix, are refused. All problems are reported at once, by
 * path and reason; values are never printed. The result is frozen.
 *
 * @throws ConfigError
 */
export const loadConfig = (env: Environment = process.env): Config => {
  const problems: string[] = [];
  const raw = readFile(env['CAREGRAPH_CONFIG'], problems);
  for (const setting of listSettings()) applyEnvironment(raw, setting, env, problems);
  const named = issuerSecrets(raw);
  for (const { introspection, variable } of named) applyNamedSecret(introspection, variable, env, problems);
  refuseUnknownNames(env, new Set(named.map(({ variable }) => variable)), problems);
  const parsed = settings.safeParse(raw);
  for (const issue of parsed.error?.issues ?? []) problems.push(describe(issue));
  if (parsed.success) problems.push(...incomplete(parsed.data));
  if (problems.length > 0 || !parsed.success) throw new ConfigError(problems);
  return deepFreeze(parsed.data);
};

/** Settings that are of no use without another. */
const incomplete = ({ identity, odoo, hr, scheduling, billing, redis, server: { tls } }: Config): string[] => [
  ...(identity.issuer !== undefined && identity.issuers !== undefined
    ? ['identity.issuer (OIDC_ISSUER): not together with identity.issuers']
    : []),
  ...(redis.url !== undefined && redis.secret === undefined
    ? ['redis.secret (REDIS_SECRET): needed when redis.url is set']
    : []),
  ...((tls.cert === undefined) === (tls.key === undefined) ? [] : ['server.tls: cert and key are of use together']),
  ...(tls.clientCa !== undefined && tls.cert === undefined
    ? ['server.tls.cert (TLS_CERT): needed when server.tls.clientCa is set']
    : []),
  ...(odoo.url !== undefined && odoo.db === undefined ? ['odoo.db (ODOO_DB): needed when odoo.url is set'] : []),
  ...(odoo.url !== undefined && odoo.apiKey === undefined
    ? ['odoo.apiKey (ODOO_API_KEY): needed when odoo.url is set']
    : []),
  ...(hr.scimUrl !== undefined && hr.scimToken === undefined
    ? ['hr.scimToken (SCIM_TOKEN): needed when hr.scimUrl is set']
    : []),
  ...incompleteFhir('scheduling', scheduling),
  ...incompleteFhir('billing', billing),
];

const incompleteFhir = (name: string, { token, clientId, clientKey }: Config['scheduling']): string[] => {
  const [id, key] = [`${name}.clientId`, `${name}.clientKey`];
  return [
    ...(clientId !== undefined && clientKey === undefined ? [`${key}: needed when ${id} is set`] : []),
    ...(clientId === undefined && clientKey !== undefined ? [`${id}: needed when ${key} is set`] : []),
    ...(token !== undefined && clientId !== undefined ? [`${name}.token: not together with ${id}`] : []),
  ];
};

const readFile = (file: string | undefined, problems: string[]): Record<string, unknown> => {
  if (file === undefined) return {};
  try {
    const parsed: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (parsed !== null && typeof parsed === 'object' && !Array.isArray(parsed))
      return parsed as Record<string, unknown>;
    problems.push('CAREGRAPH_CONFIG: the file must hold one JSON object');
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    problems.push(`CAREGRAPH_CONFIG: ${missing ? 'the file does not exist' : 'the file cannot be read as JSON'}`);
  }
  return {};
};

const applyEnvironment = (
  raw: Record<string, unknown>,
  setting: Setting,
  env: Environment,
  problems: string[],
): void => {
  const group = parentOf(raw, setting.path);
  const key = setting.path.at(-1) ?? '';
  if (setting.secret === true && group[key] !== undefined) {
    problems.push(
      `${setting.path.join('.')}: a secret may not stand in the file; use ${setting.env} or ${setting.env}_FILE`,
    );
    delete group[key];
  }
  if (setting.env === undefined) return;
  const value = setting.secret === true ? readSecret(setting.env, env, problems) : env[setting.env];
  if (value !== undefined && value !== '') group[key] = value;
};

/** Issuers stand in a list, which has no names to make names of variables from, so each entry says its own. */
const issuerSecrets = (raw: Record<string, unknown>): readonly NamedSecret[] => {
  const { issuers } = (raw['identity'] ?? {}) as { readonly issuers?: unknown };
  if (!Array.isArray(issuers)) return [];
  return issuers.flatMap((entry: { readonly introspection?: unknown } | null) => {
    const introspection = entry?.introspection as Record<string, unknown> | null | undefined;
    const variable = introspection?.['secretEnv'];
    return introspection && typeof variable === 'string' ? [{ introspection, variable }] : [];
  });
};

interface NamedSecret {
  readonly introspection: Record<string, unknown>;
  readonly variable: string;
}

const applyNamedSecret = (
  into: Record<string, unknown>,
  variable: string,
  env: Environment,
  problems: string[],
): void => {
  // One that stands in the file is left there, for the check to refuse.
  if (into['secret'] !== undefined || !ENVIRONMENT_NAME.test(variable)) return;
  const secret = readSecret(variable, env, problems);
  if (secret !== undefined) into['secret'] = secret;
};

const readSecret = (name: string, env: Environment, problems: string[]): Secret | undefined => {
  const file = env[`${name}_FILE`];
  if (file !== undefined && file !== '') {
    try {
      return new Secret(readFileSync(file, 'utf8').trim());
    } catch {
      problems.push(`${name}_FILE: the file cannot be read`);
      return undefined;
    }
  }
  const value = env[name];
  return value === undefined || value === '' ? undefined : new Secret(value);
};

const parentOf = (raw: Record<string, unknown>, path: readonly string[]): Record<string, unknown> => {
  let at = raw;
  for (const key of path.slice(0, -1)) {
    const next = at[key];
    // Anything but an object is left for the parser to refuse; a copy keeps this walk from failing on it.
    if (next === undefined) at[key] = {};
    else if (next === null || typeof next !== 'object') return {};
    at = at[key] as Record<string, unknown>;
  }
  return at;
};

const OTHER_NAMES = new Set(['CAREGRAPH_CONFIG']);

const refuseUnknownNames = (env: Environment, named: ReadonlySet<string>, problems: string[]): void => {
  const settingNames = listSettings().flatMap(({ env: name }) => (name === undefined ? [] : [name]));
  const known = new Set([...settingNames, ...named].flatMap((name) => [name, `${name}_FILE`]));
  for (const name of Object.keys(env)) {
    if (name.startsWith('CAREGRAPH_') && !known.has(name) && !OTHER_NAMES.has(name))
      problems.push(`${name}: no such setting`);
  }
};

const describe = (issue: z.core.$ZodIssue): string => {
  const path = issue.path.join('.');
  const env = listSettings().find((setting) => setting.path.join('.') === path)?.env;
  const where = env === undefined ? path || 'the file' : `${path} (${env})`;
  if (issue.code === 'unrecognized_keys')
    return `${path === '' ? '' : `${path}.`}${issue.keys.join(', ')}: no such setting`;
  // zod's own messages name types, bounds and options, never the value received.
  return `${where}: ${issue.message}`;
};

const deepFreeze = <T>(value: T): T => {
  if (value !== null && typeof value === 'object' && !(value instanceof Secret)) {
    for (const inner of Object.values(value)) deepFreeze(inner);
    Object.freeze(value);
  }
  return value;
};
