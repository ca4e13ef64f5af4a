import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import yaml from 'js-yaml';
import { z } from 'zod';
import { ROOT } from '../../platform/root.ts';

const texts = z.array(z.string());
const named = <T extends z.ZodType>(type: T) => z.record(z.string(), type);

const service = z.strictObject({
  image: z.string(),
  build: z.strictObject({ context: z.string(), dockerfile: z.string() }).optional(),
  entrypoint: texts.optional(),
  command: texts.optional(),
  environment: named(z.string()).default({}),
  secrets: texts.default([]),
  volumes: texts.default([]),
  networks: texts,
  ports: texts.default([]),
  depends_on: named(
    z.strictObject({ condition: z.enum(['service_healthy', 'service_completed_successfully']) }),
  ).default({}),
  healthcheck: z
    .strictObject({
      test: texts,
      interval: z.string(),
      timeout: z.string(),
      retries: z.int(),
      start_period: z.string().optional(),
    })
    .optional(),
  deploy: z.strictObject({ replicas: z.coerce.number().int() }).optional(),
  restart: z.literal('unless-stopped').optional(),
  init: z.boolean().optional(),
  user: z.string().optional(),
  read_only: z.boolean().default(false),
  tmpfs: texts.default([]),
  cap_drop: texts.default([]),
  security_opt: texts.default([]),
});

/** The part of the Compose Specification that is in use here. Anything else is refused, and with it what is misspelt. */
const composeFile = z.strictObject({
  name: z.string(),
  services: named(service),
  networks: named(z.strictObject({ internal: z.boolean().default(false) })),
  volumes: named(z.strictObject({})),
  secrets: named(z.strictObject({ file: z.string() })),
});

export type Compose = z.output<typeof composeFile>;
export type Service = z.output<typeof service>;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads `docker-compose.yml` as `docker compose` would with this environment: anchors and merges resolved, variables put
 * in, extension fields (`x-…`) left out.
 *
 * @throws YAMLException, ZodError when it has what we do not use
 */
export const readCompose = (env: Environment = {}): Compose => {
  const document = yaml.safeLoad(readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8')) as Record<string, unknown>;
  const ours = Object.entries(document).filter(([key]) => !key.startsWith('x-'));
  return composeFile.parse(interpolated(Object.fromEntries(ours), env));
};

const interpolated = (value: unknown, env: Environment): unknown => {
  if (typeof value === 'string') return interpolate(value, env);
  if (Array.isArray(value)) return value.map((each) => interpolated(each, env));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, interpolated(each, env)]));
};

/** Compose Specification, interpolation: `:-` is for what is unset or empty, `-` for what is unset; `$$` is a dollar. */
const interpolate = (text: string, env: Environment): string =>
  text.replaceAll(
    /\$\$|\$\{(\w+)(?:(:?-)([^}]*))?\}/g,
    (whole, name: string | undefined, kind: string | undefined, otherwise: string | undefined) => {
      if (whole === '$$' || name === undefined) return '$';
      const value = env[name];
      const isGiven = value !== undefined && !(kind === ':-' && value === '');
      return isGiven ? value : (otherwise ?? '');
    },
  );
