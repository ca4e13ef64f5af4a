import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { type Config, loadConfig } from '../platform/config.ts';
import { HOUR, MINUTE, SECOND } from '../platform/time.ts';
import { type Client, registeredClients } from '../policies/clients.ts';
import { isScope, SCOPES } from '../policies/scopes.ts';
import { SANDBOX_FACILITIES } from '../sandbox/facilities.ts';
import { openIssuerKeys } from '../sandbox/issuer/keys.ts';
import { mintToken, type TokenRequest } from '../sandbox/issuer/token.ts';

const USAGE = `Prints an access token of the development issuer.

  npm run -s token -- --client NAME [--subject S] [--scopes "a b"] [--facilities "x y"] [--expires-in 15m]

  --client      the application that asks, as it is registered; required
  --subject     the person or service account; the client when left out
  --scopes      ${Object.keys(SCOPES).join(' ')}; all of them when left out, "" for none
  --facilities  facility codes; all when left out, "" for none
  --expires-in  a number with s, m or h; 12h when left out
`;

/** Why the arguments cannot be used. Printed with the usage; the process ends with 2. */
class UsageError extends Error {}

type Arguments = Pick<TokenRequest, 'client' | 'lifetime' | 'subject'> & {
  readonly scopes?: readonly string[];
  readonly facilities?: readonly string[];
};

const main = async (argv: readonly string[]): Promise<void> => {
  const given = readArguments(argv);
  const config = loadConfig();
  if (config.identity.issuer !== undefined || config.identity.issuers !== undefined)
    warn('The product has an issuer of its own (OIDC_ISSUER, identity.issuers) and refuses this token.');
  describeClient(registeredClients(config).get(given.client), given);
  const known = knownFacilities(config.data.dir);
  const { scopes = Object.keys(SCOPES), facilities = known } = given;
  for (const scope of scopes) if (!isScope(scope)) warn(`${scope} is no scope of this product and opens nothing.`);
  for (const code of facilities)
    if (!known.includes(code)) warn(`${code} is not a known facility; the known ones are ${known.join(', ')}.`);
  process.stdout.write(`${await mint(config, { ...given, scopes, facilities })}\n`);
};

/** What its registration makes of the token. On standard error, where it is in nobody's way. */
const describeClient = (client: Client | undefined, { client: id, scopes = [] }: Arguments): void => {
  if (client === undefined || !client.active)
    return warn(`${id} is not registered (policies/clients.json, CLIENTS_FILE): the product refuses its tokens.`);
  console.error(`${id}: ${client.audience}, for ${client.purposes.join(', ')}`);
  for (const scope of scopes)
    if (isScope(scope) && client.scopes !== '*' && !client.scopes.includes(scope))
      warn(`${id} is not registered for ${scope}: it opens nothing.`);
};

const mint = async (config: Config, request: Omit<TokenRequest, 'audience'>): Promise<string> =>
  mintToken(await openIssuerKeys(config.data.dir), { ...request, audience: config.identity.audience });

const readArguments = (argv: readonly string[]): Arguments => {
  const { client, subject, scopes, facilities, 'expires-in': expiresIn } = parse(argv);
  if (client === undefined || client.trim() === '') throw new UsageError('--client is missing');
  if (subject?.trim() === '') throw new UsageError('--subject is empty');
  return {
    client,
    ...(subject === undefined ? {} : { subject }),
    ...(scopes === undefined ? {} : { scopes: words('--scopes', scopes, SCOPE_TOKEN) }),
    ...(facilities === undefined ? {} : { facilities: words('--facilities', facilities, /^\S+$/) }),
    ...(expiresIn === undefined ? {} : { lifetime: duration(expiresIn) }),
  };
};

const text = { type: 'string' } as const;

const parse = (argv: readonly string[]) => {
  try {
    const options = { client: text, subject: text, scopes: text, facilities: text, 'expires-in': text };
    return parseArgs({ args: [...argv], options, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
};

/** RFC 6749 section 3.3. */
const SCOPE_TOKEN = /^[\x21\x23-\x5B\x5D-\x7E]+$/;

const words = (option: string, value: string, shape: RegExp): readonly string[] => {
  const found = [...new Set(value.split(/\s+/).filter((word) => word !== ''))];
  if (!found.every((word) => shape.test(word))) throw new UsageError(`${option} holds a character it may not`);
  return found;
};

const UNITS: Readonly<Record<string, number>> = { s: SECOND, m: MINUTE, h: HOUR };

const duration = (value: string): number => {
  const [, count = '0', unit = ''] = /^([1-9]\d{0,6})([smh])$/.exec(value) ?? [];
  const lifetime = Number(count) * (UNITS[unit] ?? 0);
  if (lifetime === 0) throw new UsageError('--expires-in needs a number and a unit, for example 15m');
  return lifetime;
};

/** What the product wrote when it last started; before its first start, the facilities of the sandbox. */
const knownFacilities = (dataDir: string): readonly string[] => {
  const file = join(dataDir, 'facilities.json');
  if (!existsSync(file)) return SANDBOX_FACILITIES.map(({ code }) => code);
  try {
    return z.array(z.string()).parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    throw new Error('facilities.json in the data directory is not a list of codes; start the product again', { cause });
  }
};

const warn = (message: string): void => console.error(`warning: ${message}`);

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (error instanceof UsageError) console.error(`${error.message}\n\n${USAGE}`);
  else console.error(error instanceof Error ? error.message : 'failed');
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
