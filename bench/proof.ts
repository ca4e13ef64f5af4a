import type { Field } from './field.ts';
import { ask } from './gateway.ts';
import { ALL_SCOPES } from './subgraphs/secured.ts';

/**
 * Why a gateway that says it is secured is not, or undefined: it refuses who has no token, hides what a token has no
 * scope for, and signs every call. Were one of these missing, the open gateway would be measured twice.
 */
export const holeIn = async (field: Field, url: string, body: string): Promise<string | undefined> => {
  const refusal = await answerOf(url, body);
  if (!refusal.startsWith('status 401')) return 'answers without a token';
  const hidden = JSON.parse(await answerOf(url, body, await field.issuer.mint([]))) as { errors?: unknown };
  if (hidden.errors === undefined) return 'answers without scopes';
  const { signed } = await field.recorded(async () => answerOf(url, body, await field.issuer.mint(ALL_SCOPES)));
  return signed ? undefined : 'calls subgraphs without an envelope';
};

/** Also of a refusal. */
const answerOf = (url: string, body: string, authorization?: string): Promise<string> =>
  ask(url, body, authorization).catch((error: unknown) => (error as Error).message);
