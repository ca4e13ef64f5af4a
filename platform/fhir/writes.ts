import { readResults, readVersioned } from './bundles.ts';
import type { Caller, FhirCall } from './calls.ts';
import { contractFault, toError } from './faults.ts';
import { criteriaPairs, queryText } from './query.ts';
import type { BundleWrite, Capabilities, FhirClient } from './types.ts';

const HEADERS = {
  accept: 'application/fhir+json',
  'content-type': 'application/fhir+json',
  prefer: 'return=representation',
};

type Writes = Pick<FhirClient, 'create' | 'update' | 'patch' | 'batch' | 'transaction'>;

/** What a client writes with. */
export const writesOf = (call: Caller, capabilities: Capabilities): Writes => {
  const sendBundle =
    (kind: 'batch' | 'transaction'): FhirClient['batch'] =>
    async (writes, spending) => {
      if (writes.length === 0) return [];
      const about = { type: '*', interaction: kind, lane: 'write' } as const;
      if (!capabilities[kind]) throw toError(contractFault(`the server has no ${kind}`, about), 'write');
      const body = JSON.stringify({ resourceType: 'Bundle', type: kind, entry: writes.map(toEntry) });
      return call({ ...about, method: 'POST', path: '', headers: HEADERS, body }, spending, (answer) =>
        readResults(answer, `${kind}-response`, writes.length, about),
      );
    };

  return {
    create: async (resource, { ifNoneExist }, spending) => {
      const about = writing(resource.resourceType, 'create');
      const condition = ifNoneExist === undefined ? {} : { 'if-none-exist': queryText(criteriaPairs(ifNoneExist)) };
      return call(
        {
          ...about,
          method: 'POST',
          path: `/${resource.resourceType}`,
          headers: { ...HEADERS, ...condition },
          body: JSON.stringify(resource),
        },
        spending,
        (body, answer) => ({ ...readVersioned(body, answer, about), created: answer.status === 201 }),
      );
    },
    update: async (resource, { ifMatch }, spending) => {
      const about = writing(resource.resourceType, 'update');
      return call(
        {
          ...about,
          method: 'PUT',
          path: `/${resource.resourceType}/${resource.id}`,
          headers: { ...HEADERS, ...matching(ifMatch) },
          body: JSON.stringify(resource),
        },
        spending,
        (body, answer) => readVersioned(body, answer, about),
      );
    },
    patch: async ({ type, id, ifMatch }, operations, spending) => {
      const about = writing(type, 'patch');
      if (!capabilities.has(type, 'patch')) throw toError(contractFault('the server has no PATCH', about), 'write');
      const headers = { ...HEADERS, 'content-type': 'application/json-patch+json', ...matching(ifMatch) };
      return call(
        { ...about, method: 'PATCH', path: `/${type}/${id}`, headers, body: JSON.stringify(operations) },
        spending,
        (body, answer) => readVersioned(body, answer, about),
      );
    },
    batch: sendBundle('batch'),
    transaction: sendBundle('transaction'),
  };
};

const writing = <I extends FhirCall['interaction']>(type: string, interaction: I) =>
  ({ type, interaction, lane: 'write' }) as const;

/** R4, 3.1.0.5: versions travel as weak tags. */
const matching = (version: string | undefined) => (version === undefined ? {} : { 'if-match': `W/"${version}"` });

const toEntry = ({ method, url, fullUrl, resource, ifNoneExist, ifMatch }: BundleWrite) => ({
  ...(fullUrl === undefined ? {} : { fullUrl }),
  ...(resource === undefined ? {} : { resource }),
  request: {
    method,
    url,
    ...(ifNoneExist === undefined ? {} : { ifNoneExist: queryText(criteriaPairs(ifNoneExist)) }),
    ...(ifMatch === undefined ? {} : { ifMatch: `W/"${ifMatch}"` }),
  },
});
