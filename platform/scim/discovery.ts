import type { Answered, Caller } from './calls.ts';
import { shapeFault } from './faults.ts';
import { parsePath } from './paths.ts';
import type { CallName, Spending } from './types.ts';

/** What one server can do and has, by its own account (RFC 7644, section 4). */
export interface ScimServer {
  readonly canPatch: boolean;
  /** Most operations and bytes of one bulk request; null where there are none. */
  readonly bulk: { readonly maxOperations: number; readonly maxBytes: number } | null;
  /** Most resources of one page; null where the server cannot filter. */
  readonly filter: { readonly maxResults: number } | null;
  readonly canSort: boolean;
  readonly hasVersions: boolean;
  /** By name, such as `User`. */
  readonly resources: ReadonlyMap<string, ResourceType>;
}

export interface ResourceType {
  readonly name: string;
  /** Below the base, starting with a slash. */
  readonly endpoint: string;
  /** Whether resources of the type have this attribute, given as a path. */
  has(path: string): boolean;
}

/** Asks the three discovery endpoints. @throws SOR_CONTRACT_BROKEN when one is missing or answers something else */
export const discover = async (caller: Caller, spending: Spending): Promise<ScimServer> => {
  const ask = <T>(resource: string, make: (body: Json, call: CallName) => T): Promise<T> => {
    const call = { resource, operation: 'discover' } as const;
    return caller.call('read', { ...call, method: 'GET', path: `/${resource}` }, spending, (answer) =>
      make(bodyOf(answer, call), call),
    );
  };
  const [features, types, schemas] = await Promise.all([
    ask('ServiceProviderConfig', toFeatures),
    ask('ResourceTypes', (body, call) => listed(body, call).map((each) => toType(each, call))),
    ask('Schemas', (body, call) => new Map(listed(body, call).map((each) => toSchema(each, call)))),
  ]);
  const resources = types.map(({ name, endpoint, own, extensions }): [string, ResourceType] => [
    name,
    { name, endpoint, has: (path) => hasPath(path, own, extensions, schemas) },
  ]);
  return Object.freeze({ ...features, resources: new Map(resources) });
};

type Json = Readonly<Record<string, unknown>>;

const bodyOf = ({ body, status }: Answered, call: CallName): Json => {
  if (body === null) throw shapeFault('the answer is empty', call, status);
  return body;
};

const listed = (body: Json, call: CallName): readonly Json[] => {
  const resources = body['Resources'];
  if (!Array.isArray(resources) || !resources.every(isJson)) throw shapeFault('not a list of resources', call);
  return resources;
};

const isJson = (value: unknown): value is Json => value !== null && typeof value === 'object' && !Array.isArray(value);

const toFeatures = (body: Json): Omit<ScimServer, 'resources'> => {
  const feature = (name: string): Json => (isJson(body[name]) ? body[name] : {});
  const supports = (name: string): boolean => feature(name)['supported'] === true;
  const limit = (name: string, of: string, byDefault: number): number => {
    const value = feature(name)[of];
    return typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : byDefault;
  };
  return {
    canPatch: supports('patch'),
    bulk: supports('bulk')
      ? {
          maxOperations: limit('bulk', 'maxOperations', 1),
          maxBytes: limit('bulk', 'maxPayloadSize', DEFAULT_BULK_BYTES),
        }
      : null,
    filter: supports('filter') ? { maxResults: limit('filter', 'maxResults', DEFAULT_PAGE) } : null,
    canSort: supports('sort'),
    hasVersions: supports('etag'),
  };
};

/** Where a server does not say: what all of them take. */
const DEFAULT_PAGE = 100;
const DEFAULT_BULK_BYTES = 1_048_576;

interface DescribedType {
  readonly name: string;
  readonly endpoint: string;
  readonly own: string;
  readonly extensions: readonly string[];
}

const toType = (body: Json, call: CallName): DescribedType => {
  const { name, endpoint, schema, schemaExtensions = [] } = body;
  if (typeof name !== 'string' || typeof endpoint !== 'string' || typeof schema !== 'string')
    throw shapeFault('a resource type has no name, endpoint or schema', call);
  const extensions = (Array.isArray(schemaExtensions) ? schemaExtensions : []).flatMap((each: unknown) =>
    isJson(each) && typeof each['schema'] === 'string' ? [each['schema']] : [],
  );
  // Some servers answer a whole address here.
  return {
    name,
    endpoint: endpoint.startsWith('/') ? endpoint : `/${endpoint.split('/').pop()}`,
    own: schema,
    extensions,
  };
};

type SchemaPaths = ReadonlySet<string>;

/** The id of a schema, and the paths of its attributes in lower case. */
const toSchema = (body: Json, call: CallName): [string, SchemaPaths] => {
  const { id, attributes } = body;
  if (typeof id !== 'string' || !Array.isArray(attributes)) throw shapeFault('a schema has no id or attributes', call);
  const paths = new Set<string>();
  for (const attribute of attributes.filter(isJson)) {
    const name = String(attribute['name']).toLowerCase();
    paths.add(name);
    const inner = attribute['subAttributes'];
    for (const each of Array.isArray(inner) ? inner.filter(isJson) : [])
      paths.add(`${name}.${String(each['name']).toLowerCase()}`);
  }
  return [id.toLowerCase(), paths];
};

/** What every resource has without a schema saying so (RFC 7643, section 3.1). */
const COMMON = new Set(['id', 'externalid', 'meta', 'schemas']);

const hasPath = (
  path: string,
  own: string,
  extensions: readonly string[],
  schemas: ReadonlyMap<string, SchemaPaths>,
): boolean => {
  const { schema, names } = parsePath(path);
  if (schema === null && COMMON.has((names[0] ?? '').toLowerCase())) return true;
  const known =
    schema === null ? own : [own, ...extensions].find((each) => each.toLowerCase() === schema.toLowerCase());
  return known !== undefined && schemas.get(known.toLowerCase())?.has(names.join('.').toLowerCase()) === true;
};
