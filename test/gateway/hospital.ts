import type { SubgraphDefinition } from '../fakes/subgraph.ts';
import { LINK } from './start-graph.ts';

/** An invented graph with one of everything that authorization has to deal with. */
export const stock: SubgraphDefinition = {
  sdl: `${LINK}
    type Query {
      items: [Item!]
      item(id: ID!): Item
      thing(id: ID!): Thing
      things: [Thing]
      found: [Found!]
      supplier: Supplier
      grade(of: Grade, filter: GradeFilter): String
      safe: Safe!
    }
    type Mutation {
      count(item: ID!): Item
      discard(item: ID!): Item @requiresScopes(scopes: [["stock:write"]])
    }
    interface Thing { id: ID! label: String }
    type Item implements Thing @key(fields: "id") {
      id: ID!
      label: String
      "Either scope pair opens it."
      cost: Int @requiresScopes(scopes: [["stock:read", "finance:read"], ["audit"]])
      batch: String! @requiresScopes(scopes: [["stock:read"]])
      parent: Item
    }
    type Drug implements Thing @requiresScopes(scopes: [["pharmacy:read"]]) {
      id: ID!
      label: String
      dose: Int
    }
    type Supplier { name: String rating: Rating notes: [[Note]] }
    type Note { text: String author: String @requiresScopes(scopes: [["audit"]]) }
    union Found = Item | Drug | Supplier
    scalar Rating @requiresScopes(scopes: [["supplier:rate"]])
    enum Grade @requiresScopes(scopes: [["grade:use"]]) { GOOD POOR }
    input GradeFilter { grade: Grade text: String inner: GradeFilter }
    type Safe { code: String @requiresScopes(scopes: [["audit"]]) place: String }
  `,
  resolvers: {
    Query: {
      items: () => ITEMS,
      item: (_: never, { id }: { id: string }) => ITEMS.find((item) => item.id === id) ?? null,
      thing: (_: never, { id }: { id: string }) => [...ITEMS, DRUG].find((thing) => thing.id === id) ?? null,
      things: () => [ITEMS[0], null, DRUG],
      found: () => [ITEMS[0], DRUG, SUPPLIER],
      supplier: () => SUPPLIER,
      grade: () => 'fine',
      safe: () => ({ code: '0000', place: 'cellar' }),
    },
    Mutation: {
      count: (_: never, { item }: { item: string }) => ITEMS.find(({ id }) => id === item),
      discard: (_: never, { item }: { item: string }) => ITEMS.find(({ id }) => id === item),
    },
    Thing: { __resolveType: (thing: { __typename: string }) => thing.__typename },
    Found: { __resolveType: (thing: { __typename: string }) => thing.__typename },
    Item: { parent: () => ITEMS[1] },
  },
};

export const shop: SubgraphDefinition = {
  sdl: `${LINK}
    type Query { offers: [Offer!] }
    type Item @key(fields: "id") { id: ID! price: Int offers: [Offer!] }
    type Offer @authenticated { number: ID! item: Item margin: Int @requiresScopes(scopes: [["finance:read"]]) }
  `,
  resolvers: {
    Query: { offers: () => OFFERS },
    Item: { price: () => 7, offers: () => OFFERS },
  },
};

const ITEMS = [
  { __typename: 'Item', id: 'i1', label: 'gloves', cost: 4, batch: 'b1' },
  { __typename: 'Item', id: 'i2', label: 'masks', cost: 9, batch: 'b2' },
];

const DRUG = { __typename: 'Drug', id: 'd1', label: 'saline', dose: 9 };

const SUPPLIER = {
  __typename: 'Supplier',
  name: 'Plainly Invented Ltd',
  rating: 'A',
  notes: [[{ text: 'late', author: 'kim' }, null], null, []],
};

const OFFERS = [{ number: 'o1', item: { id: 'i1' }, margin: 3 }];
