import { createHmac } from 'node:crypto';
import { MINUTE } from '../../platform/time.ts';

/** Nonces that every gateway with the same key knows for its own, without any of them being kept. */
export interface Nonces {
  current(): string;
  /** `previous`: it is time for another; `undefined`: none of ours, or too old. */
  ageOf(nonce: unknown): 'current' | 'previous' | undefined;
}

/** A nonce is good for one span and the next. */
const SPAN = 5 * MINUTE;
/** 128 bits, and a little. */
const LENGTH = 22;

export const createNonces = (key: Buffer, clock: () => number = Date.now): Nonces => {
  const ofSpan = (span: number): string =>
    createHmac('sha256', key).update(`${span}`).digest('base64url').slice(0, LENGTH);
  const span = (): number => Math.floor(clock() / SPAN);
  return {
    current: () => ofSpan(span()),
    ageOf: (nonce) => {
      if (nonce === ofSpan(span())) return 'current';
      return nonce === ofSpan(span() - 1) ? 'previous' : undefined;
    },
  };
};
