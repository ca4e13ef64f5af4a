import { z } from 'zod';
import { Secret } from './secret.ts';
import { HOUR, MINUTE, SECOND } from './time.ts';

/** Signature algorithms there are for access tokens. None of them works with a secret that both sides know. */
export const ALGORITHMS = [
  'ES256',
  'ES384',
  'ES512',
  'PS256',
  'PS384',
  'PS512',
  'RS256',
  'RS384',
  'RS512',
  'EdDSA',
] as const;

export const TOKEN_TYPES = ['at+jwt', 'jwt'] as const;

/** What a variable of the environment may be called that a setting names. */
export const ENVIRONMENT_NAME = /^[A-Z][A-Z0-9_]*$/;

const address = () => z.url({ protocol: /^https?$/, error: 'must be an http or https address' });

const text = () => z.string().min(1);

const introspection = z.strictObject({
  endpoint: address(),
  clientId: text(),
  secretEnv: z.string().regex(ENVIRONMENT_NAME, 'must be the name of an environment variable'),
  /** Put here by the loader, from that variable. */
  secret: z.instanceof(Secret, {
    error: 'has to be in the variable that secretEnv names, or in the file of its _FILE',
  }),
});

const issuerEntry = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'must be a short plain name'),
  issuer: address(),
  jwksUri: address().optional(),
  audience: z.union([text(), z.array(text()).min(1)]).optional(),
  algorithms: z.array(z.enum(ALGORITHMS)).min(1).optional(),
  tokenType: z.enum(TOKEN_TYPES).optional(),
  leeway: z
    .int()
    .min(0)
    .max(60 * SECOND)
    .optional(),
  maxAge: z
    .int()
    .min(MINUTE)
    .max(30 * 24 * HOUR)
    .optional(),
  introspection: introspection.optional(),
});

/** `identity.issuers`: no two of a name or an address, and one at most that is asked about tokens nobody else can read. */
export const issuerList = z
  .array(issuerEntry)
  .min(1)
  .check(({ value, issues }) => {
    const problem = (message: string) => issues.push({ code: 'custom', message, input: value });
    if (new Set(value.map(({ name }) => name)).size < value.length) problem('two have one name');
    if (new Set(value.map(({ issuer }) => issuer)).size < value.length) problem('one issuer stands there twice');
    if (value.filter((entry) => entry.introspection !== undefined).length > 1) problem('one introspection at most');
  });
