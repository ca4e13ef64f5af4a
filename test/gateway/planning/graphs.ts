import { compose } from '../../../gateway/supergraph/compose.ts';

const LINK = `extend schema @link(
  url: "https://specs.apollo.dev/federation/v2.9"
  import: ["@key", "@shareable", "@external", "@requires", "@override"]
)
`;

export const supergraphOf = (sdls: Readonly<Record<string, string>>): string =>
  compose(Object.entries(sdls).map(([name, sdl]) => ({ name, url: `http://${name}.invalid`, sdl: LINK + sdl })))
    .supergraphSdl;

/** Trays of a store, weighed by a scale that has to know what a tray is made of and where it lies. */
export const trays = supergraphOf({
  store: `
    type Query { tray: Tray store: Query }
    type Tray @key(fields: "id") { id: ID! label: String material(n: Int): String shelf: Shelf }
    type Shelf { code: String note: String }`,
  scale: `
    type Tray @key(fields: "id") {
      id: ID! grams: Int
      material(n: Int): String @external
      shelf: Shelf @external
      load: Int @requires(fields: "material")
      reach: Int @requires(fields: "shelf { code }")
    }
    type Shelf { code: String @external }`,
});

/** Fields that each need the one of the subgraph before: planning a long chain of them takes for ever. */
export const chained = supergraphOf(
  Object.fromEntries(
    Array.from({ length: 6 }, (_, n) => [
      `s${n}`,
      `type Query { e${n}: E }
       type E @key(fields: "id") {
         id: ID! f${n}: Int n: E @shareable
         ${n > 0 ? `f${n - 1}: Int @external r${n}: Int @requires(fields: "f${n - 1}")` : ''}
         ${n > 1 ? `r${n - 1}: Int @external q${n}: E @requires(fields: "r${n - 1}")` : ''}
       }`,
    ]),
  ),
);

export const ENDLESS = `{ e0 { ${'r5 q5 { '.repeat(30)} r2 ${'} '.repeat(30)} } }`;

/** An interface of many types, all of it in every subgraph: the ways to one field multiply at each level. */
export const shared = supergraphOf(
  Object.fromEntries(
    Array.from({ length: 5 }, (_, n) => [
      `s${n}`,
      `type Query { i: I @shareable e: E0 @shareable }
       interface I { id: ID! i: I }
       ${Array.from(
         { length: 8 },
         (_unused, t) =>
           `type E${t} implements I @key(fields: "id") { id: ID! i: I @shareable n: E0 @shareable own${n}_${t}: Int }`,
       ).join('\n')}`,
    ]),
  ),
);
