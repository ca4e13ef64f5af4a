import { readFileSync } from 'node:fs';

/** One request to a real Odoo and what it answered. */
export interface Exchange {
  readonly name: string;
  readonly note?: string;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: unknown;
  };
  readonly response: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: unknown;
  };
}

export const recorded = (file: string): readonly Exchange[] => {
  const url = new URL(`../../fixtures/odoo/recorded/${file}.json`, import.meta.url);
  return (JSON.parse(readFileSync(url, 'utf8')) as { readonly exchanges: readonly Exchange[] }).exchanges;
};

/**
 * The shape of an answer: its keys and JSON types, whatever its values.
 *
 * Tracebacks are a text each. A list of records keeps the shape of every record, so that one that lacks a key is seen; a
 * list of numbers or texts is that, however long.
 */
export const shapeOf = (value: unknown): unknown => {
  if (value === null) return 'null';
  if (Array.isArray(value)) {
    if (value.length === 0) return 'empty list';
    const shapes = value.map(shapeOf);
    return shapes.every((shape) => shape === shapes[0]) && typeof shapes[0] === 'string'
      ? `list of ${shapes[0]}`
      : shapes;
  }
  if (typeof value !== 'object') return typeof value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => [key, shapeOf(each)]),
  );
};
