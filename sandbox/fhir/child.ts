import { attachSandbox, type Ready, type SandboxProcess } from '../process.ts';
import type { FhirDomain } from './domains.ts';

/** Where a FHIR server answers, and the bearer token that opens it. */
export interface FhirReady extends Ready {
  readonly token: string;
}

/** Finds the FHIR server of a domain that belongs to a data directory, or starts it. */
export const attachFhirSandbox = (dataDir: string, domain: FhirDomain): Promise<FhirReady & SandboxProcess> =>
  attachSandbox<FhirReady>(domain, dataDir, {
    program: 'fhir',
    args: ['--domain', domain],
    // Answers are short-lived and resources live for ever: a larger nursery only costs memory, a quarter of all.
    flags: ['--max-semi-space-size=2'],
  });
