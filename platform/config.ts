import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { Secret } from './secret.ts';
import { SECOND } from './time.ts';

/** What the generated page and the loader know of one setting besides its type. */
export interface SettingMeta {
  readonly description: string;
  /** Environment name that overrides the file. */
  readonly env?: string;
  readonly unit?: 'ms' | 'bytes' | 'calls';
  /** Secrets come from the environment or a file named by `<ENV>_FILE`, never from the configuration file. */
  readonly secret?: true;
}

const meta = <T extends z.ZodType>(type: T, about: SettingMeta): T =>
  type.meta(about as unknown as Record<string, unknown>);

const url = (about: SettingMeta) =>
  meta(z.url({ protocol: /^https?$/, error: 'must be an http or https address' }).optional(), about);
const text = (about: SettingMeta, byDefault: string) => meta(z.string().min(1).default(byDefault), about);
const optionalText = (about: SettingMeta) => meta(z.string().min(1).optional(), about);
const whole = (about: SettingMeta, byDefault: number, min: number, max: number) =>
  meta(z.preprocess(toNumber, z.int().min(min).max(max)).default(byDefault), about);
/** Environment values are text. Anything but plain digits is left as it is, for the check to refuse. */
const toNumber = (value: unknown): unknown =>
  typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;

const secret = (about: Omit<SettingMeta, 'secret'>) =>
  meta(z.instanceof(Secret).optional(), { ...about, secret: true });
/** A connection string holds a password, so it is a secret as a whole. */
const connection = (about: Omit<SettingMeta, 'secret'>, scheme: RegExp) =>
  meta(
    z
      .instanceof(Secret)
      .refine((value) => scheme.test(value.reveal()), 'has the wrong scheme')
      .optional(),
    { ...about, secret: true },
  );

/** Every setting there is. Groups are nouns; each leaf has a description, and a unit where it is a quantity. */
export const settings = z.strictObject({
  server: z
    .strictObject({
      host: text({ env: 'HOST', description: 'Address to listen on.' }, '127.0.0.1'),
      port: whole({ env: 'PORT', description: 'Port to listen on; 0 takes a free one.' }, 4000, 0, 65535),
      deadline: whole(
        {
          env: 'REQUEST_DEADLINE',
          unit: 'ms',
          description: 'Time a request may take as a whole; every call below spends from it.',
        },
        20 * SECOND,
        100,
        300 * SECOND,
      ),
      bodyLimit: whole({ unit: 'bytes', description: 'Largest request body accepted.' }, 1_048_576, 1024, 16_777_216),
      drain: whole(
        { unit: 'ms', description: 'How long running requests may take to finish after SIGTERM.' },
        10 * SECOND,
        0,
        120 * SECOND,
      ),
    })
    .prefault({}),
  data: z
    .strictObject({
      dir: text(
        {
          env: 'CAREGRAPH_DATA',
          description: 'Directory for what the embedded defaults keep: keys, journals, databases.',
        },
        '.caregraph',
      ),
    })
    .prefault({}),
  log: z
    .strictObject({
      level: meta(z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'), {
        env: 'LOG_LEVEL',
        description: 'Least severe line that is written. Lines are JSON on standard error.',
      }),
    })
    .prefault({}),
  identity: z
    .strictObject({
      issuer: url({
        env: 'OIDC_ISSUER',
        description: 'Issuer whose access tokens are accepted. Unset: the embedded development issuer.',
      }),
      jwksUri: url({
        env: 'OIDC_JWKS_URI',
        description: "Key set of the issuer. Unset: found by the issuer's discovery document.",
      }),
      audience: text({ env: 'OIDC_AUDIENCE', description: 'Audience a token must name.' }, 'urn:caregraph'),
      algorithms: meta(
        z
          .array(z.enum(['ES256', 'ES384', 'ES512', 'PS256', 'PS384', 'PS512', 'RS256', 'RS384', 'RS512', 'EdDSA']))
          .min(1)
          .default(['ES256', 'PS256', 'RS256', 'EdDSA']),
        { description: 'Signature algorithms accepted. Only asymmetric ones exist here.' },
      ),
      leeway: whole(
        { unit: 'ms', description: 'Clock difference tolerated when times in a token are checked.' },
        5 * SECOND,
        0,
        60 * SECOND,
      ),
    })
    .prefault({}),
  subgraphs: z
    .strictObject({
      secret: secret({
        env: 'SUBGRAPH_SECRET',
        description:
          'Key material from which the signing key between gateway and each subgraph is derived. Needed when they are separate processes.',
      }),
      urls: meta(z.record(z.string(), z.url({ protocol: /^https?$/ })).default({}), {
        description:
          'Address per subgraph when they run as processes of their own, for example {"finance": "http://finance:4001/graphql"}.',
      }),
      only: optionalText({
        env: 'SUBGRAPH',
        description: 'The one subgraph that a subgraph process serves. Unset: all of them.',
      }),
      connections: whole({ unit: 'calls', description: 'Connections kept per subgraph.' }, 64, 1, 1024),
      responseLimit: whole(
        { unit: 'bytes', description: 'Largest answer of a subgraph accepted.' },
        16_777_216,
        1024,
        268_435_456,
      ),
    })
    .prefault({}),
  odoo: z
    .strictObject({
      url: url({ env: 'ODOO_URL', description: 'Odoo server, 14 to 19. Unset: the embedded sandbox.' }),
      db: optionalText({ env: 'ODOO_DB', description: 'Database on that server.' }),
      login: optionalText({ env: 'ODOO_LOGIN', description: 'Login of the service user; needed for 14 to 18.' }),
      apiKey: secret({ env: 'ODOO_API_KEY', description: 'API key of the service user.' }),
      protocol: meta(z.enum(['auto', 'json-2', 'json-rpc']).default('auto'), {
        env: 'ODOO_PROTOCOL',
        description: 'Wire protocol; `auto` asks the server for its version.',
      }),
      reads: whole(
        { unit: 'calls', description: 'Most reads under way at once. Odoo is CPU-bound: about its worker count.' },
        8,
        1,
        256,
      ),
      writes: whole(
        { unit: 'calls', description: 'Most writes under way at once, in a lane of their own.' },
        4,
        1,
        256,
      ),
      deadline: whole(
        {
          env: 'ODOO_DEADLINE',
          unit: 'ms',
          description: 'Time one call may take, within what is left of the request.',
        },
        10 * SECOND,
        50,
        300 * SECOND,
      ),
      responseLimit: whole({ unit: 'bytes', description: 'Largest answer accepted.' }, 33_554_432, 1024, 268_435_456),
    })
    .prefault({}),
  facilities: meta(
    z.record(z.string().regex(/^[a-z0-9][a-z0-9-]*$/), z.strictObject({ odooCompany: z.int().positive() })).optional(),
    {
      description:
        'Facility codes, as they stand in tokens, and the Odoo company of each: {"north": {"odooCompany": 1}}. Unset: one per company, coded by its name.',
    },
  ),
  database: z
    .strictObject({
      url: connection(
        { env: 'DATABASE_URL', description: 'PostgreSQL; reserved, nothing uses it yet.' },
        /^postgres(ql)?:\/\//,
      ),
    })
    .prefault({}),
  redis: z
    .strictObject({
      url: connection({ env: 'REDIS_URL', description: 'Redis; reserved, nothing uses it yet.' }, /^rediss?:\/\//),
    })
    .prefault({}),
  scheduling: z
    .strictObject({
      fhirUrl: url({ env: 'FHIR_SCHEDULING_URL', description: 'FHIR R4 server; reserved, nothing uses it yet.' }),
    })
    .prefault({}),
  billing: z
    .strictObject({
      fhirUrl: url({ env: 'FHIR_BILLING_URL', description: 'FHIR R4 server; reserved, nothing uses it yet.' }),
    })
    .prefault({}),
  hr: z
    .strictObject({
      scimUrl: url({ env: 'SCIM_URL', description: 'SCIM 2.0 server; reserved, nothing uses it yet.' }),
      scimToken: secret({ env: 'SCIM_TOKEN', description: 'Bearer token for it; reserved, nothing uses it yet.' }),
    })
    .prefault({}),
});

