import { LRUCache } from 'lru-cache';
import { Agent } from 'undici';
import { fail } from '../../platform/errors.ts';
import { type Log, LoggableError } from '../../platform/log.ts';
import type { Secret } from '../../platform/secret.ts';
import type { DependencyHealth } from '../../platform/subgraph.ts';
import { SECOND } from '../../platform/time.ts';
import { fetchJson } from './fetch-json.ts';
import { ClaimError, factsOf, type TokenRules, type VerifiedToken } from './verify-token.ts';

/** Where an issuer answers questions about its tokens, and who we are there. */
export interface IntrospectionOptions {
  readonly endpoint: string;
  readonly clientId: string;
  readonly secret: Secret;
}

/** Asks an issuer about tokens that only it can read. */
export interface Introspection {
  /** In the health. */
  readonly name: string;
  /**
   * Who a token speaks of, and how long that may be relied on: until it expires, and for half a minute at most. `digest`
   * is another one for another token.
   *
   * @throws what is wrong with it, for the log; IDENTITY_UNAVAILABLE when the issuer does not say
   */
  ask(token: string, digest: string): Promise<VerifiedToken>;
  health(): DependencyHealth;
  close(): Promise<void>;
}

/** How long an answer is good, yes or no. A token that is revoked at the issuer is accepted for as long. */
const KEEP = 30 * SECOND;
/** Of tokens that were refused. Whoever invents tokens is answered from here, each time but the first. */
const MOST_REFUSED = 10_000;
/** Questions under way. What comes on top would wait longer than it can. */
const MOST_UNDERWAY = 64;
/** After a question that was not answered, before the next is asked. */
const PAUSE = 1 * SECOND;

/** RFC 7662. The issuer's rules hold for what it answers as they hold for a JWT of it. */
export const createIntrospection = (
  options: IntrospectionOptions & { readonly issuer: string; readonly name: string },
  rules: TokenRules,
  log: Log,
  clock: () => number = Date.now,
): Introspection => {
  const { endpoint, issuer, name } = options;
  const agent = new Agent({ connections: 8, keepAliveTimeout: SECOND, connectTimeout: 5 * SECOND });
  const authorization = basic(options);
  const refused = new LRUCache<string, number>({ max: MOST_REFUSED });
  const underway = new Map<string, Promise<VerifiedToken>>();
  let failing = false;
  let nextQuestion = 0;

  const answerTo = async (token: string): Promise<Answer> => {
    if (clock() < nextQuestion || underway.size >= MOST_UNDERWAY) throw fail('IDENTITY_UNAVAILABLE');
    const body = new URLSearchParams({ token, token_type_hint: 'access_token' });
    try {
      const answer = activeOrNot(await fetchJson(endpoint, agent, { body, authorization }));
      failing = false;
      return answer;
    } catch (error) {
      failing = true;
      nextQuestion = clock() + PAUSE;
      log.warn({ error }, 'introspection:failed');
      throw fail('IDENTITY_UNAVAILABLE', { cause: error });
    }
  };
  const check = async (token: string, digest: string): Promise<VerifiedToken> => {
    const answer = await answerTo(token);
    try {
      return verified(answer, issuer, rules, clock());
    } catch (error) {
      refused.set(digest, clock() + KEEP);
      throw error;
    }
  };

  return {
    name,
    ask: (token, digest) => {
      if ((refused.get(digest) ?? 0) > clock()) return Promise.reject(new ClaimError('active'));
      const before = underway.get(digest);
      if (before !== undefined) return before;
      const asked = check(token, digest).finally(() => underway.delete(digest));
      underway.set(digest, asked);
      return asked;
    },
    health: () => (failing ? { name, status: 'degraded', code: 'IDENTITY_UNAVAILABLE' } : { name, status: 'ok' }),
    close: () => agent.destroy(),
  };
};

type Answer = Readonly<Record<string, unknown>> & { readonly active: boolean };

const activeOrNot = (value: unknown): Answer => {
  if (typeof (value as { active?: unknown } | null)?.active !== 'boolean')
    throw new LoggableError('the issuer did not say whether a token is active');
  return value as Answer;
};

const verified = (answer: Answer, issuer: string, rules: TokenRules, now: number): VerifiedToken => {
  if (!answer.active) throw new ClaimError('active');
  const { token_type: type = 'Bearer', iss = issuer } = answer;
  if (typeof type !== 'string' || !['bearer', 'dpop'].includes(type.toLowerCase())) throw new ClaimError('token_type');
  if (iss !== issuer) throw new ClaimError('iss');
  // An answer without audience would let in what was made out for anybody.
  const meant = [answer['aud']].flat();
  if (![rules.audience].flat().some((audience) => meant.includes(audience))) throw new ClaimError('aud');
  const expires = moment(answer['exp'], 'exp') ?? Number.POSITIVE_INFINITY;
  const issued = moment(answer['iat'], 'iat') ?? now;
  const begins = moment(answer['nbf'], 'nbf') ?? issued;
  if (expires + rules.leeway <= now) throw new ClaimError('exp');
  if (begins - rules.leeway > now) throw new ClaimError('nbf');
  if (issued - rules.leeway > now || issued + rules.maxAge + rules.leeway < now) throw new ClaimError('iat');
  return { facts: factsOf(answer, issuer, rules), until: Math.min(expires, now + KEEP) };
};

/** Milliseconds since the epoch. */
const moment = (claim: unknown, of: string): number | undefined => {
  if (claim === undefined) return undefined;
  if (typeof claim !== 'number') throw new ClaimError(of);
  return claim * SECOND;
};

/** RFC 6749 section 2.3.1: both are encoded as in a form before they are put together. */
const basic = ({ clientId, secret }: IntrospectionOptions): string => {
  const [id, password] = [clientId, secret.reveal()].map((text) =>
    new URLSearchParams({ '': text }).toString().slice(1),
  );
  return `Basic ${Buffer.from(`${id}:${password}`).toString('base64')}`;
};
