import type { Row, SeedUser } from '../seed.ts';
import { addRow, type BaseCompany, type CompanyFurniture, furnish, type Tables } from './company.ts';
import { EVERY_GROUP, GROUPS } from './groups.ts';
import { unitRows } from './units.ts';

export interface BaseUser {
  readonly login: string;
  readonly name: string;
  readonly password: string;
  readonly apiKey: string;
  /** Numbers of companies, counted from 1 in the order given; the first is the user's own. */
  readonly companies: readonly number[];
  readonly groups: readonly string[];
}

export interface BaseOptions {
  readonly companies: readonly BaseCompany[];
  /** The administrator is always there, in every company and group. */
  readonly admin: { readonly password: string; readonly apiKey: string };
  readonly users: readonly BaseUser[];
}

/** What every Odoo has before any business: add to `tables` with `addRow`, which numbers rows on from here. */
export interface Base {
  readonly tables: Tables;
  readonly users: readonly SeedUser[];
  /** In the order given. */
  readonly companies: readonly CompanyFurniture[];
}

/** The currency of the base companies; others are in the tables, archived. */
export const USD = 1;
/** Ids of units in every seed; `units.ts` has the rest. */
export const UNIT = Object.freeze({
  each: 1,
  packOf6: 2,
  hour: 4,
  day: 5,
  millilitre: 12,
  litre: 13,
  gram: 15,
  kilogram: 16,
});
/** Ids of payment terms in every seed. */
export const TERM = Object.freeze({ immediate: 1, days15: 2, days21: 3, days30: 4, days45: 5 });

const ODOOBOT = 1;
const ADMIN = 2;

/**
 * Furnishes an Odoo for these companies: currencies, units, languages, payment terms, groups, users, and for each
 * company a chart of accounts, journals, taxes, a warehouse with its locations, operation types and buy rules.
 *
 * Ids follow a fresh Odoo 19: user 2 is the administrator, company 1's stock location is 5, its purchase journal 2,
 * the vendors' location 1. They never depend on anything but the order of the companies and users.
 */
export const baseOf = (options: BaseOptions): Base => {
  const tables: Tables = { 'uom.uom': unitRows() };
  addReferenceData(tables);
  const partners = addPartners(tables, options);
  for (const [name, usage] of [
    ['Vendors', 'supplier'],
    ['Customers', 'customer'],
    ['Inter-company transit', 'transit'],
  ] as const) {
    addRow(tables, 'stock.location', { name, usage, company_id: false });
  }
  const companies = options.companies.map((company, at) => furnish(tables, company, partners.companies[at] ?? 0, USD));
  addRoutes(tables, companies);
  return { tables, users: addUsers(tables, options, partners.users), companies };
};

const addReferenceData = (tables: Tables): void => {
  addRow(tables, 'res.currency', currency(USD, 'USD', '$', 'United States dollar', true));
  addRow(tables, 'res.currency', currency(125, 'EUR', '€', 'Euro', false));
  addRow(tables, 'res.currency', currency(142, 'GBP', '£', 'Pound sterling', false));
  for (const [id, code, name] of COUNTRIES) addRow(tables, 'res.country', { id, code, name });
  addRow(tables, 'res.lang', {
    id: 1,
    name: 'English (US)',
    code: 'en_US',
    iso_code: 'en',
    url_code: 'en',
    active: true,
  });
  addRow(tables, 'res.lang', {
    id: 28,
    name: 'French / Français',
    code: 'fr_FR',
    iso_code: 'fr',
    url_code: 'fr',
    active: true,
  });
  for (const name of TERMS) addRow(tables, 'account.payment.term', { name, sequence: 10, company_id: false });
  for (const [days, term] of TERM_DAYS) {
    addRow(tables, 'account.payment.term.line', {
      payment_id: term,
      value: 'percent',
      value_amount: 100,
      nb_days: days,
      delay_type: 'days_after',
    });
  }
  for (const [name, direction] of [
    ['Manual Payment', 'inbound'],
    ['Manual Payment', 'outbound'],
  ] as const) {
    addRow(tables, 'account.payment.method', { name, code: 'manual', payment_type: direction });
  }
  for (const name of ['Goods', 'Expenses', 'Services']) addRow(tables, 'product.category', { name, parent_id: false });
  addRow(tables, 'account.analytic.plan', { name: 'Project', sequence: 10, default_applicability: 'optional' });
  for (const { id, fullName } of Object.values(GROUPS).toSorted((a, b) => a.id - b.id)) {
    addRow(tables, 'res.groups', { id, name: fullName.split(' / ').at(-1) ?? fullName, full_name: fullName });
  }
};

