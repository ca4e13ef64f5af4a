import { processBundle } from './bundle.ts';
import { capabilityOf } from './capability.ts';
import type { Answer, Asked, Fhir } from './message.ts';
import { FhirError } from './outcome.ts';
import { readHistory, readResource, readVersion, searchType } from './read.ts';
import { create, patch, patchWhere, remove, removeWhere, update, updateWhere } from './write.ts';

/** Answers a request. Nothing in here waits, so that one request is done before the next begins. @throws FhirError */
export const dispatch = (fhir: Fhir, asked: Asked, id?: string): Answer => {
  const [type = '', ...rest] = asked.path.split('/').filter((part) => part !== '');
  if (type === '') {
    if (asked.method === 'POST') return processBundle(fhir, asked, dispatch);
    throw new FhirError(405, 'not-supported', 'only bundles are sent here');
  }
  if (type === 'metadata' && asked.method === 'GET') return { status: 200, body: capabilityOf(fhir) };
  if (!fhir.store.has(type)) throw new FhirError(404, 'not-supported', 'a type of resource that is not kept here');
  return routeOf(fhir, type, rest, asked, id);
};

const routeOf = (fhir: Fhir, type: string, rest: readonly string[], asked: Asked, newId?: string): Answer => {
  const [id, history, versionId, ...more] = rest;
  const { method } = asked;
  if (more.length > 0) throw new FhirError(404, 'not-found', 'there is no such place');
  if (id === undefined) return onType(fhir, type, asked, newId);
  if (id === '_search' && method === 'POST') return searchType(fhir, type, asked);
  if (id.startsWith('_') || id.startsWith('$')) throw new FhirError(404, 'not-supported', 'an unknown operation');
  if (history === undefined) return onInstance(fhir, type, id, asked);
  if (history !== '_history') throw new FhirError(404, 'not-found', 'there is no such place');
  if (method !== 'GET') throw notAllowed();
  return versionId === undefined ? readHistory(fhir, type, id) : readVersion(fhir, type, id, versionId);
};

const onType = (fhir: Fhir, type: string, asked: Asked, newId?: string): Answer => {
  switch (asked.method) {
    case 'GET':
      return searchType(fhir, type, asked);
    case 'POST':
      return create(fhir, type, asked, newId);
    case 'PUT':
      return updateWhere(fhir, type, asked, newId);
    case 'PATCH':
      return patchWhere(fhir, type, asked);
    case 'DELETE':
      return removeWhere(fhir, type, asked);
    default:
      throw notAllowed();
  }
};

const onInstance = (fhir: Fhir, type: string, id: string, asked: Asked): Answer => {
  switch (asked.method) {
    case 'GET':
      return readResource(fhir, type, id, asked);
    case 'PUT':
      return update(fhir, type, id, asked);
    case 'PATCH':
      return patch(fhir, type, id, asked);
    case 'DELETE':
      return remove(fhir, type, id, asked);
    default:
      throw notAllowed();
  }
};

const notAllowed = (): FhirError => new FhirError(405, 'not-supported', 'not with this method');
