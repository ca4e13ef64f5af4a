import { valueAt } from '../../platform/scim/paths.ts';

/** A filter as the grammar of RFC 7644 has it. */
export type Expression =
  | { readonly op: 'and' | 'or'; readonly parts: readonly Expression[] }
  | { readonly op: 'not'; readonly part: Expression }
  | { readonly op: 'pr'; readonly path: string }
  | { readonly op: string; readonly path: string; readonly value: unknown };

type Resource = Readonly<Record<string, unknown>>;

const TOKEN = /^(?:(\()|(\))|("(?:[^"\\]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|([^\s()"]+))/;

/** Splits at single spaces only: what is not exactly in the grammar is refused. */
const tokensOf = (text: string): string[] => {
  const tokens: string[] = [];
  for (let rest = text; rest !== ''; ) {
    const [token] = TOKEN.exec(rest) ?? [];
    if (token === undefined) throw new SyntaxError('not a token');
    tokens.push(token);
    rest = rest.slice(token.length);
    if (rest.startsWith(' ')) rest = rest.slice(1);
    else if (rest !== '' && token !== '(' && !rest.startsWith(')')) throw new SyntaxError('not apart');
  }
  return tokens;
};

const COMPARISONS = new Set(['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le']);

/** @throws SyntaxError */
export const parseFilter = (text: string): Expression => {
  const tokens = tokensOf(text);
  const take = (): string => {
    const token = tokens.shift();
    if (token === undefined) throw new SyntaxError('ends early');
    return token;
  };
  const close = (inner: Expression): Expression => {
    if (take() !== ')') throw new SyntaxError('not closed');
    return inner;
  };
  const chain = (op: 'and' | 'or', next: () => Expression): Expression => {
    const parts = [next()];
    while (tokens[0] === op) {
      take();
      parts.push(next());
    }
    const [only] = parts;
    return parts.length === 1 && only !== undefined ? only : { op, parts };
  };
  const atom = (): Expression => {
    const token = take();
    if (token === '(') return close(any());
    if (token === 'not') {
      if (take() !== '(') throw new SyntaxError('not what');
      return { op: 'not', part: close(any()) };
    }
    const op = take();
    if (op === 'pr') return { op, path: token };
    if (!COMPARISONS.has(op) || !/^[\w$:.-]+$/.test(token)) throw new SyntaxError('not a comparison');
    return { op, path: token, value: JSON.parse(take()) as unknown };
  };
  const any = (): Expression => chain('or', () => chain('and', atom));
  const parsed = any();
  if (tokens.length > 0) throw new SyntaxError('goes on');
  return parsed;
};

/** Operators that a filter uses, at any depth. */
export const operatorsOf = (filter: Expression): readonly string[] => {
  if ('parts' in filter) return [filter.op, ...filter.parts.flatMap(operatorsOf)];
  return 'part' in filter ? [filter.op, ...operatorsOf(filter.part)] : [filter.op];
};

export const matches = (filter: Expression, resource: Resource): boolean => {
  if ('parts' in filter) {
    const test = (part: Expression) => matches(part, resource);
    return filter.op === 'and' ? filter.parts.every(test) : filter.parts.some(test);
  }
  if ('part' in filter) return !matches(filter.part, resource);
  const have = valueAt(resource, filter.path);
  if (!('value' in filter)) return have !== null;
  const [left, right] = [have as string, filter.value as string];
  if (typeof left !== typeof right) return filter.op === 'ne';
  switch (filter.op) {
    case 'eq':
      return left === right;
    case 'ne':
      return left !== right;
    case 'co':
      return left.includes(right);
    case 'sw':
      return left.startsWith(right);
    case 'ew':
      return left.endsWith(right);
    case 'gt':
      return left > right;
    case 'ge':
      return left >= right;
    case 'lt':
      return left < right;
    default:
      return left <= right;
  }
};
