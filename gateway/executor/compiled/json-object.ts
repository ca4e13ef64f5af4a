/** An object of an answer, before anybody has looked at what is in it. */
export type JsonObject = Record<string, unknown>;

export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Names that an object has without having been given them: `constructor`, `__proto__`, `toString`. */
export const isInherited = (key: string): boolean => key in Object.prototype;

/** What the object itself holds under a key, whatever the key. */
export const own = (object: JsonObject, key: string): unknown => (Object.hasOwn(object, key) ? object[key] : undefined);

/** Reads one key; only names that could be inherited pay for the look at who owns them. */
export const readerOf = (key: string): ((object: JsonObject) => unknown) =>
  isInherited(key) ? (object) => own(object, key) : (object) => object[key];

/** Writes a key of the object's own: assigning to an inherited `__proto__` would set the prototype instead. */
export const write = (object: JsonObject, key: string, value: unknown): void => {
  if (key !== '__proto__') object[key] = value;
  else Object.defineProperty(object, key, { value, configurable: true, enumerable: true, writable: true });
};
