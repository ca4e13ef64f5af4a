import { z } from 'zod';
import { ALGORITHMS, issuerList, TOKEN_TYPES } from './issuer-settings.ts';
import { Secret } from './secret.ts';
import { HOUR, MINUTE, SECOND } from './time.ts';

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
const toggle = (about: SettingMeta, byDefault: boolean) => meta(z.boolean().default(byDefault), about);
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

/** One FHIR server, and who we are there. */
const fhirServer = (prefix: string, what: string) =>
  z
    .strictObject({
      fhirUrl: url({
        env: `FHIR_${prefix}_URL`,
        description: `FHIR R4 server of the ${what}. Unset: the embedded sandbox.`,
      }),
      token: secret({ env: `FHIR_${prefix}_TOKEN`, description: 'Bearer token for it.' }),
      clientId: optionalText({
        env: `FHIR_${prefix}_CLIENT_ID`,
        description: 'Client id for SMART backend services, instead of a token.',
      }),
      clientKey: secret({
        env: `FHIR_${prefix}_CLIENT_KEY`,
        description: 'Private key of that client: a JSON Web Key with `kid` and `alg` (ES384 or RS384).',
      }),
      clientScope: text({ description: 'Scopes asked for with it.' }, 'system/*.read'),
      reads: whole({ unit: 'calls', description: 'Most reads under way at once.' }, 8, 1, 256),
      writes: whole(
        { unit: 'calls', description: 'Most writes under way at once, in a lane of their own.' },
        4,
        1,
        256,
      ),
      deadline: whole(
        {
          env: `FHIR_${prefix}_DEADLINE`,
          unit: 'ms',
          description: 'Time one call may take, within what is left of the request.',
        },
        10 * SECOND,
        50,
        300 * SECOND,
      ),
      responseLimit: whole({ unit: 'bytes', description: 'Largest answer accepted.' }, 33_554_432, 1024, 268_435_456),
    })
    .prefault({});

