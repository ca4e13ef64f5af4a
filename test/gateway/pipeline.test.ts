import { describe, expect, it } from '@jest/globals';
import { formatError } from '../../gateway/format-error.ts';
import { PIPELINE } from '../../gateway/pipeline.ts';
import { stock } from './hospital.ts';
import { codes, LINK, startGraph } from './start-graph.ts';

describe('the pipeline', () => {
  it('has its steps in this order', () => {
    expect(PIPELINE.map(({ name }) => name)).toEqual([
      'authenticate',
      'readRequest',
      'admitDocument',
      'authorize',
      'writeDown',
      'plan',
      'execute',
      'respond',
    ]);
  });

  it('says nothing of a failure of ours', async () => {
    const executePlan = () => Promise.reject(new Error('secret reason'));
    await using graph = await startGraph({ local: { stock }, options: { executePlan } });
    const answer = await graph.ask('{ supplier { name } }');
    expect([answer.status, codes(answer)]).toEqual([500, ['INTERNAL_SERVER_ERROR']]);
    expect(answer.body.errors?.[0]?.message).toBe('Something went wrong on our side.');
    expect(answer.text).not.toMatch(/secret|stack/);
  });

  it('takes no subscriptions', async () => {
    const live = {
      sdl: `${LINK} type Query { a: Int } type Subscription { b: Int }`,
      resolvers: {},
    };
    await using graph = await startGraph({ local: { live } });
    const answer = await graph.ask('subscription { b }');
    expect([answer.status, codes(answer)]).toEqual([400, ['BAD_REQUEST']]);
    expect(answer.body.errors?.[0]?.message).toBe('Subscriptions are not served.');
    expect(graph.local('live').calls).toEqual([]);
  });

  it('plans an operation once for callers who may run the same of it', async () => {
    const plans: unknown[] = [];
    await using graph = await startGraph({
      local: { stock },
      options: {
        executePlan: ({ plan }) => {
          plans.push(plan);
          return Promise.resolve({ data: 'null', errors: [] });
        },
      },
    });
    for (const scopes of [['audit'], ['audit', 'unrelated'], ['stock:read', 'finance:read'], []])
      await graph.ask('{ items { id cost } }', { scopes });
    expect(plans).toHaveLength(4);
    expect(new Set(plans).size).toBe(2);
  });
});

describe('formatError', () => {
  it('lets out message, place and three extensions', () => {
    const formatted = {
      message: 'Not found.',
      path: ['a', 0],
      locations: [{ line: 1, column: 2 }],
      extensions: { code: 'NOT_FOUND', retryable: true, stacktrace: ['at x'], exception: { sql: 'select' } },
    };
    expect(formatError(formatted, undefined, 'r-1')).toEqual({
      message: 'Not found.',
      path: ['a', 0],
      locations: [{ line: 1, column: 2 }],
      extensions: { code: 'NOT_FOUND', retryable: false, requestId: 'r-1' },
    });
  });

  it.each(['SQLITE_BUSY', 'toString', undefined, 7, 'INTERNAL_SERVER_ERROR'])('hides an error of code %s', (code) => {
    const formatted = formatError({ message: 'secret', extensions: { code } }, new Error('secret'), undefined);
    expect(formatted).toEqual({
      message: 'Something went wrong on our side.',
      extensions: { code: 'INTERNAL_SERVER_ERROR', retryable: false },
    });
  });

  it('takes proposals of schema names away', () => {
    const message = 'Cannot query field "salery" on type "Employee". Did you mean "salary" or "salaries"?';
    const formatted = formatError({ message, extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }, undefined, undefined);
    expect(formatted.message).toBe('Cannot query field "salery" on type "Employee".');
  });
});
