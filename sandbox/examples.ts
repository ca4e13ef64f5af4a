import { DEMO_QUERY } from './demo-query.ts';

/** A query to try, for the explorer's tabs and for the lines printed at the start. */
export interface Example {
  readonly title: string;
  readonly query: string;
}

/** Each crosses systems of the graph in its own way. All but the first answer on any Odoo and any SCIM server. */
export const EXAMPLES: readonly Example[] = Object.freeze([
  { title: 'From an appointment to who bought what was used for it', query: DEMO_QUERY },
  {
    title: 'Orders, from supplier to ledger',
    query: `query OrdersToLedger {
  purchaseOrders(first: 3, orderBy: { field: ORDERED_AT }, filter: { state: [CONFIRMED] }) {
    totalCount
    nodes {
      number
      facility { code }
      supplier { name }
      total { amount currency }
      lines(first: 5) {
        nodes { ordered { value unit } item { code name } }
      }
      bills {
        nodes { number settlement due { amount } journalEntry { lines { nodes { account { code name } debit { amount } credit { amount } } } } }
      }
    }
  }
}`,
  },
  {
    title: 'Stock, and who sells it',
    query: `query StockAndSuppliers {
  items(first: 5, filter: { kind: [STOCKED] }) {
    nodes {
      code
      name
      stock { facility { code } onHand { value unit } }
      stockLevels(first: 5) { nodes { location { fullName } lot { number expiresAt } available { value } } }
      suppliers(first: 3) { nodes { supplier { name } price { amount currency } leadTimeDays } }
    }
  }
}`,
  },
  {
    title: 'What each facility owes and lacks',
    query: `query FacilityPosition {
  facilities {
    code
    name
    openOrders(first: 3) { totalCount nodes { number state commitment { amount currency } } }
    criticalStock { item { code name } location { fullName } onHand { value } minimum { value } }
  }
  vendorBills(first: 3, filter: { settlement: [NOT_PAID, PARTIAL] }, orderBy: { field: DUE_DATE }) {
    totalCount
    nodes { number dueDate due { amount currency } supplier { name } }
  }
}`,
  },
  {
    title: 'People, what carries them, and what their site buys',
    query: `query PeopleToPurchases {
  employees(first: 5, filter: { employmentStatus: [ACTIVE] }) {
    totalCount
    nodes {
      number
      name
      position { title }
      manager { name }
      department { code name head { name } spend(from: "2026-10-01", to: "2026-10-31") { amount { amount currency } } }
      costCenter { code name }
      facility { name openOrders(first: 2) { totalCount nodes { number supplier { name } total { amount currency } } } }
    }
  }
}`,
  },
]);
