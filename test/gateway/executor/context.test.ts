import { describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../../platform/config.ts';
import type { SubgraphDefinition } from '../../fakes/subgraph.ts';
import { paths, startGraph, type TestGraph } from '../start-graph.ts';
import { expectValid, fixed } from './fixed.ts';

const LINK = `extend schema @link(
  url: "https://specs.apollo.dev/federation/v2.9"
  import: ["@key", "@shareable", "@external", "@requires", "@context", "@fromContext"]
)
`;

interface Ward {
  readonly id: string;
  readonly currency: string | null;
  readonly beds: readonly string[];
}

interface Hospital {
  readonly id: string;
  readonly rate: number;
  readonly wards: readonly (readonly Ward[])[];
}

const ward = (id: string, currency: string | null, ...beds: readonly string[]): Ward => ({ id, currency, beds });

/** Some beds stand in several wards, some twice in one. */
const HOSPITALS: readonly Hospital[] = [
  {
    id: 'north',
    rate: 2,
    wards: [[ward('w1', 'EUR', 'a', 'b'), ward('w2', 'USD', 'b', 'b', 'c')], [ward('w3', 'EUR', 'a')]],
  },
  { id: 'south', rate: 3, wards: [[], [ward('w4', null, 'a', 'd'), ward('w5', 'USD', 'd', 'c')]] },
];

const WARDS = HOSPITALS.flatMap(({ wards }) => wards.flat());

/** What the fields with arguments from contexts are, given these. */
const priceOf = (bed: string, currency: string | null): string => `${bed} in ${currency}`;
const totalOf = (bed: string, currency: string | null, rate: number, days: number): string =>
  `${bed} in ${currency} at ${rate} for ${days}`;

const hospitals: Readonly<Record<string, SubgraphDefinition>> = {
  rooms: {
    sdl: `${LINK}
      type Query { hospitals: [Hospital!]! }
      type Hospital @key(fields: "id") { id: ID! wards: [[Ward!]!]! }
      type Ward @key(fields: "id") { id: ID! name: String beds: [Bed]! }
      type Bed @key(fields: "id") { id: ID! label: String }`,
    resolvers: {
      Query: { hospitals: () => HOSPITALS },
      Ward: { name: ({ id }: Ward) => `ward ${id}`, beds: ({ beds }: Ward) => beds.map((id) => ({ id })) },
      Bed: { label: ({ id }: { id: string }) => `bed ${id}` },
    },
  },
  accounts: {
    sdl: `${LINK}
      type Ward @key(fields: "id") { id: ID! currency: String }`,
    resolvers: { Ward: { currency: ({ id }: Ward) => WARDS.find((one) => one.id === id)?.currency } },
  },
  prices: {
    sdl: `${LINK}
      type Hospital @key(fields: "id") @context(name: "hospital") { id: ID! rate: Int! }
      type Ward @key(fields: "id") @context(name: "ward") { id: ID! currency: String @external }
      type Bed @key(fields: "id") {
        id: ID!
        plain: String
        price(currency: String @fromContext(field: "$ward { currency }")): String
        total(
          days: Int!
          rate: Int @fromContext(field: "$hospital { rate }")
          currency: String @fromContext(field: "$ward { currency }")
        ): String
        other: Bed
      }`,
    resolvers: {
      Hospital: { rate: ({ id }: Hospital) => HOSPITALS.find((one) => one.id === id)?.rate },
      Bed: {
        plain: ({ id }: { id: string }) => `plain ${id}`,
        price: ({ id }: { id: string }, { currency }: { currency: string | null }) => {
          if (id === 'c') throw new Error(`no price for ${priceOf(id, currency)}`);
          return priceOf(id, currency);
        },
        total: ({ id }: { id: string }, given: { currency: string | null; rate: number; days: number }) =>
          totalOf(id, given.currency, given.rate, given.days),
        other: ({ id }: { id: string }) => ({ id: `${id}${id}` }),
      },
    },
  },
};

const askedOf = (graph: TestGraph, name: string): readonly string[] => {
  const { requests, sdl } = graph.remote(name);
  const queries = requests.map(({ body }) => body.query);
  expectValid(sdl, queries);
  return queries;
};

const representationsOf = (graph: TestGraph, name: string): number[] =>
  graph
    .remote(name)
    .requests.flatMap(({ body }) =>
      Object.entries(body.variables ?? {}).flatMap(([key, value]) =>
        key.startsWith('representations') ? [(value as unknown[]).length] : [],
      ),
    );

/** What the answer has for each bed, by the evaluation of everything at its place. */
const ofBeds = (evaluate: (bed: string, from: Ward, within: Hospital) => object) => ({
  hospitals: HOSPITALS.map((hospital) => ({
    wards: hospital.wards.map((row) =>
      row.map((one) => ({ beds: one.beds.map((bed) => evaluate(bed, one, hospital)) })),
    ),
  })),
});

const priceOrNull = (bed: string, currency: string | null) => (bed === 'c' ? null : priceOf(bed, currency));

describe('an argument from a context', () => {
  it('has the value of the parent of each entity, in one call', async () => {
    await using graph = await startGraph({ remote: hospitals, open: true });
    const { body } = await graph.ask('{ hospitals { wards { beds { plain p: price } } } }');
    expect(body.data).toEqual(
      ofBeds((bed, { currency }) => ({ plain: `plain ${bed}`, p: priceOrNull(bed, currency) })),
    );
    expect(askedOf(graph, 'prices')).toHaveLength(1);
    // EUR: a, b; USD: b, c, d; none: a, d.
    expect(representationsOf(graph, 'prices')).toEqual([2, 3, 2]);
  });

  it('has errors told wherever an entity stands', async () => {
    await using graph = await startGraph({ remote: hospitals, open: true });
    const answer = await graph.ask('{ hospitals { wards { beds { p: price } } } }');
    expect(paths(answer).toSorted()).toEqual(['hospitals.0.wards.0.1.beds.2.p', 'hospitals.1.wards.1.1.beds.1.p']);
    expect(new Set(answer.body.errors?.map(({ message }) => message))).toEqual(new Set(['no price for c in USD']));
  });

  it('comes from further up as well, beside arguments of the client', async () => {
    await using graph = await startGraph({ remote: hospitals, open: true });
    const query =
      'query($days: Int!) { hospitals { wards { beds { label total(days: $days) week: total(days: 7) } } } }';
    const { body } = await graph.ask(query, { variables: { days: 2 } });
    expect(body).toEqual({
      data: ofBeds((bed, { currency }, { rate }) => ({
        label: `bed ${bed}`,
        total: totalOf(bed, currency, rate, 2),
        week: totalOf(bed, currency, rate, 7),
      })),
    });
    // One call for the rates of hospitals, and one for everything that depends on them.
    expect(askedOf(graph, 'prices')).toHaveLength(2);
  });

  it('reaches entities inside of others of the subgraph', async () => {
    await using graph = await startGraph({ remote: hospitals, open: true });
    const { body } = await graph.ask('{ hospitals { wards { beds { other { price other { p: price } } } } } }');
    expect(body).toEqual({
      data: ofBeds((bed, { currency }) => ({
        other: {
          price: priceOf(`${bed}${bed}`, currency),
          other: { p: priceOf(`${bed}${bed}${bed}${bed}`, currency) },
        },
      })),
    });
    expect(askedOf(graph, 'prices')).toHaveLength(1);
  });

  it('leaves the query as it is where all entities are in the same', async () => {
    const [wide] = HOSPITALS;
    const same = wide?.wards.flat().filter(({ currency }) => currency === 'EUR') ?? [];
    const rooms = hospitals['rooms'] as SubgraphDefinition;
    const only = {
      ...rooms,
      resolvers: { ...rooms.resolvers, Query: { hospitals: () => [{ ...wide, wards: [same] }] } },
    };
    await using graph = await startGraph({ remote: { ...hospitals, rooms: only }, open: true });
    const { body } = await graph.ask('{ hospitals { wards { beds { price } } } }');
    expect(body.data.hospitals[0].wards[0][0].beds).toEqual([{ price: 'a in EUR' }, { price: 'b in EUR' }]);
    const [query] = askedOf(graph, 'prices');
    expect(query).toMatch(/^query\(\$representations:\[_Any!\]!\$\w+:String\)\{_entities\(/);
    expect(representationsOf(graph, 'prices')).toEqual([2]);
  });

  it('is null where the context cannot be had', async () => {
    await using graph = await startGraph({ remote: hospitals, open: true });
    graph.remote('accounts').answerWith((_request, response) => void response.writeHead(500).end());
    const answer = await graph.ask('{ hospitals { wards { beds { label total(days: 1) } } } }');
    expect(answer.body.data).toEqual(
      ofBeds((bed, _ward, { rate }) => ({ label: `bed ${bed}`, total: totalOf(bed, null, rate, 1) })),
    );
    expect(paths(answer)).toEqual(['hospitals.@.wards.@.@']);
  });

  it('brings nothing into the answer that was not asked for', async () => {
    await using graph = await startGraph({ remote: hospitals, open: true });
    const { text } = await graph.ask('{ hospitals { wards { beds { total(days: 1) } } } }');
    expect(text).not.toMatch(/"(?:id|rate|currency|__typename)"/);
    const beside = await graph.ask('{ hospitals { rate wards { id currency beds { price } } } }');
    expect(beside.body.data).toEqual({
      hospitals: HOSPITALS.map(({ rate, wards }) => ({
        rate,
        wards: wards.map((row) =>
          row.map(({ id, currency, beds }) => ({
            id,
            currency,
            beds: beds.map((bed) => ({ price: priceOrNull(bed, currency) })),
          })),
        ),
      })),
    });
  });

  it('is not the client’s to give', async () => {
    await using graph = await startGraph({ remote: hospitals, open: true });
    const { body } = await graph.ask('{ hospitals { wards { beds { price(currency: "CHF") } } } }');
    expect(body.errors?.[0]?.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
  });

  it.each(['no list', 'too few', 'nothing'])('is an error where the subgraph answers %s of entities', async (what) => {
    await using graph = await startGraph({ remote: hospitals, open: true });
    graph.remote('prices').answerWith((_request, response) => {
      const lists = {
        'no list': { _0: [null, null], _1: 'none', _2: [] },
        'too few': { _0: [{}], _1: [] },
        nothing: {},
      };
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ data: lists[what as keyof typeof lists] }));
    });
    const answer = await graph.ask('{ hospitals { wards { beds { label price } } } }');
    expect(answer.body.data).toEqual(ofBeds((bed) => ({ label: `bed ${bed}`, price: null })));
    expect(paths(answer)).toEqual(['hospitals.@.wards.@.@.beds.@']);
  });
});

interface Place {
  readonly kind: 'Ward' | 'Lab';
  readonly currency: string;
  readonly unit?: string;
  readonly benches?: readonly number[];
  readonly beds: readonly string[];
}

const PLACES: readonly Place[] = [
  { kind: 'Ward', currency: 'EUR', unit: 'icu', beds: ['a', 'b'] },
  { kind: 'Lab', currency: 'USD', benches: [1, 2], beds: ['b'] },
  { kind: 'Ward', currency: 'USD', unit: 'er', beds: ['b'] },
];

const bedsOf = ({ beds }: Place) => beds.map((id) => ({ id }));
const kindOf = ({ kind }: Place) => kind;

/** Contexts that several types give. */
const places: Readonly<Record<string, SubgraphDefinition>> = {
  places: {
    sdl: `${LINK}
      type Query { places: [Place!]! rooms: [Room!]! wards: [Ward!]! }
      interface Place @context(name: "place") { currency: String }
      union Room @context(name: "room") = Ward | Lab
      type Ward implements Place { currency: String unit(upper: Boolean): String beds: [Bed!]! }
      type Lab implements Place { currency: String benches: [Bench!] first: Bench beds: [Bed!]! }
      type Bench { number: Int code: String }
      type Bed @key(fields: "id") {
        id: ID!
        price(currency: String @fromContext(field: "$place { currency }")): String
        unit(of: String @fromContext(field: "$room ... on Ward { unit } ... on Lab { currency }")): String
        code(of: String @fromContext(field: "$place ... on Lab { first { code } } ... on Ward { unit }")): String
      }`,
    resolvers: {
      Query: {
        places: () => PLACES,
        rooms: () => PLACES,
        wards: () => PLACES.filter(({ kind }) => kind === 'Ward'),
      },
      Place: { __resolveType: kindOf },
      Room: { __resolveType: kindOf },
      Ward: {
        beds: bedsOf,
        unit: ({ unit }: Place, { upper }: { upper?: boolean }) => (upper === true ? unit?.toUpperCase() : unit),
      },
      Lab: {
        beds: bedsOf,
        benches: ({ benches }: Place) => benches?.map((number) => ({ number })),
        first: () => ({ code: 'first' }),
      },
      Bed: {
        price: ({ id }: { id: string }, { currency }: { currency: string | null }) => priceOf(id, currency),
        unit: ({ id }: { id: string }, { of }: { of: string | null }) => `${id} of ${of}`,
        code: ({ id }: { id: string }, { of }: { of: string | null }) => `${id} for ${of}`,
      },
    },
  },
};

const unitOf = ({ kind, unit, currency }: Place) => (kind === 'Ward' ? unit : currency);
const codeOf = ({ kind, unit }: Place) => (kind === 'Ward' ? unit : 'first');

describe('a context of several types', () => {
  it.each([
    ['an interface', 'places { ... on Ward { beds { price } } ... on Lab { beds { price } } }'],
    ['a union', 'places: rooms { ... on Ward { beds { price } } ... on Lab { beds { price } } }'],
  ])('is given by each of them: %s', async (_name, selections) => {
    await using graph = await startGraph({ remote: places, open: true });
    const { body } = await graph.ask(`{ ${selections} }`);
    expect(body).toEqual({
      data: {
        places: PLACES.map(({ currency, beds }) => ({ beds: beds.map((bed) => ({ price: priceOf(bed, currency) })) })),
      },
    });
    expect(askedOf(graph, 'places')).toHaveLength(2);
  });

  it.each(['unit', 'code', 'unit price', 'price unit code'])('can be another field of each: %s', async (fields) => {
    await using graph = await startGraph({ remote: places, open: true });
    const { body } = await graph.ask(
      `{ rooms { ... on Ward { beds { ${fields} } } ... on Lab { beds { ${fields} } } } wards { beds { ${fields} } } }`,
    );
    const bedsIn = (place: Place) => ({
      beds: place.beds.map((bed) => ({
        ...(fields.includes('price') && { price: priceOf(bed, place.currency) }),
        ...(fields.includes('unit') && { unit: `${bed} of ${unitOf(place)}` }),
        ...(fields.includes('code') && { code: `${bed} for ${codeOf(place)}` }),
      })),
    });
    expect(body).toEqual({
      data: { rooms: PLACES.map(bedsIn), wards: PLACES.filter(({ kind }) => kind === 'Ward').map(bedsIn) },
    });
    askedOf(graph, 'places');
  });
});

const STAYS = [
  { id: '1', country: 'FR', bed: 'a' },
  { id: '2', country: 'US', bed: 'a' },
  { id: '3', country: 'US', bed: 'b' },
];

/** What depends on a context, and on a price with arguments; the context itself requires something. */
const stays: Readonly<Record<string, SubgraphDefinition>> = {
  beds: {
    sdl: `${LINK}
      type Query { stays: [Stay!]! }
      type Stay @key(fields: "id") { id: ID! country: String bed: Bed! }
      type Bed @key(fields: "id") { id: ID! price(ward: String): String }`,
    resolvers: {
      Query: { stays: () => STAYS },
      Stay: { bed: ({ bed }: { bed: string }) => ({ id: bed }) },
      Bed: { price: ({ id }: { id: string }, { ward: name }: { ward?: string }) => `${id} in ${name}` },
    },
  },
  banks: {
    sdl: `${LINK}
      type Stay @key(fields: "id") { id: ID! country: String @external currency: String @requires(fields: "country") }`,
    resolvers: { Stay: { currency: ({ country }: { country: string }) => `money of ${country}` } },
  },
  insurance: {
    sdl: `${LINK}
      type Stay @key(fields: "id") @context(name: "stay") { id: ID! currency: String @external }
      type Bed @key(fields: "id") {
        id: ID!
        price(ward: String): String @external
        insured(days: Int): String
        premium(of: String @fromContext(field: "$stay { currency }")): String @requires(fields: "price(ward: \\"north\\")")
        deposit(of: String @fromContext(field: "$stay { currency }")): String @requires(fields: "price(ward: \\"south\\")")
      }`,
    resolvers: {
      Bed: {
        insured: ({ id }: { id: string }, { days }: { days: number }) => `${id} for ${days}`,
        premium: ({ price }: { price: string }, { of }: { of: string }) => `premium of ${price} by ${of}`,
        deposit: ({ price }: { price: string }, { of }: { of: string }) => `deposit of ${price} by ${of}`,
      },
    },
  },
};

describe('where plans are fixed', () => {
  it('a client’s key is not taken for what gives a context', async () => {
    const graph = fixed(places);
    const query = `{
      wards { currency: unit unit: currency beds { price unit } }
      rooms { ... on Ward { currency: __typename unit(upper: true) beds { code unit } } }
    }`;
    const { data, errors } = await graph.ask(query);
    const wards = PLACES.filter(({ kind }) => kind === 'Ward');
    expect({ data, errors }).toEqual({
      errors: [],
      data: {
        wards: wards.map(({ currency, unit, beds }) => ({
          currency: unit,
          unit: currency,
          beds: beds.map((bed) => ({ price: priceOf(bed, currency), unit: `${bed} of ${unit}` })),
        })),
        rooms: PLACES.map((place) =>
          place.kind === 'Lab'
            ? {}
            : {
                currency: 'Ward',
                unit: place.unit?.toUpperCase(),
                beds: place.beds.map((bed) => ({ code: `${bed} for ${place.unit}`, unit: `${bed} of ${place.unit}` })),
              },
        ),
      },
    });
  });

  it('what is required with arguments stays apart, each in its contexts', async () => {
    const graph = fixed(stays);
    const query =
      'query($days: Int = 3) { stays { bed { price(ward: "west") premium insured(days: $days) deposit } } }';
    const { data, errors } = await graph.ask(query);
    expect({ data, errors }).toEqual({
      errors: [],
      data: {
        stays: STAYS.map(({ country, bed }) => ({
          bed: {
            price: `${bed} in west`,
            premium: `premium of ${bed} in north by money of ${country}`,
            insured: `${bed} for 3`,
            deposit: `deposit of ${bed} in south by money of ${country}`,
          },
        })),
      },
    });
  });
});

interface Floor {
  readonly id: string;
}

const FLOORS: readonly Floor[] = [{ id: '1' }, { id: '2' }];

/** Two subgraphs, in each what takes an argument from the floor, and stands in a list that only the other has. */
const floors: Readonly<Record<string, SubgraphDefinition>> = {
  plan: {
    sdl: `${LINK} type Query { floors: [Floor!]! } type Floor @key(fields: "id") { id: ID! }`,
    resolvers: { Query: { floors: () => FLOORS } },
  },
  heat: {
    sdl: `${LINK}
      type Floor @key(fields: "id") @context(name: "warm") { id: ID! degrees: Int stoves: [Stove!] }
      type Stove @key(fields: "id") { id: ID! }
      type Lamp @key(fields: "id") { id: ID! warmth(degrees: Int @fromContext(field: "$warm { degrees }")): String }`,
    resolvers: {
      Floor: {
        // After all that waits for nothing else.
        degrees: ({ id }: Floor) => new Promise((resolve) => setImmediate(resolve, Number(id) * 10)),
        stoves: ({ id }: Floor) => [{ id: `s${id}` }],
      },
      Lamp: { warmth: ({ id }: Floor, { degrees }: { degrees: number }) => `${id} at ${degrees}` },
    },
  },
  light: {
    sdl: `${LINK}
      type Floor @key(fields: "id") @context(name: "bright") { id: ID! power: String lamps: [Lamp!] }
      type Lamp @key(fields: "id") { id: ID! }
      type Stove @key(fields: "id") { id: ID! glow(power: String @fromContext(field: "$bright { power }")): String }`,
    resolvers: {
      Floor: { power: ({ id }: Floor) => `mains ${id}`, lamps: ({ id }: Floor) => [{ id: `l${id}` }] },
      Stove: { glow: ({ id }: Floor, { power }: { power: string }) => `${id} by ${power}` },
    },
  },
};

describe('contexts of all kinds', () => {
  it('may be the root, and lists of what is in lists', async () => {
    const graph = fixed({
      one: {
        sdl: `${LINK}
          type Query @context(name: "root") { site: String cot: Cot stores: [[Store]] }
          type Store @context(name: "store") { shelves: [[Shelf]] beds: [Bed] }
          type Shelf { box: Box }
          type Box { sizes: [Int] }
          type Cot @key(fields: "id") { id: ID! at(site: String @fromContext(field: "$root { site }")): String }
          type Bed @key(fields: "id") {
            id: ID!
            at(site: String @fromContext(field: "$root { site }")): String
            fits(sizes: [[[Int]]] @fromContext(field: "$store { shelves { box { sizes } } }")): String
          }`,
        resolvers: {
          Query: { site: () => 'here', cot: () => ({ id: 'a' }), stores: () => [[{ id: 1 }, null], null, [{ id: 2 }]] },
          Store: {
            shelves: ({ id }: { id: number }) => [[{ box: { sizes: [id, null] } }, { box: null }], null],
            beds: ({ id }: { id: number }) => [{ id: `b${id}` }, null],
          },
          Bed: {
            fits: ({ id }: Floor, { sizes }: { sizes: unknown }) => `${id} ${JSON.stringify(sizes)}`,
            at: ({ id }: Floor, { site }: { site: string }) => `${id} ${site}`,
          },
          Cot: { at: ({ id }: Floor, { site }: { site: string }) => `${id} ${site}` },
        },
      },
    });
    const { data, errors } = await graph.ask('{ b: cot { at } stores { beds { fits at } } }');
    expect({ data, errors }).toEqual({
      errors: [],
      data: {
        b: { at: 'a here' },
        stores: [
          [{ beds: [{ fits: 'b1 [[[1,null],null],null]', at: 'b1 here' }, null] }, null],
          null,
          [{ beds: [{ fits: 'b2 [[[2,null],null],null]', at: 'b2 here' }, null] }],
        ],
      },
    });
  });
});

describe('the reference executor', () => {
  it('is not started on a supergraph with contexts', async () => {
    const config = loadConfig({ EXECUTOR: 'reference', PORT: '0' });
    await expect(startGraph({ remote: hospitals, open: true, options: { config } })).rejects.toThrow(
      /executor: compiled/,
    );
  });
});

/** A sum of what two others know; there is a bed in what a fourth knows, and what it costs depends on the sum. */
const sums: Readonly<Record<string, SubgraphDefinition>> = {
  stays: {
    sdl: `${LINK}
      type Query { stays: [Stay!]! }
      type Stay @key(fields: "id") { id: ID! bed: Bed }
      type Bed @key(fields: "id") { id: ID! }`,
    resolvers: {
      Query: { stays: () => FLOORS },
      Stay: { bed: ({ id }: Floor) => ({ id: `b${id}` }) },
    },
  },
  days: {
    sdl: `${LINK} type Stay @key(fields: "id") { id: ID! days: Int }`,
    resolvers: { Stay: { days: ({ id }: Floor) => Number(id) } },
  },
  extras: {
    sdl: `${LINK} type Stay @key(fields: "id") { id: ID! extra: Int }`,
    resolvers: { Stay: { extra: ({ id }: Floor) => Number(id) * 10 } },
  },
  bills: {
    sdl: `${LINK} type Stay @key(fields: "id") {
      id: ID! days: Int @external extra: Int @external sum: Int @requires(fields: "days extra") }`,
    resolvers: { Stay: { sum: ({ days, extra }: { days: number; extra: number }) => days + extra } },
  },
  shares: {
    sdl: `${LINK}
      type Stay @key(fields: "id") @context(name: "stay") { id: ID! sum: Int @external }
      type Bed @key(fields: "id") {
        id: ID! next: Bed tag: String share(of: Int @fromContext(field: "$stay { sum }")): String }`,
    resolvers: {
      Bed: {
        next: ({ id }: Floor) => ({ id: `${id}x` }),
        tag: ({ id }: Floor) => `tag ${id}`,
        share: ({ id }: Floor, { of }: { of: number }) => `${id} of ${of}`,
      },
    },
  },
  labels: {
    sdl: `${LINK} type Bed @key(fields: "id") { id: ID! tag: String @external label: String @requires(fields: "tag") }`,
    resolvers: { Bed: { label: ({ tag }: { tag: string }) => `label of ${tag}` } },
  },
};

describe('a context that takes several fetches', () => {
  it('is there first, and what needs the rest of a later fetch comes after that', async () => {
    const graph = fixed(sums);
    const { data, errors } = await graph.ask('{ stays { bed { share label next { share label } } } }');
    expect({ data, errors }).toEqual({
      errors: [],
      data: {
        stays: FLOORS.map(({ id }) => ({
          bed: {
            share: `b${id} of ${Number(id) * 11}`,
            label: `label of tag b${id}`,
            next: { share: `b${id}x of ${Number(id) * 11}`, label: `label of tag b${id}x` },
          },
        })),
      },
    });
  });
});

describe('a mutation', () => {
  it('begins when all that the one before brings is there', async () => {
    const orders = { ...sums };
    const stay = (id: string) => () => ({ id });
    for (const name of ['stays', 'shares']) {
      const { sdl, resolvers } = sums[name] as SubgraphDefinition;
      orders[name] = {
        sdl: `${sdl} type Mutation { ${name}Open: Stay ${name}Close: Stay }`,
        resolvers: { ...resolvers, Mutation: { [`${name}Open`]: stay('1'), [`${name}Close`]: stay('2') } },
      };
    }
    const graph = fixed(orders);
    const { data, calls } = await graph.ask(
      'mutation { staysOpen { bed { share } } sharesClose { id } staysClose { id } }',
    );
    expect(data).toEqual({
      staysOpen: { bed: { share: 'b1 of 11' } },
      sharesClose: { id: '2' },
      staysClose: { id: '2' },
    });
    expect(calls.slice(0, 1)).toEqual(['stays']);
    expect(calls.slice(1, 3).toSorted()).toEqual(['days', 'extras']);
    expect(calls.slice(3)).toEqual(['bills', 'shares', 'shares', 'stays']);
  });
});

describe('contexts of two subgraphs', () => {
  it('that are each the other’s are both there first', async () => {
    const graph = fixed(floors);
    const { data, errors } = await graph.ask('{ floors { stoves { glow } lamps { warmth } } }');
    expect({ data, errors }).toEqual({
      errors: [],
      data: {
        floors: FLOORS.map(({ id }) => ({
          stoves: [{ glow: `s${id} by mains ${id}` }],
          lamps: [{ warmth: `l${id} at ${id}0` }],
        })),
      },
    });
  });
});
