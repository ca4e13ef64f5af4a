import { GraphQLScalarType, Kind, type ValueNode } from 'graphql';
import { fail } from '../platform/errors.ts';

const DATE = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;
const INSTANT =
  /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/;
const DECIMAL = /^-?(0|[1-9]\d{0,14})(\.\d{1,6})?$/;

/** A scalar that travels as text of one form. Values going out are ours and were made in that form. */
const textScalar = (name: string, isValid: (text: string) => boolean, example: string): GraphQLScalarType => {
  const check = (value: unknown): string => {
    if (typeof value === 'string' && isValid(value)) return value;
    throw fail('BAD_USER_INPUT', { message: `A ${name} is written like "${example}".` });
  };
  return new GraphQLScalarType({
    name,
    serialize: (value) => value,
    parseValue: check,
    parseLiteral: (node: ValueNode) => check(node.kind === Kind.STRING ? node.value : undefined),
  });
};

/** A day that exists: the 30th of February does not. */
const isDay = (text: string): boolean =>
  DATE.test(text) && new Date(`${text}T00:00:00Z`).toISOString().startsWith(text);

const isInstant = (text: string): boolean => INSTANT.test(text) && isDay(text.slice(0, 10));

/** The scalars of `common.graphql`. */
export const scalars = Object.freeze({
  Date: textScalar('Date', isDay, '2026-11-21'),
  DateTime: textScalar('DateTime', isInstant, '2026-11-21T08:30:00Z'),
  Decimal: textScalar('Decimal', (text) => DECIMAL.test(text), '1184.50'),
});
