import type { Instant } from '../../odoo/seed/calendar.ts';
import type { Cents } from '../../odoo/seed/amounts.ts';
import type { Fields, Resource } from '../resource.ts';

/** A resource as it is at the beginning; nobody has changed it since `at`. */
export const resourceOf = (resourceType: string, id: string, at: Instant, fields: Fields): Resource => ({
  resourceType,
  id,
  meta: { versionId: '1', lastUpdated: instant(at) },
  ...fields,
});

/** As R4 writes an `instant` or a `dateTime`. */
export const instant = (at: Instant): string => new Date(at).toISOString();

/** Systems of identifiers and codes are the group's own, but for those that R4 names. */
export const systemOf = (kind: string): string => `urn:caregraph:${kind}`;

export const identifier = (kind: string, value: string): Fields => ({ system: systemOf(kind), value });

export const reference = (type: string, id: string, display?: string): Fields => ({
  reference: `${type}/${id}`,
  ...(display !== undefined && { display }),
});

/** To what another system keeps, by its number. */
export const referenceByNumber = (type: string, kind: string, value: string): Fields => ({
  type,
  identifier: identifier(kind, value),
});

/** `code` of one of HL7's code systems, by its last name. */
export const hl7 = (system: string, code: string, display?: string): Fields => ({
  coding: [
    {
      system: `http://terminology.hl7.org/CodeSystem/${system}`,
      code,
      ...(display !== undefined && { display }),
    },
  ],
});

export const concept = (kind: string, code: string, display: string): Fields => ({
  coding: [{ system: systemOf(kind), code, display }],
  text: display,
});

export const money = (cents: Cents): Fields => ({ value: cents / 100, currency: 'USD' });

/** As part of an id. */
export const lower = (number: string): string => number.toLowerCase();
