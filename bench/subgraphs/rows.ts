/**
 * The facts all subgraphs answer from: every row is a function of its id, and every id of a page of its own, so that no
 * two requests under way at once ask a subgraph for the same thing (a gateway that shares identical calls would
 * otherwise be measured doing nothing).
 *
 * A relation is a function, which the default resolver calls. Names and numbers are invented.
 */
export interface Row {
  readonly __typename: string;
  readonly [field: string]: unknown;
}

/** The row a reference points to: `_entities` of every subgraph. */
export const rowOf = (type: string, id: string): Row => {
  const key = `${type}:${id}`;
  const known = rows.get(key);
  if (known !== undefined) return known;
  const make = MAKERS[type];
  if (make === undefined) throw new Error(`no rows of type ${type}`);
  const row = { __typename: type, id, ...make(id, Number(id.split('-')[1]), Number(id.split('-')[2])) };
  rows.set(key, row);
  return row;
};

/** Root fields of all subgraphs, for the default resolver. */
export const ROOT = {
  order: ({ id }: { readonly id: string }) => rowOf('PurchaseOrder', id),
  orders: ({ page, first }: Page) => many('PurchaseOrder', 'po', page, first),
  items: ({ page, first }: Page) => many('Item', 'it', page, first),
  appointment: ({ id }: { readonly id: string }) => rowOf('Appointment', id),
  receiveOrder: ({ input }: { readonly input: ReceiveOrder }) => ({
    order: rowOf('PurchaseOrder', input.orderId),
    receipt: {
      id: input.orderId.replace('po', 'gr'),
      number: input.orderId.replace('po', 'WH/IN'),
      receivedOn: input.receivedOn,
      reference: input.reference,
      lineCount: input.lines.length,
    },
  }),
};

interface Page {
  readonly page: number;
  readonly first: number;
}

interface ReceiveOrder {
  readonly orderId: string;
  readonly receivedOn: string;
  readonly reference: string;
  readonly lines: readonly unknown[];
}

const rows = new Map<string, Row>();

const many = (type: string, prefix: string, page: number, count: number): readonly Row[] =>
  Array.from({ length: count }, (_, index) => rowOf(type, `${prefix}-${page}-${index}`));

/** Lines of an order point at items of its page, so items recur and a gateway that asks once for each is rewarded. */
const ITEMS_PER_TEN_ORDERS = 16;
const LINES = 3;

const MAKERS: Readonly<Record<string, (id: string, page: number, n: number) => Readonly<Record<string, unknown>>>> = {
  PurchaseOrder: (id, page, n) => ({
    number: `PO${String(page).padStart(3, '0')}${String(n).padStart(5, '0')}`,
    state: pick(['DRAFT', 'SENT', 'CONFIRMED', 'RECEIVED'], n),
    orderedOn: dateOf(n),
    total: money(n * 97 + 1250),
    currency: 'EUR',
    note: n % 3 === 0 ? null : `Deliver to ward ${(n % 7) + 1} before noon`,
    supplier: () => rowOf('Supplier', `su-${page}-${n % 12}`),
    lines: () =>
      Array.from({ length: LINES }, (_, index) => ({
        id: `${id}-${index}`,
        quantity: ((n + index) % 9) + 1,
        unitPrice: money(n * 13 + index * 275 + 99),
        item: () => rowOf('Item', `it-${page}-${itemOf(n, index)}`),
      })),
    bills: () => [
      {
        id: `bi-${page}-${n}`,
        number: `BILL/2031/${String(n).padStart(5, '0')}`,
        dueOn: dateOf(n + 30),
        amount: money(n * 97 + 1250),
        status: pick(['OPEN', 'PAID', 'DISPUTED'], n),
        approvedBy: () => rowOf('Employee', `em-${page}-${n % 10}`),
      },
    ],
  }),
  Supplier: (_, page, n) => ({
    name: `${pick(['Northlight', 'Mapleford', 'Tidewell', 'Harrowgate'], n)} Medical Supply ${n}`,
    city: pick(['Eastmere', 'Fairholm', 'Lowbridge'], n),
    rating: n % 4 === 0 ? null : 3 + (n % 20) / 10,
    mainItem: () => rowOf('Item', `it-${page}-${n}`),
  }),
  Item: (_, page, n) => ({
    sku: `SKU-${String(n).padStart(6, '0')}`,
    name: `${pick(['Gauze swab', 'Nitrile glove', 'Infusion set', 'Suture kit', 'Face mask'], n)} no. ${n}`,
    description: n % 5 === 0 ? null : `Sterile, single use, box of ${(n % 10) * 10 + 10}`,
    category: pick(['Wound care', 'Protection', 'Infusion', 'Surgery'], n),
    unit: pick(['box', 'piece', 'pack'], n),
    onHand: (n * 37) % 900,
    reserved: (n * 11) % 40,
    reorderPoint: ((n * 7) % 20) * 10,
    unitCost: ((n * 53) % 9000) / 100,
    lotTracked: n % 2 === 0,
    countedOn: n % 6 === 0 ? null : dateOf(n),
    nextDelivery: () => rowOf('Appointment', `ap-${page}-${n}`),
  }),
  CostCenter: (_, page, n) => ({
    code: `CC-${n}`,
    name: `Ward ${n} consumables`,
    lastOrder: () => rowOf('PurchaseOrder', `po-${page}-${n}`),
  }),
  Employee: (_, page, n) => ({
    name: `${pick(['Ada', 'Ruben', 'Mina', 'Jonas'], n)} ${pick(['Fennel', 'Quill', 'Larkspur'], n)} ${n}`,
    title: pick(['Buyer', 'Ward manager', 'Controller'], n),
    costCenter: () => rowOf('CostCenter', `cc-${page}-${n}`),
  }),
  Appointment: (_, page, n) => ({
    start: `${dateOf(n)}T09:30:00Z`,
    status: pick(['BOOKED', 'ARRIVED', 'FULFILLED'], n),
    practitioner: () => rowOf('Employee', `em-${page}-${n}`),
  }),
};

const itemOf = (order: number, line: number): number =>
  Math.floor(order / 10) * ITEMS_PER_TEN_ORDERS + ((order * LINES + line * 5) % ITEMS_PER_TEN_ORDERS);

const pick = (values: readonly string[], n: number): string => values[n % values.length] as string;

const money = (cents: number): string => (cents / 100).toFixed(2);

const dateOf = (n: number): string =>
  `2031-${String((n % 12) + 1).padStart(2, '0')}-${String((n % 28) + 1).padStart(2, '0')}`;
