import { describe, expect, it } from '@jest/globals';
import { fail } from '../../platform/errors.ts';
import { createLog, type Log, LoggableError, silentLog } from '../../platform/log.ts';
import { Secret } from '../../platform/secret.ts';

const CANARY = 'c4n4ry';

/** A log and what it wrote, one object per line. */
const record = (level = 'debug'): { log: Log; lines: () => Record<string, unknown>[]; text: () => string } => {
  const written: string[] = [];
  const log = createLog(level, { write: (line: string) => void written.push(line) });
  return {
    log,
    text: () => written.join(''),
    lines: () => written.map((line) => JSON.parse(line) as Record<string, unknown>),
  };
};

describe('createLog', () => {
  it('writes one JSON object per line, with an event, a level by name and a time in UTC', () => {
    const { log, lines, text } = record();
    log.info({ count: 3 }, 'fetch:finished');
    expect(text()).toMatch(/^\{.*\}\n$/);
    expect(lines()).toEqual([
      { level: 'info', time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/), count: 3, msg: 'fetch:finished' },
    ]);
  });

  it('leaves out what is less severe than its level', () => {
    const { log, lines } = record('warn');
    log.debug({}, 'a:b');
    log.info({}, 'a:b');
    log.warn({}, 'a:b');
    log.error({}, 'a:b');
    expect(lines().map(({ level }) => level)).toEqual(['warn', 'error']);
  });

  it('gives a child the fields of its parent', () => {
    const { log, lines } = record();
    log.child({ requestId: 'r-1' }).info({ code: 'NOT_FOUND' }, 'request:failed');
    expect(lines()[0]).toMatchObject({ requestId: 'r-1', code: 'NOT_FOUND' });
  });

  it('writes nothing when silent', () => {
    expect(() => silentLog().error({ error: new Error(CANARY) }, 'a:b')).not.toThrow();
  });
});

describe('redaction of fields', () => {
  const KEYS = ['authorization', 'cookie', 'token', 'apiKey', 'password', 'secret', 'envelope', 'variables', 'body'];

  it.each([...KEYS, 'debug', 'arguments'])('removes %s, at the top and two levels down', (key) => {
    const { log, text } = record();
    const value = key === 'variables' || key === 'arguments' ? { name: CANARY } : CANARY;
    log.info({ [key]: value, headers: { [key]: value }, request: { headers: { [key]: value } } }, 'request:received');
    expect(text()).not.toContain(CANARY);
    expect(text()).toContain('[redacted]');
  });

  it('removes them from the fields of a child too', () => {
    const { log, text } = record();
    log.child({ token: CANARY, request: { authorization: CANARY } }).info({}, 'a:b');
    expect(text()).not.toContain(CANARY);
  });

  it('never shows a secret, whatever the field is called', () => {
    const { log, text } = record();
    log.info({ odoo: { key: new Secret(CANARY) }, list: [new Secret(CANARY)] }, 'a:b');
    expect(text()).not.toContain(CANARY);
  });
});

describe('errors in the log', () => {
  it('are told by class, code and place, never by message', () => {
    const { log, lines, text } = record();
    log.error({ error: new TypeError(`no patient ${CANARY}`) }, 'request:failed');
    expect(text()).not.toContain(CANARY);
    expect(lines()[0]?.['error']).toMatchObject({ type: 'TypeError', code: 'INTERNAL_SERVER_ERROR' });
    expect(JSON.stringify(lines()[0]?.['error'])).toContain('log.test.ts');
  });

  it('keep the message out even when it has lines that look like a place', () => {
    const { log, text } = record();
    log.error({ error: new Error(`first\n    ${CANARY}\nlast ${CANARY}`) }, 'a:b');
    expect(text()).not.toContain(CANARY);
  });

  it('tell their causes the same way, however deep', () => {
    const { log, lines, text } = record();
    const root = Object.assign(new Error(`connect ${CANARY}:8069`), { code: 'ECONNREFUSED', address: CANARY });
    const middle = new Error(`fetch of ${CANARY} failed`, { cause: root });
    log.error({ error: fail('SOR_UNAVAILABLE', { cause: middle }) }, 'request:failed');
    expect(text()).not.toContain(CANARY);
    expect(lines()[0]?.['error']).toMatchObject({
      type: 'GraphQLError',
      code: 'SOR_UNAVAILABLE',
      cause: { type: 'Error', cause: { type: 'Error', systemCode: 'ECONNREFUSED' } },
    });
  });

  it('do not show what was put on them', () => {
    const { log, text } = record();
    const error = Object.assign(new Error('x'), {
      response: { data: CANARY },
      debug: CANARY,
      errors: [new Error(CANARY)],
    });
    log.error({ error }, 'a:b');
    expect(text()).not.toContain(CANARY);
  });

  it('do not show a system code that is no name', () => {
    const { log, text } = record();
    log.error({ error: Object.assign(new Error('x'), { code: `code with ${CANARY}` }) }, 'a:b');
    expect(text()).not.toContain(CANARY);
  });

  it.each([[CANARY], [{ message: CANARY }], [[CANARY]], [undefined], [null]])('say only the type of %j', (thrown) => {
    const { log, lines, text } = record();
    log.error({ error: thrown }, 'a:b');
    expect(text()).not.toContain(CANARY);
    expect(lines()).toHaveLength(1);
  });

  it('that we wrote ourselves keep their message and facts', () => {
    const { log, lines } = record();
    log.error({ error: new LoggableError('A model is missing.', { model: 'purchase.order' }) }, 'odoo:mismatched');
    expect(lines()[0]?.['error']).toMatchObject({ message: 'A model is missing.', model: 'purchase.order' });
  });

  it('says where an error was thrown, without a stack or a path', () => {
    const { log, lines, text } = record();
    log.error({ error: fail('SOR_TIMEOUT', { cause: new TypeError('inner') }) }, 'a:b');
    const [line] = lines() as { error: { at: string; cause: { at: string } } }[];
    expect(line?.error.at).toMatch(/^[\w.-]+:\d+$/);
    expect(line?.error.cause.at).toMatch(/^log\.test\.ts:\d+$/);
    expect(text()).not.toMatch(/node_modules|[/\\]platform[/\\]|\n\s+at /);
  });
});