/** An id of FHIR R4, datatypes, `id`. */
const fhirId = () => z.string().regex(/^[A-Za-z0-9.-]{1,64}$/, 'must be an id, without its type');

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
      publicUrl: meta(
        z
          .url({ protocol: /^https?$/, error: 'must be an http or https address' })
          .refine((value) => !/[?#]/.test(value), 'must end with its path')
          .optional(),
        {
          env: 'PUBLIC_URL',
          description:
            'Address at which clients reach this server, without `/graphql`: it stands in what is said about tokens. Unset: that of the listener.',
        },
      ),
      tls: z
        .strictObject({
          cert: optionalText({
            env: 'TLS_CERT',
            description:
              'File with the certificate of this server, and those it leads up to, as PEM. Unset: plain HTTP, for a proxy in front. Read again on SIGHUP, as the others are.',
          }),
          key: optionalText({ env: 'TLS_KEY', description: 'File with its private key, as PEM.' }),
          clientCa: optionalText({
            env: 'TLS_CLIENT_CA',
            description:
              'File with the certificates, as PEM, that those of clients lead up to. Unset: clients are not asked for one. Whoever shows none is served as well, with tokens that are not bound to one.',
          }),
        })
        .prefault({}),
      clientCertHeader: toggle(
        {
          description:
            'Whether a proxy in front says in `Client-Cert` (RFC 9440) which certificate the client has shown to it. Only for a proxy that takes the header away from whoever sends it; otherwise it is not looked at.',
        },
        false,
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
        description:
          'Issuer whose access tokens are accepted, when it is the only one. Unset, and no `issuers`: the embedded development issuer.',
      }),
      jwksUri: url({
        env: 'OIDC_JWKS_URI',
        description: "Key set of the issuer. Unset: found by the issuer's discovery document.",
      }),
      issuers: meta(issuerList.optional(), {
        description:
          'Several issuers, each with rules of its own; what one leaves out is as the settings beside this say: [{"name": "staff", "issuer": "https://login.hospital.example", "audience": ["urn:caregraph"], "tokenType": "jwt", "introspection": {"endpoint": "https://login.hospital.example/introspect", "clientId": "caregraph", "secretEnv": "STAFF_SECRET"}}]. `name` is for the health and the log. `secretEnv` names the variable that holds the secret (or, with `_FILE`, its file). One of them can have an `introspection`, for tokens that are no JWT.',
      }),
      audience: text({ env: 'OIDC_AUDIENCE', description: 'Audience a token must name.' }, 'urn:caregraph'),
      algorithms: meta(z.array(z.enum(ALGORITHMS)).min(1).default(['ES256', 'PS256', 'RS256', 'EdDSA']), {
        description: 'Signature algorithms accepted. Only asymmetric ones exist here.',
      }),
      tokenType: meta(z.enum(TOKEN_TYPES).default('at+jwt'), {
        env: 'OIDC_TOKEN_TYPE',
        description:
          'Type a token must have in its header. `at+jwt` is that of RFC 9068; `jwt` takes the plain type as well, and the client from `azp`, for an issuer that is not there yet. ID tokens are refused either way.',
      }),
      leeway: whole(
        { unit: 'ms', description: 'Clock difference tolerated when times in a token are checked.' },
        5 * SECOND,
        0,
        60 * SECOND,
      ),
      maxAge: whole(
        { unit: 'ms', description: 'How long ago a token may have been issued, however late it expires.' },
        24 * HOUR,
        MINUTE,
        30 * 24 * HOUR,
      ),
      onFeedLost: meta(z.enum(['keep', 'refuse']).default('keep'), {
        env: 'ON_FEED_LOST',
        description:
          'What becomes of tokens while it cannot be heard which are revoked. `keep`: the last list known goes on. `refuse`: after `feedLostAfter`, every token is refused (503).',
      }),
      feedLostAfter: whole(
        { unit: 'ms', description: 'How long it is borne with `refuse` that nothing is heard.' },
        30 * SECOND,
        SECOND,
        HOUR,
      ),
      dpop: z
        .strictObject({
          window: whole(
            { unit: 'ms', description: 'How long ago a DPoP proof may have been made, besides `leeway`.' },
            60 * SECOND,
            SECOND,
            10 * MINUTE,
          ),
          nonce: toggle(
            { description: 'Whether a DPoP proof has to hold a nonce of ours (RFC 9449 section 9).' },
            false,
          ),
        })
        .prefault({}),
    })
    .prefault({}),
  audit: z
    .strictObject({
      key: secret({
        env: 'AUDIT_KEY',
        description:
          'Key material that the audit trail is sealed with and people are named by in it; the same for all processes. Unset: made once, and kept in the data directory of each.',
      }),
    })
    .prefault({}),
  policies: z
    .strictObject({
      clients: optionalText({
        env: 'CLIENTS_FILE',
        description:
          'Register of the clients that may call: a JSON file like `policies/clients.json`, which is what holds when it is unset.',
      }),
      maskSecret: secret({
        env: 'MASK_SECRET',
        description:
          'Key material for the hashes that stand in the place of masked values; another one changes them all. The same for gateways and all subgraphs; a process that has the key of one subgraph only needs it. Unset: derived from `subgraphs.secret`, or made anew with each start where that is unset too.',
      }),
    })
    .prefault({}),
  subgraphs: z
    .strictObject({
      secret: secret({
        env: 'SUBGRAPH_SECRET',
        description:
          'Key material from which the signing key between gateway and each subgraph is derived. A gateway needs it when subgraphs are separate processes; a process that serves several of them, too.',
      }),
      key: meta(
        z
          .instanceof(Secret)
          .refine((value) => /^[A-Za-z0-9_-]{43}$/.test(value.reveal()), 'must be 32 bytes in base64url')
          .optional(),
        {
          env: 'SUBGRAPH_KEY',
          secret: true,
          description:
            'The key derived for the one subgraph that a process serves, instead of the secret: with it nobody can sign for another one. 32 bytes of HKDF-SHA256 over the secret, salt `caregraph`, info `envelope:<name>`, in base64url.',
        },
      ),
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
        { unit: 'bytes', description: 'Largest answer of a subgraph accepted, compressed or not.' },
        16_777_216,
        1024,
        268_435_456,
      ),
      compression: toggle(
        { description: 'Whether subgraphs may compress their answers. Worth it where the network is slow.' },
        false,
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
  executor: meta(z.enum(['compiled', 'reference']).default('compiled'), {
    env: 'EXECUTOR',
    description:
      "Who runs query plans. `reference` is Apollo's own executor: slow, for comparison, and behind the same authorization.",
  }),
  overrides: meta(z.record(z.string().min(1), z.boolean()).default({}), {
    description:
      'For labels of @override in the supergraph: whether the field is taken from its new subgraph. Left out: a label percent(n) is drawn for each request, any other is false.',
  }),
  facilities: meta(
    z
      .record(
        z.string().regex(/^[a-z0-9][a-z0-9-]*$/),
        z.strictObject({
          odooCompany: z.int().positive(),
          fhirOrganization: fhirId().optional(),
          fhirLocations: z.array(fhirId()).min(1).optional(),
          identifiers: z
            .array(
              z.strictObject({
                system: z.enum(['odoo', 'scheduling', 'billing', 'hr']),
                kind: z.string().min(1),
                value: z.string().min(1),
              }),
            )
            .optional(),
        }),
      )
      .optional(),
    {
      description:
        'Facility codes, as they stand in tokens, and what each is: the Odoo company, the FHIR Organization and the FHIR Locations that are its sites, as in {"north": {"odooCompany": 1, "fhirOrganization": "org-1", "fhirLocations": ["loc-1"]}}. Unset: one per company, coded by its name. Where it names no FHIR ids, they are found by the identifier `urn:caregraph:facility|<code>`. `identifiers` says what other systems call a facility where they do not use its code: [{"system": "hr", "kind": "site", "value": "S-7"}].',
    },
  ),
  database: z
    .strictObject({
      url: connection(
        { env: 'DATABASE_URL', description: 'PostgreSQL 13 or later. Unset: a database in the data directory.' },
        /^postgres(ql)?:\/\//,
      ),
      connections: whole({ unit: 'calls', description: 'Connections kept to a server.' }, 8, 1, 256),
      deadline: whole(
        {
          env: 'DATABASE_DEADLINE',
          unit: 'ms',
          description: 'Time one query may take, within what is left of the request.',
        },
        5 * SECOND,
        50,
        300 * SECOND,
      ),
    })
    .prefault({}),
  worker: z
    .strictObject({
      identities: z
        .strictObject({
          every: whole(
            {
              env: 'IDENTITIES_EVERY',
              unit: 'ms',
              description:
                'How often what the systems call things is compared, from one beginning to the next; 0 is never.',
            },
            HOUR,
            0,
            168 * HOUR,
          ),
          wholeAt: meta(
            z
              .string()
              .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day, as in 02:00')
              .default('02:00'),
            {
              env: 'IDENTITIES_WHOLE_AT',
              description:
                'Time of day in UTC from which on everything is read once, and not only what has changed since the last time: to learn what is gone, and what may be there twice.',
            },
          ),
        })
        .prefault({}),
    })
    .prefault({}),
  redis: z
    .strictObject({
      url: connection(
        {
          env: 'REDIS_URL',
          description:
            'Redis, by which gateways hear at once what is revoked, and share which DPoP proofs have been used. Unset: within the process, for one that is all there is.',
        },
        /^rediss?:\/\//,
      ),
      secret: secret({
        env: 'REDIS_SECRET',
        description:
          'Key material with which entries of ours are sealed there, the same for gateways, the governance subgraph and the worker; needed with `url`. Whoever can write to Redis can revoke and grant nothing without it.',
      }),
    })
    .prefault({}),
  scheduling: fhirServer('SCHEDULING', 'scheduling platform'),
  billing: fhirServer('BILLING', 'billing platform'),
  hr: z
    .strictObject({
      scimUrl: url({
        env: 'SCIM_URL',
        description: 'Base address of the SCIM 2.0 server, below which `/Users` is. Unset: the embedded sandbox.',
      }),
      scimToken: secret({ env: 'SCIM_TOKEN', description: 'Bearer token for it.' }),
      reads: whole({ unit: 'calls', description: 'Most reads under way at once.' }, 8, 1, 256),
      writes: whole(
        { unit: 'calls', description: 'Most writes under way at once, in a lane of their own.' },
        4,
        1,
        256,
      ),
      deadline: whole(
        {
          env: 'SCIM_DEADLINE',
          unit: 'ms',
          description: 'Time one call may take, within what is left of the request.',
        },
        10 * SECOND,
        50,
        300 * SECOND,
      ),
      responseLimit: whole({ unit: 'bytes', description: 'Largest answer accepted.' }, 16_777_216, 1024, 268_435_456),
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
