/**
 * Ids of the canonical graph: opaque, stable, and typed, so that an id of one type is never taken for another.
 *
 * They are not secrets and grant nothing: what a caller may see is decided where the record is read.
 */
export const encodeId = (type: string, local: string | number): string =>
  Buffer.from(`${type}:${local}`).toString('base64url');

/** The owner's local id, or null for whatever is not an id of this type: a foreign id is a missing record, not an error. */
export const decodeId = (type: string, id: unknown): string | null => {
  if (typeof id !== 'string' || id.length > 128) return null;
  const text = Buffer.from(id, 'base64url').toString('utf8');
  // Re-encoding rejects the many other spellings that base64 decoders forgive; an id has one.
  if (!text.startsWith(`${type}:`) || encodeText(text) !== id) return null;
  return text.slice(type.length + 1);
};

const encodeText = (text: string): string => Buffer.from(text).toString('base64url');
