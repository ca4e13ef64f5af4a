import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { execute, parse, validate } from 'graphql';
import type { SubgraphDefinition } from '../../fakes/subgraph.ts';
import { createChoices, hashOf } from './choices.ts';
import { fixed } from './fixed.ts';
import { randomOperation } from './random-operation.ts';

const LINK = `extend schema @link(
  url: "https://specs.apollo.dev/federation/v2.9"
  import: ["@key", "@external", "@requires", "@context", "@fromContext"]
)
`;

type Kind = 'Ward' | 'Lab' | 'Bed';

/** Everything about an object follows from its id; a bed knows besides from where it was reached. */
interface Thing {
  readonly kind: Kind;
  readonly id: string;
  readonly from?: Thing;
}

const number = (text: string): number => hashOf(text) % 1000;

/** Beds are few, so that the same are met in many places. */
const bedOf = (from: Thing, name: string): Thing | null => {
  const chosen = number(`${name} of ${from.id}`);
  return chosen % 7 === 0 ? null : { kind: 'Bed', id: `bed${chosen % 4}`, from: from.from ?? from };
};
const bedsOf = (from: Thing): (Thing | null)[] =>
  Array.from({ length: number(`beds of ${from.id}`) % 4 }, (_, index) => bedOf(from, `${index}`));
const wardOf = ({ id }: Thing): Thing => ({ kind: 'Ward', id: `ward${number(`ward of ${id}`) % 5}` });

const currencyOf = ({ id }: Thing) => (number(`money of ${id}`) % 5 === 0 ? null : `money${number(id) % 3}`);
const rateOf = ({ id }: Thing) => `rate${number(`rate of ${id}`) % 3}`;
const tagOf = ({ id }: Thing) => `tag of ${id}`;
const otherOf = (bed: Thing): Thing => ({ ...bed, id: `bed${number(`other than ${bed.id}`) % 4}` });
const pricedAt = ({ id }: Thing, currency: unknown) => `${id} in ${String(currency)}`;
const taxedAt = (tag: string, currency: unknown, rate: unknown) => `${tag} in ${String(currency)} at ${String(rate)}`;
const ratedAt = ({ id }: Thing, of: unknown) => `${id} by ${String(of)}`;

const WARDS: readonly Thing[] = [0, 1, 2].map((index) => ({ kind: 'Ward', id: `ward${index}` }));
const LABS: readonly Thing[] = [0, 1].map((index) => ({ kind: 'Lab', id: `lab${index}` }));
const PLACES = [WARDS[1], LABS[0], WARDS[2], LABS[1]];
const kindOf = ({ kind }: Thing) => kind;

interface Given {
  readonly of: unknown;
  readonly currency: unknown;
  readonly rate: unknown;
}

