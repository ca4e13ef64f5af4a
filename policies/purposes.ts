import type { DataClass, Sight } from './classes.ts';

/** Why data is asked for (ISO 22600, HIPAA 45 CFR 164.501). What a caller sees of a class depends on it. */
export interface Purpose {
  /** Told to the person who registers a client for it. */
  readonly means: string;
  /** Classes that this purpose has no need of as they are. Those not named are seen in clear. */
  readonly sight: Partial<Readonly<Record<DataClass, Sight>>>;
}

const purpose = (means: string, sight: Purpose['sight'] = {}): Purpose =>
  Object.freeze({ means, sight: Object.freeze(sight) });

const NO_PERSON: Purpose['sight'] = {
  HR: 'masked',
  HR_RESTRICTED: 'removed',
  PII: 'masked',
  PHI_ADMIN: 'masked',
  FIN_RESTRICTED: 'removed',
};

/** The closed list of purposes. A client is registered for some of them, and each request has one. */
export const PURPOSES = Object.freeze({
  operations: purpose('Running the hospitals day by day: appointments, purchasing, stock, staffing, the books.', {
    FIN_RESTRICTED: 'masked',
    HR_RESTRICTED: 'removed',
  }),
  payment: purpose('Charging, claiming, paying and collecting.', { HR_RESTRICTED: 'removed' }),
  payroll: purpose('Paying employees, and what depends on what they are paid.'),
  reporting: purpose('Figures over many records, in which no person is meant.', NO_PERSON),
  support: purpose('Finding a fault in the systems.', NO_PERSON),
  audit: purpose('Finding out who did or saw what.', { FIN_RESTRICTED: 'masked', HR_RESTRICTED: 'removed' }),
  emergency: purpose('Breaking the glass: an emergency that a second person has confirmed, for a limited time.'),
});

export type PurposeName = keyof typeof PURPOSES;

export const isPurpose = (value: unknown): value is PurposeName =>
  typeof value === 'string' && Object.hasOwn(PURPOSES, value);
