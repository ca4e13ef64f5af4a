import { SANDBOX_FACILITIES } from '../../facilities.ts';
import { buyers } from '../../story/people.ts';
import type { SeedUser } from '../seed.ts';
import { baseOf, UNIT, USD } from './base.ts';
import { type Book, bookOn } from './book.ts';
import { DAY, type Instant } from './calendar.ts';
import type { UnitName } from './catalogue.ts';
import type { CompanyFurniture } from './company.ts';
import { BUYER_GROUPS, INTEGRATION_GROUPS } from './groups.ts';
import { memberOf } from './random.ts';

/** A company of the group with what it is furnished with. */
export interface Facility extends CompanyFurniture {
  /** Short name of its warehouse, part of every number of its stock documents. */
  readonly prefix: string;
  /** Orders above this many cents wait for a manager. */
  readonly approvalLimit: number;
  /** Internal locations besides the stock location; the second of them keeps medicines only. */
  readonly wards: readonly number[];
  /** Where goods go when they are used. */
  readonly consumption: number;
}

export interface Unit {
  readonly id: number;
  /** How many of the smallest unit of its kind it holds. */
  readonly factor: number;
}

export interface Currency {
  readonly id: number;
  /** What one unit of the companies' own currency buys. */
  readonly rate: number;
}

/** What stands before the first document: the companies and what they share. */
export interface Ground {
  readonly facilities: readonly Facility[];
  readonly users: readonly SeedUser[];
  /** Who orders for a facility. */
  readonly buyerOf: (facility: Facility) => number;
  readonly units: Readonly<Record<UnitName, Unit>>;
  readonly currencies: Readonly<Record<'usd' | 'eur', Currency>>;
  readonly country: number;
  /** The year the data covers; no document is dated at or after `today`. */
  readonly start: Instant;
  readonly today: Instant;
}

const EUR = 125;
const UNITED_STATES = 233;
const YEAR = 365 * DAY;
/** One rate for the whole year: no exchange differences in the books. */
const EUR_PER_USD = 0.92;

/** In the order of the facilities. Keys and passwords open nothing but the sandbox. */
const SITES = [
  { prefix: 'NH', limit: 25_000, wards: ['Ward A', 'Pharmacy', 'Theatre'] },
  { prefix: 'HC', limit: 15_000, wards: ['Day Ward', 'Pharmacy', 'Endoscopy'] },
  { prefix: 'LC', limit: 10_000, wards: ['East Wing', 'Dispensary', 'West Wing'] },
] as const;

const ADMIN = { password: 'sandbox-admin', apiKey: 'ad'.repeat(20) };
const SERVICE = {
  login: 'svc.gateway',
  name: 'Gateway Service',
  key: 'c0de',
  sites: SITES.map((_, index) => index + 1),
  groups: INTEGRATION_GROUPS,
};

/** A fresh database with the group's companies, users, units and locations. */
export function breakGround(today: Instant): { book: Book; ground: Ground } {
  // One for each facility. They sign in here as they do everywhere else.
  const buying = buyers().map(({ userName, givenName, familyName }, index) => ({
    login: userName,
    name: `${givenName} ${familyName}`,
    key: `b0b${index + 1}`,
    sites: [index + 1],
    groups: BUYER_GROUPS,
  }));
  const base = baseOf({
    companies: SANDBOX_FACILITIES.map(({ name }, index) => {
      const { prefix, limit } = memberOf(SITES, index);
      return { name, warehouseCode: prefix, approvalLimit: limit };
    }),
    admin: ADMIN,
    users: [SERVICE, ...buying].map(({ login, name, key, sites, groups }) => ({
      login,
      name,
      groups,
      companies: sites,
      password: `sandbox-${login}`,
      apiKey: key.repeat(10),
    })),
  });
  const book = bookOn(base.tables);
  const start = today - YEAR;
  const made = start - 60 * DAY;
  const facilities = base.companies.map((company, index) => facilityOf(book, made, company, index));
  activate(book, 'res.currency', 'EUR');
  book.add('res.currency.rate', made, {
    currency_id: EUR,
    name: '2020-01-01',
    rate: EUR_PER_USD,
    company_id: false,
  });
  const buyerOf = ({ id }: Facility): number => {
    const login = buying.find(({ sites }) => sites.includes(id))?.login;
    return base.users.find((user) => user.login === login)?.id ?? 0;
  };
  return {
    book,
    ground: {
      facilities,
      start,
      today,
      users: base.users,
      buyerOf,
      units: unitsOf(book, made),
      currencies: { usd: { id: USD, rate: 1 }, eur: { id: EUR, rate: EUR_PER_USD } },
      country: UNITED_STATES,
    },
  };
}

function facilityOf(book: Book, made: Instant, company: CompanyFurniture, index: number): Facility {
  const { prefix, limit, wards } = memberOf(SITES, index);
  const { id, warehouseId, locations } = company;
  const place = (name: string, usage: string, parent: number | false): number =>
    book.add('stock.location', made, {
      name,
      usage,
      company_id: id,
      location_id: parent,
      active: true,
      ...(parent === false ? {} : { warehouse_id: warehouseId, barcode: `${prefix}-${name.toUpperCase()}` }),
    }).id;
  return {
    ...company,
    prefix,
    approvalLimit: limit * 100,
    wards: wards.map((name) => place(name, 'internal', locations.view)),
    consumption: place('Consumption', 'production', false),
  };
}

function unitsOf(book: Book, made: Instant): Ground['units'] {
  const box = (count: number): Unit => {
    const values = { name: `Box of ${count}`, relative_factor: count, relative_uom_id: UNIT.each, factor: count };
    return { id: book.add('uom.uom', made, { ...values, sequence: count * 100, active: true }).id, factor: count };
  };
  return {
    Units: { id: UNIT.each, factor: 1 },
    Dozen: { id: activate(book, 'uom.uom', 'Dozens'), factor: 12 },
    'Box of 10': box(10),
    'Box of 100': box(100),
    L: { id: UNIT.litre, factor: 1000 },
    kg: { id: UNIT.kilogram, factor: 1000 },
  };
}

/** Odoo installs it archived; the group uses it. */
function activate(book: Book, model: string, name: string): number {
  const row = book.rows(model).find((one) => one['name'] === name);
  if (row === undefined) throw new Error(`${model} has no ${name}`);
  row['active'] = true;
  return row.id;
}
