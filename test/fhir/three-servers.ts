import type { Resource } from '../../platform/fhir/types.ts';
import { DOMAINS, type FhirDomain } from '../../sandbox/fhir/domains.ts';
import { startFhirSandbox } from '../../sandbox/fhir/server.ts';
import { startFhir } from '../fakes/fhir.ts';
import { startMedplum } from '../fakes/medplum.ts';

export type Seeded = Resource & { readonly id: string };

export interface Server extends AsyncDisposable {
  readonly url: string;
  readonly token?: string;
}

type Start = (domain: FhirDomain, resources: readonly Seeded[]) => Promise<Server>;

/** The same assertions on each: ours for tests is strict, the second stands in for platforms, the third is by others. */
export const SERVERS: readonly (readonly [string, Start])[] = [
  [
    'the one for tests',
    async (_, resources) => {
      const server = await startFhir({ pageLimit: 7 });
      for (const resource of resources) server.put(resource);
      return server;
    },
  ],
  [
    'the sandbox',
    (domain, given) => {
      const meta = { versionId: '1', lastUpdated: '2026-11-01T00:00:00.000Z' };
      const resources = given.map((resource) => ({ ...resource, meta }));
      return startFhirSandbox({ domain, seed: { fingerprint: 'test', resources }, token: 'let-me-in' });
    },
  ],
  [
    "Medplum's",
    async (domain, resources) => {
      const server = await startMedplum(DOMAINS[domain]);
      for (const resource of resources) await server.put(resource);
      return server;
    },
  ],
];
