/**
 * What a seed hands to the sandbox Odoo: the rows of its database as they stand before the first request.
 *
 * A row holds stored values only, under the names of Odoo 19 (the 14 flavour translates at its border):
 *
 * - many2one: the id, or `false`; many2many: an array of ids; one2many: absent, found through its inverse;
 * - date `2026-01-31`, datetime `2026-01-31 08:00:00` (UTC);
 * - a value that depends on the company (`standard_price`, `account.account.code`): `{ "<company id>": value }`;
 * - a translated value: the plain text (English), or `{ "en_US": "Gloves", "fr_FR": "Gants" }`;
 * - empty: `false`, or simply left out. Numbers left out are 0, `active` left out is true.
 *
 * What Odoo computes is computed here on reading and never seeded: totals and taxes of orders and bills, quantities
 * received and billed, `invoice_status`, `receipt_status`, the state of a picking (from its moves), the quantity of a
 * move (from its move lines), `debit` and `credit` (from `balance`), residuals and `payment_state` (from
 * `account.partial.reconcile` rows between journal items), stock on hand (from `stock.quant`), display names, and
 * every related field (`account.move.line.date`, `purchase.order.line.company_id`, ...). the `computes` in `sandbox/odoo/models/` are the list.
 */
export interface Seed {
  /** Names this very data: a journal written on one seed is never replayed on another. */
  readonly fingerprint: string;
  /** `create_date` and `write_date` of rows that say nothing about it. */
  readonly seededAt: string;
  /** By model name of Odoo 19. Ids are unique within a model; rows come in rising order of id. */
  readonly tables: Readonly<Record<string, readonly Row[]>>;
  readonly users: readonly SeedUser[];
  /** External ids, `module.name` → record: what `check_object_reference` and `load` find. */
  readonly externalIds?: Readonly<Record<string, { readonly model: string; readonly id: number }>>;
}

export type StoredValue = string | number | boolean | readonly number[] | { readonly [key: string]: unknown };

export interface Row {
  readonly id: number;
  readonly [field: string]: StoredValue;
}

/** Credentials and rights of one user; the record itself is a row of `res.users`. */
export interface SeedUser {
  readonly id: number;
  readonly login: string;
  readonly password: string;
  /** 40 hexadecimal digits, as Odoo makes them. */
  readonly apiKey: string;
  /** The first is the user's own company. */
  readonly companyIds: readonly number[];
  /** External ids of groups, for example `purchase.group_purchase_user`. */
  readonly groups: readonly string[];
}
