import type { Identity } from '../identity.ts';
import type { Asker } from './records.ts';

/** What a record says of who asks. */
export const askerOf = (identity: Identity, requestId: string): Asker => ({
  requestId,
  subject: identity.subject,
  client: identity.client,
  audience: identity.audience,
  purpose: identity.purpose,
  facilities: identity.facilities,
  ...(identity.grant === undefined ? {} : { grant: identity.grant }),
});
