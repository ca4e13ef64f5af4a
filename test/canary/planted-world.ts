import { createHash } from 'node:crypto';
import { fhirSeed } from '../../sandbox/fhir/seed/index.ts';
import { loadCatalogue } from '../../sandbox/odoo/catalogue/catalogue.ts';
import { healthcareGroup } from '../../sandbox/odoo/seed/index.ts';
import type { Row, Seed } from '../../sandbox/odoo/seed.ts';
import { WORKFORCE } from '../../sandbox/scim/schemas.ts';
import { type ScimSeed, workforce } from '../../sandbox/scim/seed.ts';
import type { World } from '../harness/owner-doors.ts';

/**
 * The invented group, with a string in every free text of every record of every owner that stands nowhere else. What
 * systems know each other's records by is left as it is, and known.
 */
export interface PlantedWorld {
  readonly world: World;
  /** Whether a text holds anything that only an owner can have said; what it is, for the message of a test. */
  found(text: string): readonly string[];
}

const CANARY = /QX[0-9A-F]{12}XQ/g;

/** The same for the same place, so that a planted world is the same in every process. */
const canary = (...place: readonly string[]): string =>
  `QX${createHash('sha256').update(place.join(' ')).digest('hex').slice(0, 12).toUpperCase()}XQ`;

export const plantedWorld = (): PlantedWorld => {
  const identifiers = new Set<string>();
  const note = (value: unknown): void => {
    if (typeof value === 'string' && /^[A-Z][\w/.-]*\d{3,}$/i.test(value)) identifiers.add(value);
  };
  const odoo = plantedOdoo(note);
  const hr = plantedScim(note);
  const [scheduling, billing] = [plantedFhir('scheduling', note), plantedFhir('billing', note)];
  return {
    world: { odoo: () => odoo, hr: () => hr, fhir: (domain) => (domain === 'scheduling' ? scheduling : billing) },
    found: (text) => [
      ...(text.match(CANARY) ?? []),
      ...(text.match(/[A-Za-z][\w/.-]*\d{3,}/g) ?? []).filter((word) => identifiers.has(word)),
    ],
  };
};

type Note = (value: unknown) => void;

/** Tables that are not about the group's business. */
const STRUCTURE = /^(?:ir\.|res\.(?:company|users|currency|lang|groups|country)|uom\.|stock\.picking\.type)/;
/** By which one system knows another's record, or Odoo one of its own. */
const KEYS: ReadonlySet<string> = new Set(['code', 'ref', 'default_code', 'barcode', 'origin', 'login', 'parent_path']);

const plantedOdoo = (note: Note): Seed => {
  const seed = healthcareGroup();
  const catalogue = loadCatalogue(19);
  // Facilities are known by the names of these.
  const companies = new Set(seed.tables['res.company']?.map((row) => row['partner_id']));
  const plant = (model: string, row: Row): Row => {
    if (model === 'res.partner' && companies.has(row.id)) return row;
    const fields = catalogue.get(model)?.fields;
    return Object.fromEntries(
      Object.entries(row).map(([name, value]) => {
        const type = fields?.get(name)?.type;
        if (typeof value !== 'string' || value === '') return [name, value];
        if (KEYS.has(name)) note(value);
        const isFree = !KEYS.has(name) && (type === 'char' || type === 'text' || type === 'html');
        return [name, isFree ? `${value} ${canary(model, String(row.id), name)}` : value];
      }),
    ) as Row;
  };
  const tables = Object.entries(seed.tables).map(([model, rows]): [string, readonly Row[]] => [
    model,
    STRUCTURE.test(model) ? rows : rows.map((row) => plant(model, row)),
  ]);
  return { ...seed, fingerprint: `${seed.fingerprint} planted`, tables: Object.fromEntries(tables) };
};

/** Names of elements that hold what a person wrote. */
const FREE: ReadonlySet<string> = new Set(
  'text display family given line city postalCode description comment note displayName givenName familyName formatted title position'.split(
    ' ',
  ),
);

/** A copy with a canary behind each free text below. */
const plantedBelow = (value: unknown, name: string, place: readonly string[], note: Note): unknown => {
  if (Array.isArray(value)) return value.map((one, index) => plantedBelow(one, name, [...place, String(index)], note));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [key, plantedBelow(inner, key, [...place, key], note)]),
    );
  if (typeof value !== 'string') return value;
  if (FREE.has(name)) return `${value} ${canary(...place)}`;
  // Addresses by which people are reached, and not those of systems.
  if (name === 'value' && /@|^\+/.test(value)) return `${canary(...place)}.${value}`;
  note(value);
  return value;
};

type Json = Readonly<Record<string, unknown>>;

/** Of every fifth record, elements that hold a code or a date hold none: whoever complains of it may not quote it. */
const spoiled = (record: unknown, index: number, names: readonly string[], place: readonly string[]): unknown => {
  if (index % 5 !== 1) return record;
  const there = names.filter((name) => (record as Json)[name] !== undefined);
  return { ...(record as Json), ...Object.fromEntries(there.map((name) => [name, canary(...place, name)])) };
};

const plantedFhir = (domain: 'scheduling' | 'billing', note: Note) => {
  const seed = fhirSeed(domain);
  const resources = [...seed.resources].map((resource, index) => {
    const place = [domain, resource.resourceType, resource.id ?? ''];
    return spoiled(plantedBelow(resource, '', place, note), index, ['birthDate', 'priority'], place);
  });
  return { fingerprint: `${seed.fingerprint} planted`, resources } as typeof seed;
};

const plantedScim = (note: Note): ScimSeed => {
  const seed = workforce();
  return {
    users: seed.users.map((user, index) => {
      const { [WORKFORCE]: extension, ...planted } = plantedBelow(user, '', ['user', String(index)], note) as Json;
      const words = spoiled(extension, index, ['employmentStatus', 'fte'], ['word', String(index)]);
      return { ...planted, [WORKFORCE]: words };
    }),
    groups: seed.groups.map((group, index) => plantedBelow(group, '', ['group', String(index)], note)),
    fingerprint: `${seed.fingerprint} planted`,
  } as ScimSeed;
};
