/** One operation with as many sets of variables as requests may be told apart by. */
export interface Shape {
  readonly name: string;
  readonly about: string;
  /** Connections of the load, each with one request under way. */
  readonly connections: number;
  readonly document: string;
  readonly variables: (page: number) => Readonly<Record<string, unknown>>;
}

const ORDERS = `query Orders($page: Int!, $first: Int!) {
  orders(page: $page, first: $first) {
    id number state orderedOn total currency
    supplier { name city rating }
    lines { id quantity unitPrice item { sku name unit onHand } }
    bills { number dueOn amount status approvedBy { name title } }
  }
}`;

export const SHAPES: readonly Shape[] = [
  {
    name: 'small',
    about: 'one fetch of one row',
    connections: 16,
    document: 'query Order($id: ID!) { order(id: $id) { id number state orderedOn total currency note } }',
    variables: (page) => ({ id: `po-${page}-1` }),
  },
  {
    name: 'medium',
    about: 'five fetches in three steps (orders; their suppliers, items and bills; who approved), 46 orders',
    connections: 16,
    document: ORDERS,
    variables: (page) => ({ page, first: 46 }),
  },
  {
    name: 'rows-10x',
    about: 'the same operation over ten times the orders',
    connections: 8,
    document: ORDERS,
    variables: (page) => ({ page, first: 460 }),
  },
  {
    name: 'wide-list',
    about: 'one fetch, 1,000 rows of 12 scalar fields',
    connections: 8,
    document: `query Items($page: Int!) {
  items(page: $page, first: 1000) {
    id sku name description category unit onHand reserved reorderPoint unitCost lotTracked countedOn
  }
}`,
    variables: (page) => ({ page }),
  },
  {
    name: 'deep-chain',
    about: 'seven fetches one after the other: six hops from entity to entity',
    connections: 16,
    document: `query Chain($id: ID!) {
  appointment(id: $id) {
    start status
    practitioner { name title costCenter { code name lastOrder { number state supplier { name city
      mainItem { sku name onHand nextDelivery { start status } } } } } }
  }
}`,
    variables: (page) => ({ id: `ap-${page}-3` }),
  },
  {
    name: 'mutation',
    about: 'a mutation with an input object, and one fetch for a field of its result',
    connections: 16,
    document: `mutation Receive($input: ReceiveOrderInput!) {
  receiveOrder(input: $input) {
    receipt { id number receivedOn reference lineCount }
    order { id number state bills { number amount status } }
  }
}`,
    variables: (page) => ({
      input: {
        orderId: `po-${page}-2`,
        receivedOn: '2031-03-04',
        reference: `DOCK-${page}`,
        lines: [0, 1, 2].map((line) => ({ lineId: `po-${page}-2-${line}`, quantity: line + 1 })),
      },
    }),
  },
];

/** Sets of variables per shape: two for each connection. */
export const requestsOf = ({ document, variables, connections }: Shape): readonly string[] =>
  Array.from({ length: 2 * connections }, (_, page) => JSON.stringify({ query: document, variables: variables(page) }));
