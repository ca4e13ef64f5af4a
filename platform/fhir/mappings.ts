import { encodeId } from '../ids.ts';
import type { Reference } from '../record.ts';
import type { FhirEnvironment, FhirField, FhirLink } from './entity.ts';
import { identifierOf, objectsAt } from './references.ts';
import type { Stored } from './types.ts';

/** How the codes of one source become a canonical enum. The version changes with every change of the table. */
export interface CodeMapping {
  readonly name: string;
  readonly version: number;
  readonly values: Readonly<Record<string, string>>;
}

export const codeMapping = <const M extends CodeMapping>(mapping: M): M => mapping;

/** A primitive of any kind, where the resource has it. */
export const plain = (element: string): FhirField => ({
  elements: [element],
  read: (resource) => primitive(resource[element]),
});

/** An instant with a zone, answered in UTC. What is none is null, and a finding. */
export const instant = (type: string, field: string, element: string): FhirField => ({
  elements: [element],
  read: (resource, { found }) => {
    const value = resource[element];
    if (value === undefined || value === null) return null;
    const utc = toUtc(value);
    if (utc === null) found({ kind: 'malformed', type, field });
    return utc;
  },
});

/** A whole day. A date of less precision is null, and a finding. */
export const day = (type: string, field: string, element: string): FhirField => ({
  elements: [element],
  read: (resource, { found }) => {
    const value = resource[element];
    if (value === undefined || value === null) return null;
    if (typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value)) return value;
    found({ kind: 'malformed', type, field });
    return null;
  },
});

/** The day of a moment, which may be written as a day or as an instant; in the zone that it is written in. */
export const dayOfMoment = (type: string, field: string, element: string): FhirField => ({
  elements: [element],
  read: (resource, { found }) => {
    const value = resource[element];
    if (value === undefined || value === null) return null;
    const written = dayIn(value);
    if (written === null) found({ kind: 'malformed', type, field });
    return written;
  },
});

/** A code by its mapping. What the table lacks is `UNMAPPED`, and a finding: never a crash, never a silent null. */
export const choice = (type: string, field: string, element: string, mapping: CodeMapping): FhirField => ({
  elements: [element],
  mapping: { name: mapping.name, version: mapping.version, words: mapping.values },
  read: (resource, { found }) => {
    const value = resource[element];
    if (value === undefined || value === null) return null;
    if (typeof value === 'string' && Object.hasOwn(mapping.values, value)) return mapping.values[value];
    found({ kind: 'unmapped', type, field, mapping: { name: mapping.name, version: mapping.version } });
    return 'UNMAPPED';
  },
});

/** The identifier of one system. */
export const identifier = (system: string): FhirField => ({
  elements: ['identifier'],
  read: (resource) => identifierOf(resource, system),
});

/** Every identifier that has a value. */
export const identifiers = (): FhirField => ({
  elements: ['identifier'],
  read: (resource) =>
    objectsAt(resource, 'identifier').flatMap(({ system, value }) =>
      typeof value === 'string' ? [{ system: typeof system === 'string' ? system : null, value }] : [],
    ),
});

/** A reference to a canonical type: the first that a link finds. */
export const linked = (type: string, link: FhirLink): FhirField => ({
  elements: link.elements,
  read: (resource, env) => {
    const [id] = link.targets(resource, env);
    return id === undefined ? null : toReference(type, id);
  },
});

/** What a link by number finds first, by the canonical field that the number is. */
export const linkedByNumber = (type: string, field: string, link: FhirLink): FhirField => ({
  elements: link.elements,
  read: (resource, env) => {
    const [number] = link.targets(resource, env);
    return number === undefined ? null : { __typename: type, [field]: number };
  },
});

/** The facility whose Organization or site Location a link finds. */
export const facility = (link: FhirLink): FhirField => ({
  elements: link.elements,
  read: (resource, env) => {
    const known = link.targets(resource, env).flatMap((id) => env.directory.at(link.to, id) ?? []);
    return known[0]?.record ?? null;
  },
});

