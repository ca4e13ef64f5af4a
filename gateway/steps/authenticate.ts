import { codeOf } from '../../platform/errors.ts';
import { createIdentity, type Identity } from '../../platform/identity.ts';
import { type Exchange, from } from '../exchange.ts';
import { LONGEST_TOKEN, verifyToken } from '../identity/verify-token.ts';
import type { Step } from '../pipeline.ts';
import { refuse } from '../refusal.ts';

/**
 * Says who calls, from the access token in the Authorization header and from nowhere else (RFC 6750 section 2.1), and
 * makes the envelope that goes to the subgraphs.
 *
 * Whatever is wrong with a token, the answer is the same; the reason is in the log.
 */
export const authenticate: Step = async (exchange, next) => {
  const requestId = from(exchange, 'requestId');
  const identity = await identify(exchange);
  exchange.identity = identity;
  exchange.envelope = Object.freeze({ identity, requestId, deadline: exchange.deadline });
  return next();
};

const ANYBODY: Identity = createIdentity({ subject: 'anybody', client: 'anybody', scopes: [], facilities: [] });

const identify = async ({ request, surroundings, requestId }: Exchange): Promise<Identity> => {
  const { issuerKeys, config, log } = surroundings;
  if (issuerKeys === undefined) return ANYBODY;
  const token = bearerToken(request.headers.authorization);
  if (token === undefined) throw refuse('UNAUTHENTICATED', { headers: { 'www-authenticate': CHALLENGE } });
  try {
    if (token.length > LONGEST_TOKEN) throw new RangeError('too long');
    return await verifyToken(token, issuerKeys, config.identity);
  } catch (error) {
    log.info({ requestId, reason: (error as Error).name }, 'token:refused');
    // Without keys no token can be told good or bad, and a client is not to throw a good one away.
    if (codeOf(error) === 'IDENTITY_UNAVAILABLE') throw refuse('IDENTITY_UNAVAILABLE');
    throw refuse('UNAUTHENTICATED', { headers: { 'www-authenticate': `${CHALLENGE}, error="invalid_token"` } });
  }
};

/** RFC 6750 section 3. */
const CHALLENGE = 'Bearer realm="caregraph"';

const bearerToken = (header: string | undefined): string | undefined =>
  /^Bearer +([A-Za-z0-9\-._~+/]+=*)$/i.exec(header ?? '')?.[1];
