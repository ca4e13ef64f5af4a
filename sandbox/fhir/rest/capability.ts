import type { Fields } from '../resource.ts';
import type { Fhir } from './message.ts';

const INTERACTIONS = ['read', 'vread', 'update', 'patch', 'delete', 'history-instance', 'create', 'search-type'];

/** What the server can do, as `GET metadata` answers. */
export const capabilityOf = ({ store, parameters, base }: Fhir): Fields => ({
  resourceType: 'CapabilityStatement',
  status: 'active',
  date: '2026-11-01',
  kind: 'instance',
  software: { name: 'Caregraph sandbox' },
  implementation: { description: 'A stand-in with invented data', url: base },
  fhirVersion: '4.0.1',
  format: ['application/fhir+json', 'json'],
  patchFormat: ['application/json-patch+json'],
  rest: [
    {
      mode: 'server',
      security: { description: 'A bearer token' },
      interaction: [{ code: 'batch' }, { code: 'transaction' }],
      resource: store.types.map((type) => {
        const known = [...(parameters.get(type)?.values() ?? [])];
        const references = known.filter((parameter) => parameter.type === 'reference');
        return {
          type,
          interaction: INTERACTIONS.map((code) => ({ code })),
          versioning: 'versioned-update',
          readHistory: true,
          updateCreate: true,
          conditionalCreate: true,
          conditionalRead: 'not-match',
          conditionalUpdate: true,
          conditionalDelete: 'single',
          ...(references.length > 0 && { searchInclude: references.map(({ code }) => `${type}:${code}`) }),
          searchParam: known.map((parameter) => ({ name: parameter.code, type: parameter.type })),
        };
      }),
    },
  ],
});
