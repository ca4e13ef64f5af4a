import { decodeId } from './ids.ts';

/**
 * The verified caller. Made once, by the step that checked the token or the envelope, and frozen; every rule, loader
 * and log line below reads this and nothing else about who is asking.
 */
export interface Identity {
  /** `sub` of the token: the person or service account. */
  readonly subject: string;
  /** `client_id` (RFC 9068) or `azp`: the application. */
  readonly client: string;
  readonly scopes: ReadonlySet<string>;
  /** Facility codes whose rows the caller may see. Empty means none, never all. */
  readonly facilities: readonly string[];
  /** What kind of client it is (policies/audiences.ts), by its registration. */
  readonly audience: string;
  /** What this request is for (policies/purposes.ts). */
  readonly purpose: string;
  /** The party whose rows are all that the caller may see. */
  readonly party?: Party;
  /** Who issued the token: the same subject of another issuer is somebody else. Left out for work of our own. */
  readonly issuer?: string;
  /** Id of the grant by which the glass was broken for this request. */
  readonly grant?: string;
}

/** A company outside the group, by its id in the graph. */
export interface Party {
  readonly kind: 'supplier' | 'payer';
  readonly id: string;
}

/** The type of the graph that a party of each kind is. */
const PARTY_TYPES = { supplier: 'Supplier', payer: 'Payer' } as const;

/** What the owner of its record calls a party; null for an id that is none of its kind. */
export const localPartyId = ({ kind, id }: Party): string | null => decodeId(PARTY_TYPES[kind], id);

/** Whose rows may be read for a caller. */
export type RowsOf = Pick<Identity, 'facilities' | 'party'>;

export interface IdentityFacts extends Omit<Identity, 'scopes' | 'facilities'> {
  readonly scopes: Iterable<string>;
  readonly facilities: Iterable<string>;
}

/** Freezes the facts; scopes and facilities are sorted and without repeats, so equal callers compare equal. */
export const createIdentity = (facts: IdentityFacts): Identity =>
  Object.freeze({
    subject: facts.subject,
    client: facts.client,
    scopes: frozenSet(facts.scopes),
    facilities: Object.freeze([...new Set(facts.facilities)].toSorted()),
    audience: facts.audience,
    purpose: facts.purpose,
    ...(facts.party === undefined ? {} : { party: Object.freeze({ ...facts.party }) }),
    ...(facts.issuer === undefined ? {} : { issuer: facts.issuer }),
    ...(facts.grant === undefined ? {} : { grant: facts.grant }),
  });

const frozenSet = (values: Iterable<string>): ReadonlySet<string> => {
  const set = new Set([...new Set(values)].toSorted());
  // Object.freeze does not reach the entries of a Set; without these a rule could grant itself a scope.
  return Object.freeze(Object.assign(set, { add: refuse, delete: refuse, clear: refuse }));
};

const refuse = (): never => {
  throw new TypeError('an identity does not change');
};