export type Config = z.output<typeof settings>;

/** One leaf of the schema, as the loader and the generated page see it. */
export interface Setting extends SettingMeta {
  readonly path: readonly string[];
  readonly schema: z.ZodType;
}

/** Every leaf, in the order of the schema. */
export const listSettings = (): readonly Setting[] => leaves(settings, []);

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
  refuseUnknownNames(env, problems);
  const parsed = settings.safeParse(raw);
  for (const issue of parsed.error?.issues ?? []) problems.push(describe(issue));
  if (parsed.success) problems.push(...incomplete(parsed.data));
  if (problems.length > 0 || !parsed.success) throw new ConfigError(problems);
  return deepFreeze(parsed.data);
};

/** Settings that are of no use without another. */
const incomplete = ({ odoo }: Config): string[] => {
  if (odoo.url === undefined) return [];
  return [
    ...(odoo.db === undefined ? ['odoo.db (ODOO_DB): needed when odoo.url is set'] : []),
    ...(odoo.apiKey === undefined ? ['odoo.apiKey (ODOO_API_KEY): needed when odoo.url is set'] : []),
  ];
};

const unwrap = (schema: z.ZodType): z.ZodType => {
  const inner = (schema as { _zod?: { def?: { innerType?: z.ZodType } } })._zod?.def?.innerType;
  return inner === undefined ? schema : unwrap(inner);
};

const leaves = (schema: z.ZodType, path: readonly string[]): Setting[] => {
  const about = schema.meta() as SettingMeta | undefined;
  if (about?.description !== undefined) return [{ ...about, path, schema }];
  const object = unwrap(schema);
  if (!(object instanceof z.ZodObject)) throw new Error(`setting ${path.join('.')} has no description`);
  return Object.entries(object.shape as Record<string, z.ZodType>).flatMap(([key, inner]) =>
    leaves(inner, [...path, key]),
  );
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

const refuseUnknownNames = (env: Environment, problems: string[]): void => {
  const known = new Set(listSettings().flatMap(({ env: name }) => (name === undefined ? [] : [name, `${name}_FILE`])));
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
