import type { AccessFeed, Revocation } from '../../platform/access/feed.ts';
import type { PageArgs } from '../../platform/connection.ts';
import { fail } from '../../platform/errors.ts';
import type { Identity } from '../../platform/identity.ts';
import type { Store } from '../../platform/store/owner.ts';
import {
  addRevocation,
  type KnownRevocation,
  listRevocations,
  type RevocationFilter,
  type RevocationWish,
  toEntry,
} from '../../platform/store/revocations.ts';

/** What is meant, as the graph's enum has it. */
type Target = Uppercase<Revocation['what']>;

export interface RevokeAccessInput extends Omit<RevocationWish, 'what' | 'value'> {
  readonly what: Target;
  readonly value?: string | null;
}

export interface RevocationListFilter extends Omit<RevocationFilter, 'what'> {
  readonly what?: readonly Target[] | null;
}

/** What is revoked: in the store it lasts, and over the feed the gateways hear of it. */
export const revocationsIn = (store: Store, access: AccessFeed | null) => ({
  revocations: async ({ what, ...filter }: RevocationListFilter, page: PageArgs, counted: boolean) => {
    const { edges, ...rest } = await listRevocations(
      store,
      { ...filter, what: what?.map(lower) ?? null },
      page,
      counted,
    );
    const shown = edges.map(({ cursor, node }) => ({ cursor, node: toGraph(node) }));
    return { ...rest, edges: shown, nodes: shown.map(({ node }) => node) };
  },

  /**
   * Written down first and told then: what gateways have heard is found again whatever becomes of them.
   *
   * @throws BAD_USER_INPUT; IDEMPOTENCY_KEY_REUSED; SOR_UNAVAILABLE where no gateway would ever hear of it
   */
  revokeAccess: async (input: RevokeAccessInput, by: Pick<Identity, 'subject' | 'client'>) => {
    const wish = toWish(input);
    if (access === null) throw fail('SOR_UNAVAILABLE');
    const known = await addRevocation(store, wish, by);
    const passedOn = await access.publish(toEntry(known)).then(
      () => true,
      () => false,
    );
    return { revocation: toGraph(known), passedOn };
  },
});

const LONGEST = 500;
const LONGEST_KEY = 255;

const toWish = ({ what, issuer, value, reason, idempotencyKey }: RevokeAccessInput): RevocationWish => {
  const given = value ?? '';
  if (what === 'ISSUER' && given !== '' && given !== issuer) throw refused('`value` is left out for an issuer.');
  const meant = what === 'ISSUER' ? issuer : given;
  for (const [name, text, most] of [
    ['issuer', issuer, LONGEST],
    ['value', meant, LONGEST],
    ['reason', reason, LONGEST],
    ['idempotencyKey', idempotencyKey, LONGEST_KEY],
  ] as const)
    if (text.trim() === '' || text.length > most) throw refused(`\`${name}\` has to have 1 to ${most} characters.`);
  return { what: lower(what), issuer, value: meant, reason, idempotencyKey };
};

const refused = (message: string) => fail('BAD_USER_INPUT', { message });

const lower = (target: Target): Revocation['what'] => target.toLowerCase() as Revocation['what'];

const toGraph = (known: KnownRevocation) => ({ ...known, what: known.what.toUpperCase() });
