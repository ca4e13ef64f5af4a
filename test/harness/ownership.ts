import type { Party } from '../../platform/identity.ts';
import type { Row } from './row-sets.ts';

/** How a caller of the group can tell whose a row is: what to ask of it for that, and who it is. */
export interface Ownership {
  readonly more: string;
  readonly of: (row: Row) => readonly unknown[];
}

const idAt = (value: unknown): unknown => (value as Row | null)?.['id'];
const itself: Ownership = { more: '', of: (row) => [row['id']] };
const by = (field: string): Ownership => ({ more: `${field} { id }`, of: (row) => [idAt(row[field])] });
const nodesOf = (value: unknown): readonly Row[] => (value as { readonly nodes: readonly Row[] }).nodes;

/** For every type of which a kind of party has its own rows, and that has a list. */
export const OWNERSHIP: Readonly<Record<Party['kind'], Readonly<Record<string, Ownership>>>> = {
  supplier: {
    Supplier: itself,
    SupplierPrice: by('supplier'),
    PurchaseOrder: by('supplier'),
    PurchaseRequisition: by('supplier'),
    GoodsReceipt: by('supplier'),
    StockMove: {
      more: 'receipt { supplier { id } }',
      of: ({ receipt }) => [idAt((receipt as Row | null)?.['supplier'])],
    },
    Item: {
      more: 'suppliers(first: 200) { nodes { supplier { id } } } purchases(first: 200) { nodes { order { supplier { id } } } }',
      of: ({ suppliers, purchases }) => [
        ...nodesOf(suppliers).map(({ supplier }) => idAt(supplier)),
        ...nodesOf(purchases).map(({ order }) => idAt((order as Row)['supplier'])),
      ],
    },
    VendorBill: by('supplier'),
    Payment: by('supplier'),
  },
  payer: {
    Payer: itself,
    Coverage: by('payer'),
    Authorization: by('payer'),
    Claim: by('payer'),
    ClaimResponse: by('payer'),
    Remittance: by('payer'),
  },
};
