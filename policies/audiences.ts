import { CLASSES, type DataClass, isDataClass, type Sight } from './classes.ts';
import { isPurpose, PURPOSES } from './purposes.ts';

/** A kind of caller: what all clients of the kind have in common. */
export interface Audience {
  readonly means: string;
  /**
   * The tag (`@tag`) of the parts of the graph this audience knows of; what has no such tag does not exist for it. `null`:
   * the whole graph.
   */
  readonly contract: string | null;
  /** Classes that fields of its contract may be of: composing fails for one of another. */
  readonly ceiling: readonly DataClass[];
  /** Classes that are not seen in clear, whatever the purpose. */
  readonly sight: Partial<Readonly<Record<DataClass, Sight>>>;
  /** The kind of party whose rows are all that is seen; `null`: whatever the facilities of the token have. */
  readonly party: 'supplier' | 'payer' | null;
  /** Whether a refusal says what would be needed. To a stranger, that is a description of what is worth attacking. */
  readonly isToldWhy: boolean;
}

const audience = (facts: Audience): Audience =>
  Object.freeze({ ...facts, sight: Object.freeze(facts.sight), ceiling: Object.freeze(facts.ceiling) });

const EVERY_CLASS = Object.keys(CLASSES).filter(isDataClass);

/** The closed list of audiences. A client is registered for one of them. */
export const AUDIENCES = Object.freeze({
  internal: audience({
    means: 'Applications of the group, for its people and services.',
    contract: null,
    ceiling: EVERY_CLASS,
    sight: {},
    party: null,
    isToldWhy: true,
  }),
  operator: audience({
    means: 'Consoles of those who run and audit the product: they see what happened to whom, and not who that is.',
    contract: null,
    ceiling: EVERY_CLASS,
    sight: {
      FIN_RESTRICTED: 'removed',
      HR_RESTRICTED: 'removed',
      PII: 'masked',
      PHI_ADMIN: 'masked',
    },
    party: null,
    isToldWhy: true,
  }),
  supplier: audience({
    means: 'A company that delivers to the group: sees its own orders, and what belongs to them.',
    contract: 'supplier',
    ceiling: ['PUBLIC', 'INTERNAL', 'COMMERCIAL', 'FIN'],
    sight: { FIN_RESTRICTED: 'removed', HR: 'removed', HR_RESTRICTED: 'removed', PHI_ADMIN: 'removed' },
    party: 'supplier',
    isToldWhy: false,
  }),
  payer: audience({
    means: 'Who pays for care: sees the claims made to it, and the cover it gives.',
    contract: 'payer',
    ceiling: ['PUBLIC', 'INTERNAL', 'COMMERCIAL', 'PHI_ADMIN'],
    sight: { FIN_RESTRICTED: 'removed', HR: 'removed', HR_RESTRICTED: 'removed' },
    party: 'payer',
    isToldWhy: false,
  }),
  reporting: audience({
    means: 'Reporting tools and data warehouses: figures, in which no person is meant.',
    contract: 'reporting',
    ceiling: ['PUBLIC', 'INTERNAL', 'COMMERCIAL', 'FIN', 'HR', 'PHI_ADMIN'],
    sight: {
      FIN_RESTRICTED: 'removed',
      HR: 'masked',
      HR_RESTRICTED: 'removed',
      PII: 'masked',
      PHI_ADMIN: 'masked',
    },
    party: null,
    isToldWhy: true,
  }),
});

export type AudienceName = keyof typeof AUDIENCES;

export const isAudience = (value: unknown): value is AudienceName =>
  typeof value === 'string' && Object.hasOwn(AUDIENCES, value);

/** Tags of the contracts that there are. */
export const CONTRACTS: ReadonlySet<string> = new Set(
  Object.values(AUDIENCES).flatMap(({ contract }) => (contract === null ? [] : [contract])),
);

/** Whether callers of the audience may learn what a refusal is about. */
export const isToldWhy = (audienceName: string): boolean =>
  isAudience(audienceName) && AUDIENCES[audienceName].isToldWhy;

const ORDER: readonly Sight[] = ['clear', 'masked', 'removed'];

const stricter = (one: Sight, other: Sight): Sight => (ORDER.indexOf(one) >= ORDER.indexOf(other) ? one : other);

/**
 * How an audience sees values of a class for a purpose: the stricter of what the two say. Breaking the glass lifts what
 * the audience says, and nothing else. A name that is in no list sees nothing.
 */
export const sightOf = (dataClass: string, audienceName: string, purposeName: string): Sight => {
  if (!isDataClass(dataClass) || !isAudience(audienceName) || !isPurpose(purposeName)) return 'removed';
  const byPurpose = PURPOSES[purposeName].sight[dataClass] ?? 'clear';
  if (purposeName === 'emergency') return byPurpose;
  return stricter(byPurpose, AUDIENCES[audienceName].sight[dataClass] ?? 'clear');
};
