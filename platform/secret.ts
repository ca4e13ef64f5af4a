import { inspect } from 'node:util';

const HIDDEN = '[secret]';

/** A value that can be used but not printed: JSON, templates, `console.log` and `util.inspect` all show `[secret]`. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself. Call it where the wire is written, and nowhere else. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return HIDDEN;
  }

  toJSON(): string {
    return HIDDEN;
  }

  [inspect.custom](): string {
    return HIDDEN;
  }
}
