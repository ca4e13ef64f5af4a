import { REFERENCE_DAY } from '../../odoo/seed/calendar.ts';
import type { FhirDomain } from '../domains.ts';

/** Raised with every change that changes a resource. */
const EDITION = 1;

export interface FhirSeedOptions {
  /** Multiplies patients, appointments and what hangs on them; places and practitioners stay. Default 1. */
  readonly scale?: number;
  /** The ISO day that parts what has been from what is to come. */
  readonly today?: string;
}

/** Names what `fhirSeed` makes of the same arguments, without making it. */
export const fingerprintOf = (domain: FhirDomain, { scale = 1, today = REFERENCE_DAY }: FhirSeedOptions = {}): string =>
  `fhir-${domain}/${EDITION} scale=${scale} today=${today}`;
