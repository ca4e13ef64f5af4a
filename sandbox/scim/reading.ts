import express, { type Application, type Handler, type Request, type Response } from 'express';
import { attempt, sendError } from './errors.ts';
import type { Resource } from './filter.ts';
import { type Asked, project, runQuery } from './query.ts';
import { RESOURCE_TYPES, type TypeName } from './schemas.ts';
import type { Store } from './store.ts';

/**
 * Lists, searches and look-ups, in front of SCIMMY's own: those find nothing in extensions, refuse their attributes by
 * name, and give a hash for a version.
 */
export const serveReading = (app: Application, base: string, store: Store): void => {
  const body = express.json({ type: ['application/scim+json', 'application/json'], limit: '1mb' });
  for (const [name, { endpoint }] of Object.entries(RESOURCE_TYPES)) {
    const type = name as TypeName;
    app.get(base + endpoint, (request, response) => list(store, type, request.query, request, response));
    app.post(`${base + endpoint}/.search`, body, (request, response) =>
      list(store, type, (request.body ?? {}) as Asked, request, response),
    );
    app.get(`${base + endpoint}/:id`, (request, response) => look(store, type, request, response));
  }
};

/** Puts the version of a resource into the `ETag` of whatever answer carries it. */
export const versioned: Handler = (_, response, next) => {
  const send = response.send.bind(response);
  response.send = (body) => {
    const version = (body as { readonly meta?: { readonly version?: unknown } } | undefined)?.meta?.version;
    if (typeof version === 'string') response.setHeader('ETag', version);
    return send(body);
  };
  next();
};

const list = (store: Store, type: TypeName, asked: Asked, request: Request, response: Response): void =>
  attempt(response, () => {
    const found = runQuery(type, store.all(type), asked, (resource) => located(resource, type, request));
    response.type('application/scim+json').send(found);
  });

const look = (store: Store, type: TypeName, request: Request, response: Response): void => {
  const found = store.get(type, request.params['id'] ?? '');
  if (found === undefined) return sendError(response, 404, 'There is no such resource.');
  const version = versionOf(found);
  response.setHeader('ETag', version);
  if (isOneOf(request.headers['if-none-match'], version)) return void response.status(304).send();
  response.type('application/scim+json').send(project(located(found, type, request), request.query));
};

const located = (resource: Resource, type: TypeName, { headers }: Request): Resource => ({
  ...resource,
  meta: {
    ...(resource['meta'] as object),
    location: `http://${headers.host}/scim/v2${RESOURCE_TYPES[type].endpoint}/${String(resource['id'])}`,
  },
});

export const versionOf = (resource: Resource): string => (resource['meta'] as { readonly version: string }).version;

/** Whether a list of entity tags names the version, strong or weak (RFC 9110, section 8.8.3.2). */
export const isOneOf = (tags: string | undefined, version: string): boolean =>
  tags !== undefined && (tags.trim() === '*' || tags.split(',').some((tag) => opaque(tag) === opaque(version)));

const opaque = (tag: string): string => tag.trim().replace(/^W\//, '');
