import { describe, expect, it } from '@jest/globals';
import { MINUTE, SECOND } from '../../../platform/time.ts';
import { type FakeIssuer, startIssuer, type Trouble } from '../../fakes/issuer.ts';
import { stock } from '../hospital.ts';
import { startGraph } from '../start-graph.ts';
import { PATIENT } from './issuers-under-clock.ts';

/** Two hundred a second, whether those before have been answered or not. */
const PACE = 5;

/** The tokens that are sent, each kind in turn; the name of a kind is what is expected of it. */
type Tokens = Readonly<Record<string, () => Promise<string>>>;

/** A gateway under steady load, and under a clock that stands still until it is moved. */
const underLoad = async (issuer: FakeIssuer, tokens: Tokens) => {
  let time = Date.now();
  const options = { issuer: { issuer: issuer.issuer, jwksUri: issuer.jwksUri }, clock: () => time };
  const graph = await startGraph({ local: { stock }, server: PATIENT, options });
  const sent = new Set<Promise<void>>();
  const answered = new Map<string, number[]>();
  let turn = 0;
  const send = async (kind: string, mint: () => Promise<string>): Promise<void> => {
    const headers = { authorization: `Bearer ${await mint()}` };
    const { status } = await graph.ask('{ supplier { name } }', { headers });
    answered.get(kind)?.push(status);
  };
  const timer = setInterval(() => {
    const kinds = Object.entries(tokens);
    const [kind, mint] = kinds[turn++ % kinds.length] ?? [];
    if (kind === undefined || mint === undefined) return;
    const one = send(kind, mint).finally(() => sent.delete(one));
    sent.add(one);
  }, PACE);
  return {
    graph,
    pass: (duration: number) => {
      time += duration;
    },
    /** Resolves when so many more of each kind have been answered, and says what they were answered with. */
    more: async (count: number): Promise<ReadonlyMap<string, ReadonlySet<number>>> => {
      await Promise.all(sent);
      for (const kind of Object.keys(tokens)) answered.set(kind, []);
      while ([...answered.values()].some(({ length }) => length < count)) await new Promise(setImmediate);
      return new Map([...answered].map(([kind, statuses]) => [kind, new Set(statuses)]));
    },
    /** Resolves when the keys have been asked for that often. */
    fetched: async (times: number) => {
      while (issuer.fetches() < times) await new Promise(setImmediate);
    },
    [Symbol.asyncDispose]: async () => {
      clearInterval(timer);
      await Promise.all(sent);
      await graph[Symbol.asyncDispose]();
    },
  };
};

const only = (status: number) => new Set([status]);

describe('under two hundred requests a second', () => {
  it('a new key is good at once, and the old one until it is withdrawn', async () => {
    await using issuer = await startIssuer();
    const signedBefore = await issuer.mint();
    await using load = await underLoad(issuer, {
      'signed before': () => Promise.resolve(signedBefore),
      'signed now': () => issuer.mint(),
      forged: () => issuer.mint({ header: { kid: 'key-1000' } }),
    });
    const all = new Map([
      ['signed before', only(200)],
      ['signed now', only(200)],
      ['forged', only(401)],
    ]);
    expect(await load.more(20)).toEqual(all);
    expect(issuer.fetches()).toBe(1);

    // Signed by the new key before the gateway has heard of it; and the first to come need not be one of those.
    await issuer.rotate('kept');
    load.pass(31 * SECOND);
    expect(await load.more(40)).toEqual(all);
    expect(issuer.fetches()).toBe(2);

    await issuer.rotate('kept');
    load.pass(31 * SECOND);
    expect(await load.more(40)).toEqual(all);
    expect(issuer.fetches()).toBe(3);

    await issuer.rotate();
    load.pass(31 * SECOND);
    await load.fetched(4);
    await load.more(20);
    expect(await load.more(20)).toEqual(new Map([...all, ['signed before', only(401)]]));
    expect(issuer.fetches()).toBe(4);
  });

  it('an issuer that fails takes nothing from those whose keys are known, in whatever way it fails', async () => {
    await using issuer = await startIssuer();
    const signedBefore = await issuer.mint();
    await using load = await underLoad(issuer, {
      'signed before': () => Promise.resolve(signedBefore),
      'signed now': () => issuer.mint(),
    });
    const all = new Map([
      ['signed before', only(200)],
      ['signed now', only(200)],
    ]);
    expect(await load.more(40)).toEqual(all);
    const troubles: readonly Trouble[] = [500, 'empty', 'garbage', 'huge', 'redirect', 'hang'];
    for (const [index, trouble] of troubles.entries()) {
      issuer.misbehave(trouble);
      load.pass(11 * MINUTE);
      await load.fetched(index + 2);
      expect(await load.more(30)).toEqual(all);
      expect(issuer.fetches()).toBe(index + 2);
    }
    const ready = await fetch(`${load.graph.url}/readyz`);
    expect([ready.status, await ready.json()]).toMatchObject([
      200,
      { dependencies: [{ name: 'issuer', status: 'degraded' }] },
    ]);
  });

  it('a token of a key nobody has heard of is neither good nor bad while the issuer is down', async () => {
    await using issuer = await startIssuer();
    const known = await issuer.mint();
    await using load = await underLoad(issuer, {
      known: () => Promise.resolve(known),
      unheard: () => issuer.mint(),
    });
    await load.more(20);
    await issuer.rotate('kept');
    issuer.misbehave(500);
    load.pass(31 * SECOND);
    await load.fetched(2);
    await load.more(20);
    expect(await load.more(20)).toEqual(
      new Map([
        ['known', only(200)],
        ['unheard', only(503)],
      ]),
    );
    expect(issuer.fetches()).toBe(2);
    issuer.misbehave(undefined);
    load.pass(31 * SECOND);
    await load.fetched(3);
    await load.more(20);
    expect(await load.more(20)).toEqual(
      new Map([
        ['known', only(200)],
        ['unheard', only(200)],
      ]),
    );
    expect(issuer.fetches()).toBe(3);
  });
});
