import type { Grant } from '../../platform/access/feed.ts';
import { fail } from '../../platform/errors.ts';
import type { Identity, IdentityFacts } from '../../platform/identity.ts';
import type { Client, Clients } from '../../policies/clients.ts';
import { identityOf } from '../../policies/identity-of.ts';
import type { Confirmation } from './confirmation.ts';

/** What a token says of its bearer, once it has been checked. */
export type TokenFacts = Pick<IdentityFacts, 'subject' | 'client'> & {
  readonly scopes: readonly string[];
  readonly facilities: readonly string[];
  readonly issuer: string;
  /** `jti`. Every JWT has one; what is known of another token by asking may have none. */
  readonly id?: string;
  /** Milliseconds since the epoch. Likewise. */
  readonly issuedAt?: number;
  /** What the token is bound to; left out for one that is good in anybody's hands. */
  readonly confirmation?: Confirmation;
};

/** A bearer of a valid token, together with the application that sends it. */
export interface Caller {
  readonly client: Client;
  /** What the token says, before anything is taken away from it. */
  readonly token: TokenFacts;
  /**
   * Who asks, in a request for this purpose; for the first one the client is registered for when it names none. The same
   * purpose gives the same object.
   *
   * An emergency takes a grant, which adds to what the token grants, under the same ceilings.
   *
   * @throws FORBIDDEN for a purpose that the client is not registered for, and for an emergency without a grant
   */
  as(purpose: string | undefined, grant?: Grant): Identity;
}

/**
 * Puts what a token grants under what its client was registered for: nothing is granted that is not in both.
 *
 * @throws FORBIDDEN for a client that is not registered, or not with this issuer, or no longer active
 */
export const callerOf = (facts: TokenFacts, clients: Clients): Caller => {
  const client = clients.get(facts.client);
  if (client === undefined || !client.active) throw fail('FORBIDDEN');
  if (client.issuer !== undefined && client.issuer !== facts.issuer) throw fail('FORBIDDEN');
  const identities = new Map<string, Identity>();
  return {
    client,
    token: facts,
    as: (purpose = client.purposes[0] ?? '', grant) => {
      if (purpose === 'emergency' && grant === undefined) throw fail('FORBIDDEN');
      const key = grant === undefined ? purpose : `${purpose} ${grant.id}`;
      const identity = identities.get(key) ?? identityOf(client, facts, purpose, grant);
      identities.set(key, identity);
      return identity;
    },
  };
};
