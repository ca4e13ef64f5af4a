import { type DestinationStream, pino, stdSerializers } from 'pino';
import { codeOf } from './errors.ts';

/** The structured log. Events are `noun:verb`; fields never hold values of the graph, only names, counts and codes. */
export interface Log {
  debug(fields: object, event: string): void;
  info(fields: object, event: string): void;
  warn(fields: object, event: string): void;
  error(fields: object, event: string): void;
  child(fields: object): Log;
  /** Whether lines of that severity are written. */
  isLevelEnabled(level: string): boolean;
}

/** Keys whose values are removed wherever a line carries them, one level deep or two. */
const REDACTED = [
  'authorization',
  'cookie',
  'token',
  'apiKey',
  'api_key',
  'password',
  'secret',
  'envelope',
  'variables',
  'body',
  'debug',
  'arguments',
];

/** Makes a log that writes JSON lines to standard error, or to `destination` in a test. */
export const createLog = (level: string, destination?: DestinationStream): Log =>
  pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: REDACTED.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]), censor: '[redacted]' },
      // `err` is where pino puts an error it is given bare, with its message and its stack.
      serializers: { error: describeError, err: describeError },
    },
    destination ?? pino.destination({ dest: 2, sync: true }),
  );

/** A log that keeps nothing. */
export const silentLog = (): Log => createLog('silent');

/**
 * What a log may say of an error: its class, our code, and the line it was thrown at. Messages of errors we did not write
 * may quote an upstream body, an address or a person, so they stay out unless the error says it is safe.
 */
const describeError = (error: unknown): object => {
  if (!(error instanceof Error)) return { type: typeof error };
  const { type, stack } = stdSerializers.err(error);
  const cause = error.cause ?? (error as { originalError?: unknown }).originalError;
  const systemCode = (error as NodeJS.ErrnoException).code;
  return {
    type,
    code: codeOf(error),
    ...(typeof systemCode === 'string' && /^[A-Z0-9_]{1,40}$/.test(systemCode) ? { systemCode } : {}),
    ...(error instanceof LoggableError ? { message: error.message, ...error.facts } : {}),
    at: origin(stack),
    ...(cause === undefined || cause === error ? {} : { cause: describeError(cause) }),
  };
};

/** Where it was thrown, as `file.ts:12`: enough to find it, and no stack, no path and no message, which the stack repeats. */
const origin = (stack: string | undefined): string | undefined => {
  const frame = (stack ?? '').split('\n').find((line) => /^\s+at /.test(line));
  return /([\w.-]+:\d+):\d+\)?$/.exec(frame ?? '')?.[1];
};

/** An error whose message and facts were written by us and hold no personal or secret data: a log may print them. */
export class LoggableError extends Error {
  readonly facts: Readonly<Record<string, string | number | boolean | null>>;

  constructor(message: string, facts: Readonly<Record<string, string | number | boolean | null>> = {}) {
    super(message);
    this.name = 'LoggableError';
    this.facts = facts;
  }
}
