import type { ScimResource } from './types.ts';

/** An attribute and the schema it is of; the schema of the resource itself when none is named. */
export interface AttributePath {
  readonly schema: string | null;
  readonly names: readonly string[];
}

/** Takes `urn:…:2.0:User:manager.value` apart: the last colon ends the schema (RFC 7644, section 3.10). */
export const parsePath = (path: string): AttributePath => {
  const colon = path.lastIndexOf(':');
  return { schema: colon < 0 ? null : path.slice(0, colon), names: path.slice(colon + 1).split('.') };
};

/** The value at a path, or null. Of several values, the primary one, else the first. */
export const valueAt = (resource: ScimResource, path: string): unknown => {
  const { schema, names } = parsePath(path);
  let at: unknown = schema === null ? resource : own(resource, schema);
  for (const name of names) at = own(single(at), name);
  return single(at) ?? null;
};

const single = (value: unknown): unknown => {
  if (!Array.isArray(value)) return value;
  return value.find((one: unknown) => own(one, 'primary') === true) ?? value[0];
};

/** Names of attributes are the same in any case (RFC 7643, section 2.1). */
const own = (value: unknown, name: string): unknown => {
  if (value === null || typeof value !== 'object') return undefined;
  const holder = value as Readonly<Record<string, unknown>>;
  if (Object.hasOwn(holder, name)) return holder[name];
  const wanted = name.toLowerCase();
  const key = Object.keys(holder).find((each) => each.toLowerCase() === wanted);
  return key === undefined ? undefined : holder[key];
};
