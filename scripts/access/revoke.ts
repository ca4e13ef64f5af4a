import { randomUUID } from 'node:crypto';
import { z } from 'zod';

/** What is to be refused from now on; as `RevokeAccessInput` of the graph has it. */
export interface Wish {
  readonly what: 'TOKEN' | 'SUBJECT' | 'CLIENT' | 'ISSUER';
  readonly issuer: string;
  readonly value?: string;
  readonly reason: string;
  /** To repeat it with; a new one when left out. */
  readonly idempotencyKey?: string;
}

export interface Revoked {
  readonly idempotencyKey: string;
  /** Every gateway has been told. */
  readonly passedOn: boolean;
}

const MUTATION = `mutation RevokeAccess($input: RevokeAccessInput!) { revokeAccess(input: $input) { passedOn } }`;

const answer = z.object({
  data: z.object({ revokeAccess: z.object({ passedOn: z.boolean() }).nullable() }).nullish(),
  errors: z.array(z.object({ message: z.string(), extensions: z.object({ code: z.string() }) })).optional(),
});

/**
 * Revokes access through a gateway, as whoever the token is of: so it is written down who did it, and the database need not
 * be another's.
 *
 * @param url of the graph
 * @throws Error with code and sentence of what the gateway has answered; with the key to repeat it with when it has not
 */
export const revokeThrough = async (url: string, token: string, wish: Wish): Promise<Revoked> => {
  const { idempotencyKey = randomUUID() } = wish;
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: MUTATION, variables: { input: { ...wish, idempotencyKey } } }),
    redirect: 'error',
  }).catch((cause: unknown) => {
    throw new Error(`The gateway did not answer. Repeat it with the idempotency key ${idempotencyKey}.`, { cause });
  });
  const { data, errors = [] } = answer.parse(await response.json());
  const [first] = errors;
  if (first !== undefined) throw new Error(`${first.extensions.code}: ${first.message}`);
  return { idempotencyKey, passedOn: data?.revokeAccess?.passedOn === true };
};
