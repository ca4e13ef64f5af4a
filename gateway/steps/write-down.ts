import { recordIntent } from '../audit/record-request.ts';
import type { Step } from '../pipeline.ts';
import { refuse } from '../refusal.ts';

/** Lets nothing begin that the audit trail could not take: a write that has happened is not undone by a refusal. */
export const writeDown: Step = (exchange, next) => {
  try {
    recordIntent(exchange);
  } catch (cause) {
    throw refuse('AUDIT_UNAVAILABLE', { cause });
  }
  return next();
};
