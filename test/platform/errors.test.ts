import { describe, expect, it } from '@jest/globals';
import { GraphQLError } from 'graphql';
import { codeOf, ERRORS, type ErrorCode, fail, isErrorCode } from '../../platform/errors.ts';

const CODES = Object.keys(ERRORS).filter(isErrorCode);

describe('the error table', () => {
  it.each(CODES)('%s has one sentence, a known status, and a reason', (code) => {
    const { message, status, when, retryable, actor } = ERRORS[code];
    expect(message).toMatch(/^[A-Z][^\n]*\.$/);
    expect(when).toMatch(/\.$/);
    expect([200, 400, 401, 403, 404, 405, 409, 413, 415, 500, 502, 503, 504]).toContain(status);
    expect(typeof retryable).toBe('boolean');
    expect(actor).not.toBe('');
  });

  it.each(CODES)('%s says nothing that could hold a value', (code) => {
    expect(ERRORS[code].message).not.toMatch(/[${}%]|https?:/);
  });

  it('does not change', () => {
    expect(Object.isFrozen(ERRORS)).toBe(true);
    for (const code of CODES) expect(Object.isFrozen(ERRORS[code])).toBe(true);
  });

  it('lets a caller retry what is down, and nothing the caller has to change', () => {
    const retryable = CODES.filter((code) => ERRORS[code].retryable);
    const servers = CODES.filter((code) => [502, 503, 504].includes(ERRORS[code].status));
    expect(retryable).toEqual(expect.arrayContaining(servers));
    expect(CODES.filter((code) => ERRORS[code].status === 400 && ERRORS[code].retryable)).toEqual([]);
  });
});

describe('fail', () => {
  it.each(CODES)('makes %s with its sentence, its code, whether to retry, and nothing else', (code) => {
    const error = fail(code);
    expect(error).toBeInstanceOf(GraphQLError);
    expect(error.toJSON()).toEqual({
      message: ERRORS[code].message,
      extensions: { code, retryable: ERRORS[code].retryable },
    });
  });

  it('keeps the cause for the log and out of what is sent', () => {
    const cause = new Error('canary: 10.0.0.7 refused patient 4711');
    const error = fail('SOR_UNAVAILABLE', { cause });
    expect(error.originalError).toBe(cause);
    expect(JSON.stringify(error)).not.toContain('canary');
    expect(error.message).toBe(ERRORS.SOR_UNAVAILABLE.message);
  });

  it('takes a sentence of ours in place of the table’s', () => {
    expect(fail('BAD_USER_INPUT', { message: 'first is at most 100.' }).message).toBe('first is at most 100.');
  });
});

describe('codeOf', () => {
  it.each<[string, unknown, ErrorCode]>([
    ['an error of ours', fail('CONFLICT'), 'CONFLICT'],
    ['a plain object with a code of ours', { extensions: { code: 'NOT_FOUND' } }, 'NOT_FOUND'],
    ['a code nobody knows', { extensions: { code: 'PG_23505' } }, 'INTERNAL_SERVER_ERROR'],
    ['a code that is a member of every object', { extensions: { code: 'constructor' } }, 'INTERNAL_SERVER_ERROR'],
    ['an error of someone else', new TypeError('x'), 'INTERNAL_SERVER_ERROR'],
    ['nothing', undefined, 'INTERNAL_SERVER_ERROR'],
    ['null', null, 'INTERNAL_SERVER_ERROR'],
    ['a string', 'CONFLICT', 'INTERNAL_SERVER_ERROR'],
  ])('of %s', (_, error, code) => {
    expect(codeOf(error)).toBe(code);
  });
});
