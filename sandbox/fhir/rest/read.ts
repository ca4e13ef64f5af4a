import { type Fields, isTombstone, type Resource, type Version } from '../resource.ts';
import { search } from '../search/search.ts';
import { parseQuery, subsetOf } from '../search/query.ts';
import { type Answer, type Asked, type Fhir, prefers } from './message.ts';
import { FhirError } from './outcome.ts';

export const etagOf = ({ meta }: Version): string => `W/"${meta.versionId}"`;

export const versionHeaders = (version: Version): Record<string, string> => ({
  ETag: etagOf(version),
  'Last-Modified': new Date(version.meta.lastUpdated).toUTCString(),
});

/** The current version. @throws FhirError 404 or, for what has been deleted, 410 */
export const currentOf = ({ store }: Fhir, type: string, id: string): Resource => {
  const version = store.latest(type, id);
  if (version === undefined) throw new FhirError(404, 'not-found', 'there is no such resource');
  if (isTombstone(version)) throw new FhirError(410, 'deleted', 'the resource has been deleted');
  return version;
};

export const readResource = (fhir: Fhir, type: string, id: string, { headers, query }: Asked): Answer => {
  const resource = currentOf(fhir, type, id);
  const known = headers['if-none-match'];
  if (known !== undefined && known.split(/,\s*/).includes(etagOf(resource)))
    return { status: 304, headers: versionHeaders(resource) };
  const elements = query.find(([name]) => name === '_elements')?.[1].split(',');
  const body = elements === undefined ? resource : subsetOf(resource, elements, fhir.required(type));
  return { status: 200, headers: versionHeaders(resource), body };
};

export const readVersion = ({ store }: Fhir, type: string, id: string, versionId: string): Answer => {
  const version = store.versions(type, id).find(({ meta }) => meta.versionId === versionId);
  if (version === undefined) throw new FhirError(404, 'not-found', 'there is no such version');
  if (isTombstone(version)) throw new FhirError(410, 'deleted', 'this version is the deletion');
  return { status: 200, headers: versionHeaders(version), body: version };
};

/** All versions, newest first. */
export const readHistory = ({ store, base }: Fhir, type: string, id: string): Answer => {
  const versions = store.versions(type, id).toReversed();
  if (versions.length === 0) throw new FhirError(404, 'not-found', 'there is no such resource');
  const url = `${type}/${id}`;
  const entry = versions.map((version): Fields => {
    const isFirst = version.meta.versionId === '1';
    const method = isTombstone(version) ? 'DELETE' : isFirst ? 'POST' : 'PUT';
    const status = isTombstone(version) ? '204 No Content' : isFirst ? '201 Created' : '200 OK';
    return {
      fullUrl: `${base}/${url}`,
      ...(!isTombstone(version) && { resource: version }),
      request: { method, url: method === 'POST' ? type : url },
      response: { status, etag: etagOf(version), lastModified: version.meta.lastUpdated },
    };
  });
  const link = [{ relation: 'self', url: `${base}/${url}/_history` }];
  return { status: 200, body: { resourceType: 'Bundle', type: 'history', total: versions.length, link, entry } };
};

export const searchType = (fhir: Fhir, type: string, asked: Asked): Answer => {
  const query = parseQuery(fhir.parameters, type, asked.query, prefers(asked, 'handling=strict'));
  return { status: 200, body: search(fhir, query, fhir.required) };
};