const currency = (id: number, name: string, symbol: string, full: string, active: boolean): Row => ({
  id,
  name,
  symbol,
  full_name: full,
  rounding: 0.01,
  decimal_places: 2,
  position: 'before',
  active,
});

const COUNTRIES: readonly (readonly [number, string, string])[] = [
  [20, 'BE', 'Belgium'],
  [43, 'CH', 'Switzerland'],
  [57, 'DE', 'Germany'],
  [75, 'FR', 'France'],
  [165, 'NL', 'Netherlands'],
  [231, 'GB', 'United Kingdom'],
  [233, 'US', 'United States'],
];

const TERMS = [
  'Immediate Payment',
  '15 Days',
  '21 Days',
  '30 Days',
  '45 Days',
  'End of Following Month',
  '10 Days after End of Next Month',
  '30% Now, Balance 60 Days',
  '2/7 Net 30',
  '90 days, on the 10th',
];

/** [days, payment term] of the terms that are one instalment after some days. */
const TERM_DAYS: readonly (readonly [number, number])[] = [
  [0, TERM.immediate],
  [15, TERM.days15],
  [21, TERM.days21],
  [30, TERM.days30],
  [45, TERM.days45],
];

interface Partners {
  readonly companies: readonly number[];
  /** By place: OdooBot, administrator, public, portal template, then the given users. */
  readonly users: readonly number[];
}

const addPartners = (tables: Tables, options: BaseOptions): Partners => {
  const person = (name: string, more: Omit<Row, 'id'> = {}) =>
    addRow(tables, 'res.partner', { name, lang: 'en_US', ...more });
  const company = ({ name }: BaseCompany) => person(name, { is_company: true });
  const [first, ...others] = options.companies;
  if (first === undefined) throw new Error('A seed needs at least one company.');
  const firstPartner = company(first);
  const standing = [
    person('OdooBot', { active: false, email: 'odoobot@example.com', company_id: 1 }),
    person('Administrator', { company_id: 1 }),
    person('Public user', { active: false }),
    person('Portal User Template', { active: false }),
  ];
  const companies = [firstPartner, ...others.map(company)];
  const users = [
    ...standing,
    ...options.users.map(({ name, login }) => person(name, { email: `${login}@example.test` })),
  ];
  return { companies, users };
};

const addUsers = (tables: Tables, options: BaseOptions, partners: readonly number[]): SeedUser[] => {
  const everywhere = options.companies.map((_, at) => at + 1);
  const accounts: SeedUser[] = [
    { id: ADMIN, login: 'admin', companyIds: everywhere, groups: EVERY_GROUP, ...options.admin },
    ...options.users.map(({ login, password, apiKey, companies, groups }, at) => ({
      id: at + 5,
      login,
      password,
      apiKey,
      companyIds: companies,
      groups,
    })),
  ];
  const standing = [
    { id: ODOOBOT, login: '__system__', active: false, companyIds: everywhere, groups: [] as readonly string[] },
    { id: 3, login: 'public', active: false, companyIds: [1], groups: [] },
    { id: 4, login: 'portaltemplate', active: false, companyIds: [1], groups: [] },
  ];
  const all = [...standing, ...accounts.map((user) => ({ ...user, active: true }))].toSorted((a, b) => a.id - b.id);
  for (const { id, login, active, companyIds, groups } of all) {
    addRow(tables, 'res.users', {
      id,
      login,
      active,
      partner_id: partners[id - 1] ?? false,
      company_id: companyIds[0] ?? 1,
      company_ids: companyIds,
      group_ids: groups.flatMap((group) => GROUPS[group]?.id ?? []),
      share: id === 3 || id === 4,
    });
  }
  return accounts;
};

const addRoutes = (tables: Tables, companies: readonly CompanyFurniture[]): void => {
  addRow(tables, 'stock.route', { name: 'Replenish on Order (MTO)', company_id: false, active: false });
  const buy = addRow(tables, 'stock.route', { name: 'Buy', company_id: false, product_selectable: true });
  for (const { id, warehouseId, locations, pickingTypes } of companies) {
    addRow(tables, 'stock.rule', {
      name: `${tables['stock.warehouse']?.[warehouseId - 1]?.['code'] as string}: Stock (Buy)`,
      action: 'buy',
      route_id: buy,
      location_dest_id: locations.stock,
      picking_type_id: pickingTypes.receipts,
      warehouse_id: warehouseId,
      company_id: id,
    });
  }
};
