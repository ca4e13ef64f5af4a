import type { Grant } from '../platform/access/feed.ts';
import { fail } from '../platform/errors.ts';
import { createIdentity, type Identity, type IdentityFacts } from '../platform/identity.ts';
import { AUDIENCES } from './audiences.ts';
import type { Client } from './clients.ts';

/** What somebody is granted for a client, before it is put under what the client was registered for. */
export interface Granted extends Pick<IdentityFacts, 'subject'> {
  readonly scopes: readonly string[];
  /** Codes. */
  readonly facilities: readonly string[];
  /** Who says so; of a caller that is thought up, nobody. */
  readonly issuer?: string;
}

/**
 * Who asks when this client sends a request for this purpose; for the first one it is registered for when none is named.
 * Nothing is granted that the client was not registered for as well, which holds for what a grant adds in an emergency.
 *
 * @throws FORBIDDEN for a purpose that the client is not registered for
 */
export const identityOf = (
  client: Client,
  granted: Granted,
  purpose = client.purposes[0] ?? '',
  grant?: Pick<Grant, 'id' | 'scopes' | 'facilities'>,
): Identity => {
  if (!client.purposes.some((registered) => registered === purpose)) throw fail('FORBIDDEN');
  const { party: kind } = AUDIENCES[client.audience];
  return createIdentity({
    subject: granted.subject,
    client: client.id,
    scopes: under(client.scopes, [...granted.scopes, ...(grant?.scopes ?? [])]),
    facilities: under(client.facilities, [...granted.facilities, ...(grant?.facilities ?? [])]),
    audience: client.audience,
    purpose,
    ...(granted.issuer === undefined ? {} : { issuer: granted.issuer }),
    ...(grant === undefined ? {} : { grant: grant.id }),
    ...(kind === null || client.party === undefined ? {} : { party: { kind, id: client.party } }),
  });
};

const under = (ceiling: '*' | readonly string[], granted: readonly string[]): readonly string[] =>
  ceiling === '*' ? granted : granted.filter((one) => ceiling.includes(one));