const subgraphs: Readonly<Record<string, SubgraphDefinition>> = {
  rooms: {
    sdl: `${LINK}
      type Query { wards: [Ward!] labs: [Lab] places: [Place] }
      union Place = Ward | Lab
      type Ward @key(fields: "id") { id: ID! beds: [Bed] first: Bed }
      type Lab @key(fields: "id") { id: ID! rows: [[Bed]] }
      type Bed @key(fields: "id") { id: ID! next: Bed ward: Ward }`,
    resolvers: {
      Query: { wards: () => WARDS, labs: () => LABS, places: () => PLACES },
      Place: { __resolveType: kindOf },
      Ward: { beds: bedsOf, first: (ward: Thing) => bedOf(ward, 'first') },
      Lab: { rows: (lab: Thing) => [bedsOf(lab), [bedOf(lab, 'last')]] },
      Bed: { next: (bed: Thing) => bedOf(bed, 'next'), ward: wardOf },
    },
  },
  accounts: {
    sdl: `${LINK}
      type Ward @key(fields: "id") { id: ID! currency: String }
      type Lab @key(fields: "id") { id: ID! currency: String rate: String }
      type Bed @key(fields: "id") { id: ID! tag: String }`,
    resolvers: { Ward: { currency: currencyOf }, Lab: { currency: currencyOf, rate: rateOf }, Bed: { tag: tagOf } },
  },
  prices: {
    sdl: `${LINK}
      type Ward @key(fields: "id") @context(name: "place") { id: ID! currency: String @external rate: String top: Bed }
      type Lab @key(fields: "id") @context(name: "place") { id: ID! currency: String @external rate: String @external }
      type Bed @key(fields: "id") {
        id: ID!
        other: Bed
        tag: String @external
        price(currency: String @fromContext(field: "$place { currency }")): String
        rated(of: String @fromContext(field: "$place ... on Ward { rate } ... on Lab { currency }")): String
        taxed(
          currency: String @fromContext(field: "$place { currency }")
          rate: String @fromContext(field: "$place { rate }")
        ): String @requires(fields: "tag")
      }`,
    resolvers: {
      Ward: { rate: rateOf, top: (ward: Thing) => bedOf(ward, 'top') },
      Bed: {
        other: otherOf,
        price: (bed: Thing, { currency }: Given) => pricedAt(bed, currency),
        rated: (bed: Thing, { of }: Given) => ratedAt(bed, of),
        taxed: ({ tag }: { tag: string }, { currency, rate }: Given) => taxedAt(tag, currency, rate),
      },
    },
  },
};

/** What a field of an object is, said at once, and without a subgraph. */
const direct = (thing: Thing, field: string): unknown => {
  const from = thing.from ?? thing;
  const values: Readonly<Record<string, () => unknown>> = {
    id: () => thing.id,
    beds: () => bedsOf(thing),
    rows: () => [bedsOf(thing), [bedOf(thing, 'last')]],
    first: () => bedOf(thing, 'first'),
    top: () => bedOf(thing, 'top'),
    next: () => bedOf(thing, 'next'),
    ward: () => wardOf(thing),
    other: () => otherOf(thing),
    currency: () => currencyOf(thing),
    rate: () => rateOf(thing),
    tag: () => tagOf(thing),
    price: () => pricedAt(thing, currencyOf(from)),
    rated: () => ratedAt(thing, from.kind === 'Ward' ? rateOf(from) : currencyOf(from)),
    taxed: () => taxedAt(tagOf(thing), currencyOf(from), rateOf(from)),
  };
  return values[field]?.();
};

/** Conditions and the variables for them are another matter. */
const plain = (text: string): string =>
  text.replaceAll(/ ?@(?:skip|include)\(if: [^)]*\)/g, '').replace(/^query Q\([^)]*\)/, 'query Q');

describe('a graph with contexts', () => {
  const graph = fixed(subgraphs);

  it('answers what is true at each place, whatever is asked', async () => {
    let compared = 0;
    const compare = async (tape: readonly number[]) => {
      const text = plain(randomOperation(graph.schema, createChoices(tape), 14).text);
      const document = parse(text);
      if (validate(graph.schema, document).length > 0) return;
      const expected = await execute({
        schema: graph.schema,
        document,
        rootValue: { wards: WARDS, labs: LABS, places: PLACES },
        fieldResolver: (source: Thing & Record<string, unknown>, _given, _context, { fieldName }) =>
          'kind' in source ? direct(source, fieldName) : (source as Record<string, unknown>)[fieldName],
        typeResolver: kindOf,
      });
      expect(expected.errors).toBeUndefined();
      const { data, errors } = await graph.ask(text);
      expect({ text, data, errors }).toEqual({ text, data: expected.data, errors: [] });
      if (/price|rated|taxed/.test(text)) compared++;
    };
    const tapes = fc.array(fc.nat(999), { minLength: 50, maxLength: 300, size: 'max' });
    await fc.assert(fc.asyncProperty(tapes, compare), { numRuns: Number(process.env['FC_RUNS'] ?? 100) });
    expect(compared).toBeGreaterThan(20);
  });
});
