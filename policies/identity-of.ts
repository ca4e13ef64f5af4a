import { fail } from '../platform/errors.ts';
import { createIdentity, type Identity, type IdentityFacts } from '../platform/identity.ts';
import { AUDIENCES } from './audiences.ts';
import type { Client } from './clients.ts';

/** What somebody is granted for a client, before it is put under what the client was registered for. */
export interface Granted extends Pick<IdentityFacts, 'subject'> {
  readonly scopes: readonly string[];
  /** Codes. */
  readonly facilities: readonly string[];
}

/**
 * Who asks when this client sends a request for this purpose; for the first one it is registered for when none is named.
 * Nothing is granted that the client was not registered for as well.
 *
 * @throws FORBIDDEN for a purpose that the client is not registered for
 */
export const identityOf = (client: Client, granted: Granted, purpose = client.purposes[0] ?? ''): Identity => {
  if (!client.purposes.some((registered) => registered === purpose)) throw fail('FORBIDDEN');
  const { party: kind } = AUDIENCES[client.audience];
  return createIdentity({
    subject: granted.subject,
    client: client.id,
    scopes: under(client.scopes, granted.scopes),
    facilities: under(client.facilities, granted.facilities),
    audience: client.audience,
    purpose,
    ...(kind === null || client.party === undefined ? {} : { party: { kind, id: client.party } }),
  });
};

const under = (ceiling: '*' | readonly string[], granted: readonly string[]): readonly string[] =>
  ceiling === '*' ? granted : granted.filter((one) => ceiling.includes(one));
