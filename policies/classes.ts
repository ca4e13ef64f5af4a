/** What it takes to handle a value of one class. */
export interface ClassKind {
  /** What is of this class, for the person who has to choose one. */
  readonly means: string;
  /** Lies above all classes with a lower number: a copy, an export or a log for one rank may hold nothing of a higher. */
  readonly rank: 0 | 1 | 2 | 3 | 4;
  /** Is about a person, so that laws on personal data apply. */
  readonly isPersonal: boolean;
}

const kind = (rank: ClassKind['rank'], isPersonal: boolean, means: string): ClassKind =>
  Object.freeze({ means, rank, isPersonal });

/**
 * The closed list of data classes (`@classification`). There is none for the clinical record, since that is not in the
 * graph. A field is of the highest class its values may be of: a free text in which people write a patient's name is
 * PHI_ADMIN, whatever its label says.
 */
export const CLASSES = Object.freeze({
  PUBLIC: kind(0, false, 'Known outside the group, or free to be: currencies, units.'),
  INTERNAL: kind(1, false, 'The everyday business of the group: items, stock, facilities, reference data.'),
  COMMERCIAL: kind(2, false, 'What competitors and suppliers must not learn: prices, orders, terms.'),
  FIN: kind(2, false, 'The books: accounts, entries, amounts owed and paid.'),
  FIN_RESTRICTED: kind(4, false, 'What money can be stolen with: bank details, payment credentials.'),
  HR: kind(3, true, 'Who works where, as what, and for whom.'),
  HR_RESTRICTED: kind(4, true, 'Pay, absence, appraisal, and what else employees tell in confidence.'),
  PII: kind(3, true, 'Tells who a person is, or how to reach them, without a tie to care.'),
  PHI_ADMIN: kind(4, true, 'Ties a person to care, without the clinical record: appointments, coverage, claims.'),
});

export type DataClass = keyof typeof CLASSES;

export const isDataClass = (value: unknown): value is DataClass =>
  typeof value === 'string' && Object.hasOwn(CLASSES, value);

/** How values of a class are seen: as they are, in a form that does not tell them (masks.ts), or not at all. */
export type Sight = 'clear' | 'masked' | 'removed';
