import { type Fields, isFields, isTombstone, type Resource } from '../resource.ts';
import { idsPassing } from '../search/filters.ts';
import { parseQuery } from '../search/query.ts';
import { type Answer, type Asked, type Fhir, prefers } from './message.ts';
import { FhirError } from './outcome.ts';
import { applyPatch } from './patch.ts';
import { currentOf, etagOf, versionHeaders } from './read.ts';
import { checkReferences } from './references.ts';

/** R4 http, "create" and "conditional create". `id` is one that has been promised to others already. */
export const create = (fhir: Fhir, type: string, asked: Asked, id = fhir.newId()): Answer => {
  const condition = asked.headers['if-none-exist'];
  const [found, ...more] = condition === undefined ? [] : matching(fhir, type, condition);
  if (more.length > 0) throw several();
  if (found !== undefined) return written(fhir, currentOf(fhir, type, found), asked, 200);
  return written(fhir, put(fhir, type, id, asked.body), asked, 201);
};

/** R4 http, "update": also creates, under the id of the client's choice. */
export const update = (fhir: Fhir, type: string, id: string, asked: Asked): Answer => {
  const before = fhir.store.latest(type, id);
  if (isFields(asked.body) && asked.body['id'] !== id)
    throw new FhirError(400, 'invalid', 'the id of the resource is not that of the address');
  const exists = before !== undefined && !isTombstone(before);
  if (asked.headers['if-none-match'] === '*' && exists) throw stale();
  if (asked.headers['if-match'] !== undefined) checkVersion(before, asked);
  return written(fhir, put(fhir, type, id, asked.body), asked, exists ? 200 : 201);
};

/** R4 http, "conditional update". `newId` is one that has been promised to others already. */
export const updateWhere = (fhir: Fhir, type: string, asked: Asked, newId = fhir.newId()): Answer => {
  const [found, ...more] = matching(fhir, type, asked.query);
  if (more.length > 0) throw several();
  const own = isFields(asked.body) && typeof asked.body['id'] === 'string' ? asked.body['id'] : undefined;
  if (found !== undefined && own !== undefined && own !== found)
    throw new FhirError(400, 'invalid', 'the id of the resource is not that of the match');
  const id = found ?? own ?? newId;
  return update(fhir, type, id, { ...asked, body: isFields(asked.body) ? { ...asked.body, id } : asked.body });
};

/** R4 http, "patch", with a JSON Patch. */
export const patch = (fhir: Fhir, type: string, id: string, asked: Asked): Answer => {
  const before = currentOf(fhir, type, id);
  if (asked.headers['if-match'] !== undefined) checkVersion(before, asked);
  const after = applyPatch(before, asked.body);
  if (!isFields(after) || after['id'] !== id || after['resourceType'] !== type)
    throw new FhirError(422, 'invalid', 'a patch may not change what a resource is');
  return written(fhir, put(fhir, type, id, after), asked, 200);
};

export const patchWhere = (fhir: Fhir, type: string, asked: Asked): Answer => {
  const [found, ...more] = matching(fhir, type, asked.query);
  if (more.length > 0) throw several();
  if (found === undefined) throw new FhirError(404, 'not-found', 'there is no such resource');
  return patch(fhir, type, found, asked);
};

/** R4 http, "delete": what is gone already stays so. */
export const remove = (fhir: Fhir, type: string, id: string, asked: Asked): Answer => {
  const before = fhir.store.latest(type, id);
  if (asked.headers['if-match'] !== undefined) checkVersion(before, asked);
  if (before !== undefined && !isTombstone(before)) fhir.store.transaction(() => fhir.store.remove(type, id));
  return { status: 204 };
};

export const removeWhere = (fhir: Fhir, type: string, asked: Asked): Answer => {
  const [found, ...more] = matching(fhir, type, asked.query);
  if (more.length > 0) throw several();
  return found === undefined ? { status: 204 } : remove(fhir, type, found, asked);
};

/** Ids that a condition matches; one that names nothing is refused, as it would match everything. */
export const matching = (
  { parameters, ...searched }: Fhir,
  type: string,
  condition: string | Asked['query'],
): readonly string[] => {
  const entries = typeof condition === 'string' ? [...new URLSearchParams(condition)] : condition;
  const query = parseQuery(parameters, type, entries, true);
  if (query.conditions.length === 0) throw new FhirError(412, 'invalid', 'a condition without criteria');
  return idsPassing({ parameters, ...searched }, type, query.conditions);
};

export const several = (): FhirError => new FhirError(412, 'multiple-matches', 'the condition matches several');

const stale = (): FhirError => new FhirError(412, 'conflict', 'the resource is not in the version that was expected');

const checkVersion = (before: Parameters<typeof etagOf>[0] | undefined, { headers }: Asked): void => {
  const [, expected] = /^(?:W\/)?"([^"]+)"$/.exec(headers['if-match'] ?? '') ?? [];
  if (expected === undefined) throw new FhirError(400, 'value', 'a malformed If-Match');
  if (before === undefined || isTombstone(before) || before.meta.versionId !== expected) throw stale();
};

const put = (fhir: Fhir, type: string, id: string, body: unknown): Resource => {
  if (!isFields(body)) throw new FhirError(400, 'structure', 'the body is no resource');
  if (body['resourceType'] !== type) throw new FhirError(400, 'invalid', 'the resource is of another type');
  if (!/^[A-Za-z0-9\-.]{1,64}$/.test(id)) throw new FhirError(400, 'value', 'a malformed id');
  const draft = { ...body, resourceType: type, id };
  fhir.validate(draft);
  return fhir.store.transaction(() => {
    const resource = fhir.store.put(draft);
    checkReferences(fhir, resource);
    return resource;
  });
};

const written = ({ base }: Fhir, resource: Resource, asked: Asked, status: number): Answer => {
  const { resourceType, id, meta } = resource;
  const headers = {
    ...versionHeaders(resource),
    ...(status === 201 && { Location: `${base}/${resourceType}/${id}/_history/${meta.versionId}` }),
  };
  const body: Fields | undefined = prefers(asked, 'return=minimal') ? undefined : resource;
  return { status, headers, ...(body !== undefined && { body }) };
};
