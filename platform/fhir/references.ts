import { isFhirId } from './query.ts';

/** The id in a reference to one type, or null: to another type, to another server, contained, or none at all. */
export const localReference = (reference: unknown, type: string, address: string): string | null => {
  const text = (reference as { reference?: unknown } | null | undefined)?.reference;
  if (typeof text !== 'string') return null;
  const relative = text.startsWith(`${address}/`) ? text.slice(address.length + 1) : text;
  const [found, id, history, version, ...rest] = relative.split('/');
  const isPlain = history === undefined || (history === '_history' && version !== undefined && rest.length === 0);
  return found === type && isFhirId(id) && isPlain ? id : null;
};

/** The objects at an element, whether it repeats or not. */
export const objectsAt = (resource: unknown, element: string): readonly Readonly<Record<string, unknown>>[] => {
  const value = (resource as Record<string, unknown> | null | undefined)?.[element];
  const all: readonly unknown[] = Array.isArray(value) ? value : value === undefined ? [] : [value];
  return all.filter(
    (each): each is Record<string, unknown> => each !== null && typeof each === 'object' && !Array.isArray(each),
  );
};

/** The value of the first identifier of a system. */
export const identifierOf = (resource: unknown, system: string): string | null =>
  identifiersIn(resource, system)[0] ?? null;

/** The values of the identifiers of a system, of a resource or of a reference. */
export const identifiersIn = (holder: unknown, system: string): readonly string[] =>
  objectsAt(holder, 'identifier').flatMap((each) =>
    each['system'] === system && typeof each['value'] === 'string' ? [each['value']] : [],
  );
