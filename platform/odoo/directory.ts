import { encodeId } from '../ids.ts';
import type { CallContext, Many2one, OdooClient } from './types.ts';

/** A facility and the Odoo company it is. */
export interface Facility {
  /** The canonical record, ready to be answered. */
  readonly record: {
    readonly __typename: 'Facility';
    readonly id: string;
    readonly code: string;
    readonly name: string;
  };
  readonly code: string;
  readonly company: number;
  readonly currency: number;
}

export interface Currency {
  readonly code: string;
  /** Digits after the decimal point. */
  readonly digits: number;
  readonly active: boolean;
}

/** Small reference data of one Odoo server that conversions need for every row: read once, refreshed now and then. */
export interface FacilityDirectory {
  readonly facilities: readonly Facility[];
  byCode(code: string): Facility | undefined;
  byCompany(company: number): Facility | undefined;
  currency(id: number): Currency | undefined;
  readonly currencies: readonly Currency[];
}

/** How configuration names the companies; unset, each company is a facility coded by its name. */
export type FacilityMap = Readonly<Record<string, { readonly odooCompany: number }>>;

export interface CompanyRow {
  readonly id: number;
  readonly name: string;
  readonly currency: number;
}

export interface CurrencyRow {
  readonly id: number;
  readonly code: string;
  readonly digits: number;
  readonly active: boolean;
}

/** Builds the directory. Companies that configuration does not name are no facility: nobody can see their rows. */
export const createDirectory = (
  companies: readonly CompanyRow[],
  currencies: readonly CurrencyRow[],
  map: FacilityMap | undefined,
): FacilityDirectory => {
  const facilities = Object.freeze(map === undefined ? coded(companies) : mapped(companies, map));
  const byCode = new Map(facilities.map((facility) => [facility.code, facility]));
  const byCompany = new Map(facilities.map((facility) => [facility.company, facility]));
  const byId = new Map(currencies.map(({ id, ...currency }) => [id, Object.freeze(currency)]));
  return Object.freeze({
    facilities,
    byCode: (code: string) => byCode.get(code),
    byCompany: (company: number) => byCompany.get(company),
    currency: (id: number) => byId.get(id),
    currencies: [...byId.values()],
  });
};

/** Reads the companies the service user may act in, and every currency. */
export const loadDirectory = async (
  client: OdooClient,
  map: FacilityMap | undefined,
  ctx: Pick<CallContext, 'deadline' | 'signal'>,
): Promise<FacilityDirectory> => {
  const within = { ...ctx, companies: await client.companies(ctx) };
  const all = { order: 'id', limit: 'all' } as const;
  const [companies, currencies] = await Promise.all([
    client.searchRead(
      'res.company',
      { ...all, domain: [['id', 'in', within.companies]], fields: ['name', 'currency_id'] },
      within,
    ),
    // Old documents may be in a currency that is no longer active.
    client.searchRead(
      'res.currency',
      { ...all, domain: [], fields: ['name', 'decimal_places', 'active'], activeTest: false },
      within,
    ),
  ]);
  return createDirectory(
    companies.map((row) => ({
      id: row['id'] as number,
      name: String(row['name']),
      currency: (row['currency_id'] as Many2one).id,
    })),
    currencies.map((row) => ({
      id: row['id'] as number,
      code: String(row['name']),
      digits: row['decimal_places'] as number,
      active: row['active'] === true,
    })),
    map,
  );
};

/** `North Hospital` → `north-hospital`. Two companies of one name are told apart by their number. */
export const facilityCode = (name: string): string =>
  name
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '') || 'facility';

const coded = (companies: readonly CompanyRow[]): Facility[] => {
  const taken = new Set<string>();
  return companies.map((company) => {
    const plain = facilityCode(company.name);
    const code = taken.has(plain) ? `${plain}-${company.id}` : plain;
    taken.add(code);
    return toFacility(code, company);
  });
};

const mapped = (companies: readonly CompanyRow[], map: FacilityMap): Facility[] =>
  Object.entries(map).flatMap(([code, { odooCompany }]) => {
    const company = companies.find(({ id }) => id === odooCompany);
    return company === undefined ? [] : [toFacility(code, company)];
  });

const toFacility = (code: string, { id, name, currency }: CompanyRow): Facility =>
  Object.freeze({
    record: Object.freeze({ __typename: 'Facility', id: encodeId('Facility', code), code, name }),
    code,
    company: id,
    currency,
  });