/** Parts of a name: the official one if there is one, else the first. */
export const humanName = (part: 'text' | 'given' | 'family'): FhirField => ({
  elements: ['name'],
  read: (resource) => {
    const names = objectsAt(resource, 'name').filter(({ use }) => use !== 'old');
    const name = names.find(({ use }) => use === 'official') ?? names[0];
    if (name === undefined) return null;
    const given = texts(name['given']).join(' ') || null;
    const family = primitive(name['family']);
    if (part === 'given') return given;
    if (part === 'family') return family;
    return primitive(name['text']) ?? ([given, family].filter((each) => each !== null).join(' ') || null);
  },
});

/** The first phone number or mail address that is not an old one. */
export const telecom = (system: 'phone' | 'email'): FhirField => ({
  elements: ['telecom'],
  read: (resource) =>
    primitive(
      objectsAt(resource, 'telecom').find((each) => each['system'] === system && each['use'] !== 'old')?.['value'],
    ),
});

/** A part of the first address that is not an old one. */
export const address = (part: 'line' | 'city' | 'postalCode' | 'country'): FhirField => ({
  elements: ['address'],
  read: (resource) => {
    const found = objectsAt(resource, 'address').find(({ use }) => use !== 'old');
    return part === 'line' ? texts(found?.['line']).join(', ') || null : primitive(found?.[part]);
  },
});

/** The code of one system in an element that is a concept, or a list of them. */
export const codeIn = (element: string, system: string): FhirField => ({
  elements: [element],
  read: (resource) => {
    const codings = objectsAt(resource, element).flatMap((concept) => objectsAt(concept, 'coding'));
    return primitive(codings.find((coding) => coding['system'] === system)?.['code']);
  },
});

/** The first code of an element, whatever its system. */
export const anyCode = (element: string): FhirField => ({
  elements: [element],
  read: (resource) => {
    const codings = objectsAt(resource, element).flatMap((concept) => objectsAt(concept, 'coding'));
    return primitive(codings.find(({ code }) => typeof code === 'string')?.['code']);
  },
});

/** What people read for the code of one system; null where the concept has none of it. */
export const labelIn = (element: string, system: string): FhirField => ({
  elements: [element],
  read: (resource) => {
    for (const concept of objectsAt(resource, element)) {
      const coding = objectsAt(concept, 'coding').find((each) => each['system'] === system);
      if (coding !== undefined) return primitive(coding['display']) ?? primitive(concept['text']);
    }
    return null;
  },
});

/** What people read for the first concept of an element. */
export const labelOf = (element: string): FhirField => ({
  elements: [element],
  read: (resource) => {
    const [concept] = objectsAt(resource, element);
    return primitive(concept?.['text']) ?? primitive(objectsAt(concept, 'coding')[0]?.['display']);
  },
});

/** Whatever a connector makes of some elements. */
export const derived = (
  elements: readonly string[],
  read: (resource: Stored, env: FhirEnvironment) => unknown,
): FhirField => ({ elements, read });

export const toReference = (type: string, id: string): Reference => ({ __typename: type, id: encodeId(type, id) });

/** The day on which a period starts or ends; null where that is open, or less is known than a day. */
export const periodEnd = (period: unknown, end: 'start' | 'end'): string | null =>
  dayIn((period as Partial<Record<typeof end, unknown>> | undefined)?.[end]);

/** `2026-11-01T09:00:00+01:00` → `2026-11-01`; null for what is less than a day. */
export const dayIn = (value: unknown): string | null =>
  typeof value === 'string' && /^\d{4}-\d{2}-\d{2}(T|$)/.test(value) ? value.slice(0, 10) : null;

/** `2026-11-01T09:00:00+01:00` → `2026-11-01T08:00:00Z`; null for what is no instant. */
export const toUtc = (value: unknown): string | null => {
  if (typeof value !== 'string' || !INSTANT.test(value)) return null;
  const time = Date.parse(value);
  return Number.isNaN(time) ? null : new Date(time).toISOString().replace('.000Z', 'Z');
};

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/;

const primitive = (value: unknown): string | number | boolean | null =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;

const texts = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : [];
