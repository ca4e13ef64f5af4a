import { createAuthenticator } from '../../../gateway/identity/authenticator.ts';
import { type IssuerOptions, type Issuers, openIssuers } from '../../../gateway/identity/issuers.ts';
import { loadConfig } from '../../../platform/config.ts';
import { silentLog } from '../../../platform/log.ts';
import { SECOND } from '../../../platform/time.ts';
import { registeredClients } from '../../../policies/clients.ts';
import type { FakeIssuer } from '../../fakes/issuer.ts';

/** For tests of what is answered, and not of when: a plan is made slowly on a machine that has much to do. */
export const PATIENT = { deadline: 20 * SECOND };

/** The rules that hold where nothing is configured. */
export const RULES = loadConfig({}).identity;

export const CLIENTS = registeredClients(loadConfig({}));

const identifyBy = (issuers: Issuers, clock: () => number) =>
  createAuthenticator(issuers, () => CLIENTS, clock).identify;

/** Who identifies callers by these very keys, at the time of day. */
export const fixed = (issuer: FakeIssuer, keys = issuer.keySet()) => {
  const issuers = openIssuers([{ issuer: issuer.issuer, keys }], RULES, silentLog());
  return { identify: identifyBy(issuers, Date.now) };
};

/** Issuers, and who identifies callers by them, under a clock that stands still until it is moved. */
export const withClock = (...options: readonly IssuerOptions[]) => {
  let time = Date.now();
  const clock = () => time;
  const issuers = openIssuers(options, RULES, silentLog(), clock);
  return {
    issuers,
    identify: identifyBy(issuers, clock),
    pass: (duration: number) => {
      time += duration;
    },
    /** Waits until the keys have been fetched that often, and what was fetched is in use. */
    fetched: async (own: FakeIssuer, times: number) => {
      const isUsed = () => issuers.health().every(({ check }) => (check() as { status: string }).status === 'ok');
      while (own.fetches() < times || !isUsed()) await new Promise(setImmediate);
      for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setTimeout(resolve, 1));
    },
    [Symbol.asyncDispose]: () => issuers.close(),
  };
};
