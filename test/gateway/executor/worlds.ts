/** Invented graphs, each with what is hard to get right in one executor. */
export const WORLDS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'keys of every kind': {
    stock: `LINK
      type Query { items: [Item!]! item(n: Int): Item shelves: [[Item]!] things: [Thing] found: [Found!] one: Found }
      type Mutation { count(n: Int): Item move(n: Int!): Int! }
      interface Thing { id: ID! label: String }
      union Found = Item | Drug | Box
      enum Grade { GOOD POOR SECRET @inaccessible }
      scalar Any
      type Item implements Thing @key(fields: "id") @key(fields: "sku") {
        id: ID! sku: String! label: String grade: Grade grades: [Grade!] size: Size! any: Any weight: Float
        parent: Item parts: [Item!] boxes: [[Box!]] dims: Dims @shareable
      }
      type Drug implements Thing @key(fields: "id sku") { id: ID! sku: String! label: String dose: Int! }
      type Box @key(fields: "ref { code }") { ref: Ref! label(n: Int): String! holds: [Thing!]! }
      type Ref @shareable { code: ID! }
      type Size { w: Int! h: Int }
      type Dims @shareable { w: Int h: Int }`,
    shop: `LINK
      type Query { offers: [Offer!] best: Offer! }
      type Mutation { buy(n: Int): Offer }
      type Offer { number: ID! item: Item! box: Box price: Int! }
      type Item @key(fields: "sku") {
        sku: String! price: Int offers(n: Int): [Offer!]! label: String @external weight: Float @external
        shipping: Int @requires(fields: "weight label")
      }
      type Drug @key(fields: "id sku") { id: ID! sku: String! price: Int! }
      type Box @key(fields: "ref { code }") { ref: Ref! price: Int rival: Found }
      type Ref @shareable { code: ID! }
      union Found = Item | Box`,
    lab: `LINK
      type Query { tests: [Test] }
      type Test { id: ID! of: Item drug: Drug! }
      type Item @key(fields: "id") {
        id: ID! purity: Float! size: Size! @external parts: [Item!] @external dims: Dims @external
        report: String @requires(fields: "size { w h } dims { w }")
        stack: [String!] @requires(fields: "parts { id }")
      }
      type Drug @key(fields: "id sku") { id: ID! sku: String! trial: Test }
      type Size @external { w: Int! h: Int }
      type Dims @shareable { w: Int h: Int }`,
  },
  'interfaces as objects': {
    media: `LINK
      type Query { media: [Media!]! pick(n: Int): Media books: [Book] }
      interface Media @key(fields: "id") { id: ID! title: String! }
      type Book implements Media @key(fields: "id") { id: ID! title: String! pages: Int author: Author }
      type Film implements Media @key(fields: "id") { id: ID! title: String! length: Int! cast: [Author!] }
      type Author @key(fields: "id") { id: ID! name: String @shareable }`,
    reviews: `LINK
      type Query { top: [Media] reviewed: Media! }
      type Media @key(fields: "id") @interfaceObject { id: ID! reviews: [Review!]! score: Float! rank: Int }
      type Review { text: String! stars: Int by: Author of: Media }
      type Author @key(fields: "id") { id: ID! reviews: [Review] }`,
    people: `LINK
      type Query { me: Author authors: [Author!]! }
      type Author @key(fields: "id") { id: ID! name: String @shareable alive: Boolean! works: [Work!] }
      union Work = Poem | Play
      type Poem { lines: Int! title: String }
      type Play { acts: Int! title: String! lines: String }`,
  },
  'shared, provided and overridden': {
    a: `LINK
      type Query { user: User @shareable users: [User!] node(n: Int): Node feed: [Entry] }
      interface Node { id: ID! owner: User }
      type User implements Node @key(fields: "id") {
        id: ID! name: String! @shareable age: Int address: Address @shareable owner: User friends: [User]
        score: Int nick: String
      }
      type Post implements Node @key(fields: "id") { id: ID! owner: User @shareable body: String! tags: [[String!]!] }
      type Address @shareable { city: String! zip: Int tags: [[Tag]] }
      type Tag @shareable { name: String! }
      union Entry = User | Post`,
    b: `LINK
      type Query { user: User @shareable posts: [Post] @provides(fields: "owner { name }") entry: Entry }
      type User @key(fields: "id") {
        id: ID! name: String! @external address: Address @shareable score: Int @override(from: "a") mood: Mood
      }
      type Post @key(fields: "id") { id: ID! owner: User @shareable likes: Int! rating: Float @shareable }
      type Address @shareable { city: String! zip: Int tags: [[Tag]] }
      type Tag @shareable { name: String! }
      union Entry = Post
      enum Mood { HAPPY SAD }`,
    c: `LINK
      type Query { drafts: [Post!] }
      type User @key(fields: "id") {
        id: ID! age: Int @external greeting(n: Int): String! @requires(fields: "age") address: Address @external
        route: String @requires(fields: "address { city zip }")
      }
      type Post @key(fields: "id") {
        id: ID! rating: Float @shareable likes: Int! @external hot: Boolean @requires(fields: "likes") author: User
      }
      type Address @external { city: String! zip: Int }`,
  },
};

const LINK = `extend schema @link(
  url: "https://specs.apollo.dev/federation/v2.9"
  import: ["@key", "@shareable", "@external", "@requires", "@provides", "@inaccessible", "@override", "@interfaceObject"]
)`;

/** SDL with the link to federation where `LINK` stands. */
export const linked = (sdls: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(sdls).map(([name, sdl]) => [name, sdl.replace('LINK', LINK)]));
