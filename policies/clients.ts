import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { type Config, ConfigError } from '../platform/config.ts';
import { besideSource } from '../platform/root.ts';
import { AUDIENCES, type AudienceName } from './audiences.ts';
import { PURPOSES, type PurposeName } from './purposes.ts';
import { type Scope, SCOPES } from './scopes.ts';

const keysOf = <T extends object>(table: T) => z.enum(Object.keys(table) as [keyof T & string]);

const MODES = ['filter', 'reject', 'dryRun'] as const;

/**
 * What becomes of an operation of which the caller may not select everything: `filter` answers the rest, `reject` answers
 * nothing, `dryRun` answers all of it, and says what will be refused from `until` on.
 */
export type Mode = (typeof MODES)[number];

const day = z.iso.date();

const registration = z
  .strictObject({
    /** `client_id` of its tokens. */
    id: z.string().min(1),
    /** For people. */
    name: z.string().min(1),
    /** Who answers for it. */
    owner: z.string().min(1),
    audience: keysOf(AUDIENCES),
    /** The first one holds where a request names none. */
    purposes: z.array(keysOf(PURPOSES)).min(1),
    /** The most it can be granted: a scope of a token that is not here opens nothing. `*`: whatever the token says. */
    scopes: z.union([z.literal('*'), z.array(keysOf(SCOPES))]),
    /** Likewise for facilities, by code. */
    facilities: z.union([z.literal('*'), z.array(z.string().min(1))]),
    /** Whose tokens name it; any configured issuer when left out. */
    issuer: z.string().min(1).optional(),
    /** Of an audience outside the group: id, in the graph, of the company whose rows it sees. */
    party: z.string().min(1).optional(),
    /** What a token of it has to be bound to. */
    proof: z.enum(['none', 'dpop', 'mtls']).default('none'),
    onDenied: z
      .strictObject({
        default: z.enum(MODES).default('filter'),
        /** By the name of an operation. */
        operations: z.record(z.string(), z.enum(MODES)).default({}),
        /** First day on which `dryRun` is `filter`. */
        until: day.optional(),
      })
      .prefault({}),
    /** Off: every token of it is refused. */
    active: z.boolean().default(true),
  })
  .check(({ value, issues }) => {
    const problem = (path: string, message: string) =>
      issues.push({ code: 'custom', path: [path], message, input: value[path as keyof typeof value] });
    const { audience, party, onDenied, purposes } = value;
    const isPartner = AUDIENCES[audience].party !== null;
    if (isPartner && party === undefined) problem('party', `needed for ${audience}: without it, no row is its own`);
    if (!isPartner && party !== undefined) problem('party', `${audience} has no rows of its own`);
    if (purposes[0] === 'emergency') problem('purposes', 'an emergency is not the rule');
    const modes = [onDenied.default, ...Object.values(onDenied.operations)];
    if (modes.includes('dryRun') && onDenied.until === undefined) problem('onDenied', 'dryRun has to end: until');
    if (modes.includes('dryRun') && isPartner) problem('onDenied', `not dryRun for ${audience}`);
  });

/** One application that may call, as it was registered. */
export type Client = Readonly<z.infer<typeof registration>> & {
  readonly audience: AudienceName;
  readonly purposes: readonly PurposeName[];
  readonly scopes: '*' | readonly Scope[];
};

/** The applications that may call, by `client_id`. Whoever is not here is refused. */
export type Clients = ReadonlyMap<string, Client>;

const registry = z.strictObject({ clients: z.array(registration) });

/**
 * Reads a registry, such as `clients.json`.
 *
 * @throws ConfigError naming each client and what is wrong with it
 */
export const readClients = (file: string): Clients => {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    throw new ConfigError(['policies.clients (CLIENTS_FILE): the file cannot be read as JSON']);
  }
  return toClients(content);
};

/** Those of the configuration. @throws ConfigError */
export const registeredClients = ({ policies }: Pick<Config, 'policies'>): Clients =>
  readClients(policies.clients ?? besideSource(import.meta.dirname, 'clients.json'));

/** The same from what the file holds. @throws ConfigError */
export const toClients = (content: unknown): Clients => {
  const { data, error } = registry.safeParse(content);
  if (data === undefined)
    throw new ConfigError(error.issues.map(({ path, message }) => `${nameOf(content, path)}: ${message}`));
  const clients = new Map(data.clients.map((client) => [client.id, Object.freeze(client) as Client]));
  if (clients.size < data.clients.length) throw new ConfigError(['clients: one id stands there twice']);
  return clients;
};

/** `clients.ward-app.scopes.0` rather than the number of the client. */
const nameOf = (content: unknown, [list, index, ...rest]: readonly PropertyKey[]): string => {
  const id = (content as { clients?: { id?: unknown }[] } | null)?.clients?.[Number(index)]?.id;
  return [list ?? 'clients', ...(index === undefined ? [] : [typeof id === 'string' ? id : index]), ...rest]
    .map(String)
    .join('.');
};

/** What becomes of what a client may not select in an operation of this name, on this day (`2026-11-21`). */
export const modeOf = ({ onDenied }: Client, operation: string | null, today: string): Mode => {
  const mode = (operation === null ? undefined : onDenied.operations[operation]) ?? onDenied.default;
  return mode === 'dryRun' && today >= (onDenied.until ?? '') ? 'filter' : mode;
};
