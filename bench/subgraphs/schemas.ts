/** Names of the subgraphs, in the order in which they are composed. */
export const SUBGRAPHS = ['procurement', 'partners', 'inventory', 'finance', 'hr', 'scheduling'] as const;

export type SubgraphName = (typeof SUBGRAPHS)[number];

/**
 * The schemas, written so that one text serves both generations of federation: as it stands it is Federation 1, which
 * is what Mercurius speaks; {@link federation2} turns it into Federation 2 for everybody else.
 */
export const FEDERATION_1: Readonly<Record<SubgraphName, string>> = {
  procurement: `
    extend type Query {
      order(id: ID!): PurchaseOrder
      orders(page: Int!, first: Int!): [PurchaseOrder!]!
    }
    extend type Mutation {
      receiveOrder(input: ReceiveOrderInput!): ReceiveOrderPayload!
    }
    input ReceiveOrderInput { orderId: ID!, receivedOn: String!, reference: String!, lines: [ReceivedLineInput!]! }
    input ReceivedLineInput { lineId: ID!, quantity: Int! }
    type ReceiveOrderPayload { order: PurchaseOrder!, receipt: GoodsReceipt! }
    type GoodsReceipt { id: ID!, number: String!, receivedOn: String!, reference: String!, lineCount: Int! }
    enum OrderState { DRAFT SENT CONFIRMED RECEIVED }
    type PurchaseOrder @key(fields: "id") {
      id: ID!
      number: String!
      state: OrderState!
      orderedOn: String!
      total: String!
      currency: String!
      note: String
      supplier: Supplier!
      lines: [OrderLine!]!
    }
    type OrderLine { id: ID!, quantity: Int!, unitPrice: String!, item: Item! }
    extend type Supplier @key(fields: "id") { id: ID! @external }
    extend type Item @key(fields: "id") { id: ID! @external }
  `,
  partners: `
    type Supplier @key(fields: "id") {
      id: ID!
      name: String!
      city: String
      rating: Float
      mainItem: Item!
    }
    extend type Item @key(fields: "id") { id: ID! @external }
  `,
  inventory: `
    extend type Query {
      items(page: Int!, first: Int!): [Item!]!
    }
    type Item @key(fields: "id") {
      id: ID!
      sku: String!
      name: String!
      description: String
      category: String!
      unit: String!
      onHand: Int!
      reserved: Int!
      reorderPoint: Int!
      unitCost: Float!
      lotTracked: Boolean!
      countedOn: String
      nextDelivery: Appointment!
    }
    extend type Appointment @key(fields: "id") { id: ID! @external }
  `,
  finance: `
    type VendorBill { id: ID!, number: String!, dueOn: String!, amount: String!, status: BillStatus!, approvedBy: Employee }
    enum BillStatus { OPEN PAID DISPUTED }
    type CostCenter @key(fields: "id") { id: ID!, code: String!, name: String!, lastOrder: PurchaseOrder! }
    extend type PurchaseOrder @key(fields: "id") { id: ID! @external, bills: [VendorBill!]! }
    extend type Employee @key(fields: "id") { id: ID! @external }
  `,
  hr: `
    type Employee @key(fields: "id") { id: ID!, name: String!, title: String!, costCenter: CostCenter! }
    extend type CostCenter @key(fields: "id") { id: ID! @external }
  `,
  scheduling: `
    extend type Query {
      appointment(id: ID!): Appointment
    }
    enum AppointmentStatus { BOOKED ARRIVED FULFILLED }
    type Appointment @key(fields: "id") {
      id: ID!
      start: String!
      status: AppointmentStatus!
      practitioner: Employee!
    }
    extend type Employee @key(fields: "id") { id: ID! @external }
  `,
};

/** The same schema for Federation 2, where the key of an entity defined elsewhere is not external. */
export const federation2 = (sdl: string): string => `${LINK}\n${sdl.replaceAll(' @external', '')}`;

const LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])';
