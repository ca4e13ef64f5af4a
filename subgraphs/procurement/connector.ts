import type { PageArgs } from '../../platform/connection.ts';
import { decodeId } from '../../platform/ids.ts';
import { allOf, anyOf } from '../../platform/odoo/domain.ts';
import { localId } from '../../platform/odoo/filters.ts';
import { toReference } from '../../platform/odoo/mappings.ts';
import type { CanonicalRecord } from '../../platform/odoo/reader.ts';
import type { ListSelection } from '../../platform/odoo/session.ts';
import type { Connector } from '../define-subgraph.ts';
import type { Sessions } from '../owners.ts';
import { recordsOf } from '../records.ts';
import {
  OPEN_STATES,
  purchase,
  purchaseOrder,
  purchaseOrderLine,
  purchaseRequisition,
  purchaseRequisitionLine,
  supplier,
  supplierIdentity,
  supplierPrice,
  user,
  variant,
} from './entities.ts';

/** What a price is for: a variant, or every variant of its template. */
interface PricedItem {
  readonly variant: number | null;
  readonly template: number;
}

const ENTITIES = {
  Supplier: supplier,
  PurchaseOrder: purchaseOrder,
  PurchaseOrderLine: purchaseOrderLine,
  PurchaseRequisition: purchaseRequisition,
  PurchaseRequisitionLine: purchaseRequisitionLine,
  SupplierPrice: supplierPrice,
} as const;

const connectProcurement = ({ odoo }: Pick<Sessions, 'odoo'>) => ({
  ...recordsOf(odoo, ENTITIES),

  pricedItem: async ({ variant: id, template }: PricedItem) => {
    if (id !== null) return toReference('Item', id);
    const variants = await odoo.children(
      variant,
      'product_tmpl_id',
      template,
      { first: 1 },
      { rows: new Set(), counted: false },
    );
    return variants.nodes[0] ?? null;
  },
  /** Prices of the item's template, but for those that name another variant. */
  pricesOfItem: async (itemId: unknown, args: PageArgs, selected: ListSelection) => {
    const item = await odoo.find(variant, itemId, new Set(['template']));
    if (item === null) return null;
    const local = localId(decodeId('Item', itemId));
    const holds = (record: CanonicalRecord) => [null, local].includes((record['item'] as PricedItem).variant);
    const rows = new Set([...selected.rows, 'item']);
    return odoo.children(
      supplierPrice,
      'product_tmpl_id',
      item['template'] as number,
      args,
      { ...selected, rows },
      { keep: holds },
    );
  },

  /** The newest first. */
  purchasesOfItem: (itemId: unknown, args: PageArgs, selected: ListSelection) => {
    const item = localId(decodeId('Item', itemId));
    const order = { column: 'id', direction: 'DESC' } as const;
    return item === null ? null : odoo.children(purchase, 'product_id', item, args, selected, { order });
  },
  loginOf: async (reference: { readonly id: string } | null) =>
    (await odoo.find(user, reference?.id, new Set(['login'])))?.['login'] ?? null,

  facility: (id: unknown) => odoo.facility(id)?.record ?? null,
  /** Under way: not yet confirmed, or confirmed and not billed in full. */
  openOrders: (facilityId: unknown, args: PageArgs, selected: ListSelection) => {
    const facility = odoo.facility(facilityId);
    if (facility === undefined) return null;
    const state = odoo.column(purchaseOrder, 'state');
    const billing = odoo.column(purchaseOrder, 'invoice_status');
    const within = allOf(
      [[state, 'in', OPEN_STATES]],
      anyOf([[state, '!=', 'purchase']], [[billing, '!=', 'invoiced']]),
    );
    return odoo.listAt(purchaseOrder, facility, args, selected, within);
  },
});

export type Procurement = { readonly procurement: ReturnType<typeof connectProcurement> };

export const connector: Connector<Procurement> = {
  owners: ['odoo'],
  odoo: [...Object.values(ENTITIES), purchase, supplierIdentity, user, variant],
  identities: [
    {
      type: 'Supplier',
      system: 'odoo',
      kind: 'partner',
      entity: supplierIdentity,
      isHome: true,
      number: 'code',
      linkField: 'Supplier.code',
      compared: { name: 'name', taxNumber: 'taxNumber', email: 'email', phone: 'phone' },
    },
  ],
  connect: (sessions) => ({ procurement: connectProcurement(sessions) }),
};
