import SCIMMY from 'scimmy';
import type { Handler } from 'express';
import { scimError, sendError } from './errors.ts';
import type { Resource } from './filter.ts';
import { isOneOf, versionOf } from './reading.ts';
import { RESOURCE_TYPES, type TypeName } from './schemas.ts';
import type { Store } from './store.ts';

/** What SCIMMY hands to the handlers below of the one it calls them for. */
interface Target {
  readonly id?: string;
}

/** What SCIMMY's own types say differently for each resource type. */
interface Handled {
  ingress(handler: (target: Target, data: unknown, store: Store) => Resource): void;
  egress(handler: (target: Target, store: Store) => Resource | Resource[]): void;
  degress(handler: (target: Target, store: Store) => void): void;
}

let isHandled = false;

/** Lets SCIMMY check and patch, and keeps what it says in the store that the request brings with it. */
export const handleWrites = (): void => {
  if (isHandled) return;
  isHandled = true;
  for (const [name, { resource, unique }] of Object.entries(RESOURCE_TYPES)) {
    const type = name as TypeName;
    const handled = resource as unknown as Handled;
    handled.ingress((target, data, store) => {
      const values = JSON.parse(JSON.stringify(data)) as Resource;
      if (target.id !== undefined) present(store, type, target.id);
      if (unique !== undefined) refuseDouble(store, type, unique, values, target.id);
      return store.put(type, target.id, values);
    });
    handled.egress((target, store) =>
      target.id === undefined ? [...store.all(type)] : present(store, type, target.id),
    );
    handled.degress((target, store) => {
      if (!store.remove(type, target.id ?? '')) throw scimError(404, null, 'There is no such resource.');
    });
  }
};

const present = (store: Store, type: TypeName, id: string): Resource => {
  const found = store.get(type, id);
  if (found === undefined) throw scimError(404, null, 'There is no such resource.');
  return found;
};

const refuseDouble = (store: Store, type: TypeName, name: string, values: Resource, id: string | undefined): void => {
  const folded = String(values[name]).toLowerCase();
  const double = store.all(type).some((one) => one['id'] !== id && String(one[name]).toLowerCase() === folded);
  if (double) throw scimError(409, 'uniqueness', 'Another resource has this name.');
};

/** Refuses a write that was made for another version, which SCIMMY does not look at (RFC 7644, section 3.14). */
export const precondition =
  (base: string, store: Store): Handler =>
  (request, response, next) => {
    const condition = request.headers['if-match'];
    const [type, id] = addressed(request.path.slice(base.length));
    const isChange = ['PUT', 'PATCH', 'DELETE'].includes(request.method ?? '');
    const found = condition === undefined || !isChange || type === undefined ? undefined : store.get(type, id);
    if (found === undefined || isOneOf(condition, versionOf(found))) return next();
    sendError(response, 412, 'The resource has changed.');
  };

/** `/Users/7` */
const addressed = (path: string): readonly [TypeName | undefined, string] => {
  const [, endpoint = '', id = ''] = path.split('/');
  const found = Object.entries(RESOURCE_TYPES).find(([, each]) => each.endpoint === `/${endpoint}`);
  return [found?.[0] as TypeName | undefined, decodeURIComponent(id)];
};

interface Operation {
  readonly method?: string;
  readonly path?: string;
  readonly version?: string;
  readonly bulkId?: string;
}

/** Bulk requests, one operation after the other, so that each meets the versions the earlier ones have left. */
export const bulk =
  (store: Store): Handler =>
  (request, response, next) => {
    runBulk(store, request.body).then(
      (results) =>
        response
          .status(200)
          .type('application/scim+json')
          .send({ schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkResponse'], Operations: results }),
      next,
    );
  };

const runBulk = async (store: Store, body: unknown): Promise<readonly object[]> => {
  const { Operations = [], failOnErrors } = (body ?? {}) as {
    Operations?: readonly Operation[];
    failOnErrors?: number;
  };
  const results: object[] = [];
  const made = new Map<string, string>();
  let errors = 0;
  for (const operation of Operations) {
    if (failOnErrors !== undefined && errors >= failOnErrors) break;
    const result = await runOne(store, withIds(operation, made));
    if (Number(result.status) >= 300) errors += 1;
    if (operation.bulkId !== undefined) made.set(operation.bulkId, result.location?.split('/').pop() ?? '');
    results.push(result);
  }
  return results;
};

interface Outcome {
  readonly method?: string | undefined;
  readonly status: string;
  readonly location?: string | undefined;
  readonly response?: object;
}

const runOne = async (store: Store, operation: Operation): Promise<Outcome> => {
  const [type, id] = addressed(operation.path ?? '');
  const found = type === undefined ? undefined : store.get(type, id);
  if (operation.version !== undefined && found !== undefined && !isOneOf(operation.version, versionOf(found))) {
    const response = { schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'], status: '412' };
    return { method: operation.method, location: operation.path, status: '412', response };
  }
  const { version: _, ...rest } = operation;
  const request = { schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'], Operations: [rest] };
  const answer = await new SCIMMY.Messages.BulkRequest(request as never).apply(undefined, store);
  return (answer as unknown as { readonly Operations: readonly Outcome[] }).Operations[0] ?? { status: '500' };
};

/** `bulkId:x` stands for the id that an earlier operation has made. */
const withIds = (operation: Operation, made: ReadonlyMap<string, string>): Operation =>
  JSON.parse(
    JSON.stringify(operation).replaceAll(/bulkId:([\w-]+)/g, (text, id: string) => made.get(id) ?? text),
  ) as Operation;
