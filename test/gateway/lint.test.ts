import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compose } from '../../gateway/supergraph/compose.ts';
import { lintSupergraph } from '../../gateway/supergraph/lint.ts';
import { ROOT } from '../../platform/root.ts';
import { composeProduct } from '../../scripts/compose.ts';
import { supergraphText } from '../harness/test-owners.ts';

const COMMON = readFileSync(join(ROOT, 'subgraphs', 'common.graphql'), 'utf8');
/** The links and directives of every subgraph, without its types. */
const HEAD = COMMON.slice(0, COMMON.indexOf('"A day in ISO 8601'));
const DATA = '@systemOfRecord(system: ODOO) @classification(class: INTERNAL)';

/** Everything the lint says of subgraphs `a`, `b` …, each given by its types. */
const lintAll = (...subgraphs: readonly string[]): readonly string[] => {
  const parts = subgraphs.map((sdl, index) => {
    const name = 'abc'.charAt(index);
    return { name, url: `http://${name}.invalid/`, sdl: `${HEAD}\n${sdl}` };
  });
  return lintSupergraph(compose(parts).supergraphSdl, parts);
};

/** What a type has to say of its rows, most of the types below do not. */
const isOfRows = (problem: string): boolean => problem.endsWith('(@rows)');

const isOfGuards = (problem: string): boolean => problem.includes('guarded (@') || problem.includes('has a token (@');

/** Without what it says of guards and rows, which most of the types below have none of. */
const lint = (...subgraphs: readonly string[]): readonly string[] =>
  lintAll(...subgraphs).filter((problem) => !isOfGuards(problem) && !isOfRows(problem));

const lintGuards = (...subgraphs: readonly string[]): readonly string[] => lintAll(...subgraphs).filter(isOfGuards);

/** A type whose one field is said to have these owners. */
const owned = (...owners: readonly string[]): readonly string[] =>
  lint(
    `type Query { t: T } type T { f: Int ${owners.map((owner) => `@systemOfRecord(${owner})`).join(' ')} @classification(class: INTERNAL) }`,
  ).filter((problem) => problem.startsWith('T.f'));

describe('the committed supergraph', () => {
  it('passes', () => {
    expect(lintSupergraph(supergraphText())).toEqual([]);
  });

  it('is what the subgraphs compose to', () => {
    expect(composeProduct().supergraphSdl).toBe(supergraphText());
  });
});

describe('a field', () => {
  it('without owner or class is refused, by its coordinate', () => {
    expect(lint('type Query { t: T } type T { f: Int }')).toEqual([
      'Query.t: has no owner (@systemOfRecord)',
      'T.f: has no owner (@systemOfRecord)',
      'Query.t: has no class (@classification)',
      'T.f: has no class (@classification)',
    ]);
  });

  it('takes owner and class of its type, and its own before those', () => {
    expect(lint(`type Query { t: T } type T ${DATA} { f: Int g: Int @classification(class: PII) }`)).toEqual([]);
  });

  it('takes class and owner each from where it is said', () => {
    const problems = lint(
      'type Query { t: T } type T @classification(class: INTERNAL) { f: Int @systemOfRecord(system: ODOO) g: Int }',
    );
    expect(problems).toEqual(['Query.t: has no owner (@systemOfRecord)', 'T.g: has no owner (@systemOfRecord)']);
  });

  it('of a page takes what its rows have', () => {
    const page =
      'type TConnection { edges: [TEdge!]! nodes: [T!]! totalCount: Int! } type TEdge { cursor: String! node: T! }';
    expect(lint(`type Query { ts: TConnection } ${page} type T ${DATA} { f: Int }`)).toEqual([]);
    expect(lint(`type Query { ts: TConnection } ${page} type T { f: Int ${DATA} }`)).toContain(
      'TConnection.totalCount: has no owner (@systemOfRecord)',
    );
  });

  it('of a value needs neither: the field that holds the value has them', () => {
    expect(lint(`type Query { t: T } type T ${DATA} { price: Money } type Money @valueType { amount: Int }`)).toEqual(
      [],
    );
  });

  it('that two subgraphs class differently is refused', () => {
    const shared = (of: string) =>
      `type Query { t: T @shareable } type T @shareable @systemOfRecord(system: ODOO) @classification(class: ${of}) { f: Int }`;
    expect(lint(shared('PII'), shared('FIN'))).toContainEqual(expect.stringMatching(/^T\.f: is of several classes: /));
    expect(lint(shared('PII'), shared('PII'))).toEqual([]);
  });
});

describe('the owner of a field', () => {
  it.each([
    ['one', ['system: ODOO']],
    ['one after the other', ['system: ODOO, to: "2027-01-01"', 'system: HR, from: "2027-01-01"']],
    ['one, and another somewhere', ['system: ODOO', 'system: HR, location: "pharmacy"']],
    ['others in different places', ['system: ODOO', 'system: HR, location: "a"', 'system: BILLING, location: "b"']],
    [
      'the more specific of two',
      ['system: ODOO', 'system: HR, facility: "a"', 'system: BILLING, facility: "a", category: "b"'],
    ],
  ])('is found: %s', (_, owners) => {
    expect(owned(...owners)).toEqual([]);
  });

  it.each([
    ['has two owners at once, ODOO and HR', ['system: ODOO', 'system: HR']],
    ['has two owners at once, ODOO and HR', ['system: ODOO, to: "2027-02-01"', 'system: HR, from: "2027-01-01"']],
    [
      'has two owners at once, HR and BILLING for facility a',
      ['system: ODOO', 'system: HR, facility: "a"', 'system: BILLING, facility: "a"'],
    ],
    [
      'has two owners at once, HR and BILLING for facility a, location b',
      ['system: ODOO', 'system: HR, facility: "a"', 'system: BILLING, location: "b"'],
    ],
    ['has owners in some places only, and none elsewhere', ['system: ODOO, facility: "a"']],
    [
      'has no owner from 2027-01-01 to 2027-02-01',
      ['system: ODOO, to: "2027-01-01"', 'system: HR, from: "2027-02-01"'],
    ],
    ['has no owner before 2027-01-01', ['system: ODOO, from: "2027-01-01"']],
    ['has no owner from 2027-01-01 on', ['system: ODOO, to: "2027-01-01"']],
    ['ends on 2027-01-01, before it begins', ['system: ODOO, from: "2027-02-01", to: "2027-01-01"']],
    ['1.1.2027 is not a day (2026-11-21)', ['system: ODOO, to: "1.1.2027"']],
  ])('is refused: %s', (problem, owners) => {
    expect(owned(...owners)).toEqual([`T.f: ${problem}`]);
  });

  it('that two subgraphs see differently is refused', () => {
    const shared = (system: string) =>
      `type Query { t: T @shareable } type T @shareable @classification(class: FIN) { f: Int @systemOfRecord(system: ${system}) }`;
    expect(lint(shared('ODOO'), shared('HR'))).toContainEqual(expect.stringMatching(/^T\.f: has two owners at once/));
  });
});

describe('the freshness of a field', () => {
  const fresh = (freshness: string) => lint(`type Query { t: T } type T ${DATA} { f: Int @freshness(${freshness}) }`);

  it('of a batch says how old it can be', () => {
    expect(fresh('class: BATCH')).toEqual(['T.f: is BATCH, and does not say how old it can be (maxAge)']);
    expect(fresh('class: BATCH, maxAge: "a day"')).toEqual(['T.f: a day is not a duration (PT24H)']);
    expect(fresh('class: BATCH, maxAge: "PT24H"')).toEqual([]);
  });
});

describe('a derived field', () => {
  it('has no owner, and takes none from its type', () => {
    expect(lint(`type Query { t: T } type T ${DATA} { f: Int g: Int @derived(from: ["T.f"]) }`)).toEqual([]);
  });

  it('is refused when it names one', () => {
    expect(
      lint(
        `type Query { t: T } type T ${DATA} { f: Int g: Int @derived(from: ["T.f"]) @systemOfRecord(system: ODOO) }`,
      ),
    ).toEqual(['T.g: is derived, and yet has an owner']);
  });

  it('is refused when what it is derived from is not there', () => {
    expect(lint(`type Query { t: T } type T ${DATA} { g: Int @derived(from: ["T.f"]) }`)).toEqual([
      'T.g: is derived from T.f, which there is not',
    ]);
  });
});

describe('a mutation', () => {
  const writing = (directives: string) =>
    lint(
      `type Query { t: T } type Mutation { change: T ${directives} }
       type T ${DATA} {
         f: Int
         hired: Int @systemOfRecord(system: HR)
         sum: Int @derived(from: ["T.f"])
         price: Money
       }
       type Money @valueType { amount: Int }`,
    );

  it.each([
    ['does not say what it writes (@writes)', ''],
    ['writes T.hired, which HR owns, not ODOO', '@writes(system: ODOO, fields: ["T.f", "T.hired"])'],
    ['writes T.sum, which is derived', '@writes(system: ODOO, fields: ["T.sum"])'],
    ['writes T.nothing, which there is not', '@writes(system: ODOO, fields: ["T.nothing"])'],
    [
      'writes Money.amount, which is a part of a value: name the field that holds it',
      '@writes(system: ODOO, fields: ["Money.amount"])',
    ],
  ])('is refused when it %s', (problem, directives) => {
    expect(writing(directives)).toEqual([`Mutation.change: ${problem}`]);
  });

  it('writes what the system owns, and to several systems what each of them owns', () => {
    expect(writing('@writes(system: ODOO, fields: ["T.f"]) @writes(system: HR, fields: ["T.hired"])')).toEqual([]);
  });
});

describe('a field that is never null', () => {
  it('is refused where it comes from another subgraph than its object', () => {
    const [a, b] = [
      `type Query { t: T } type T @key(fields: "id") ${DATA} { id: ID! f: Int! }`,
      'type T @key(fields: "id") { id: ID! g: Int! h: Int }',
    ];
    expect(lint(a, b)).toEqual([
      'T.f: must be nullable, since a T of b gets it from another subgraph',
      'T.g: must be nullable, since a T of a gets it from another subgraph',
    ]);
  });

  it('is refused where a subgraph that only mentions the object hands it out', () => {
    const [a, b] = [
      `type Query { t: T } type T @key(fields: "id") ${DATA} { id: ID! f: Int! }`,
      `type Query { u: U } type U ${DATA} { t: T } type T @key(fields: "id", resolvable: false) { id: ID! }`,
    ];
    expect(lint(a, b)).toEqual(['T.f: must be nullable, since a T of b gets it from another subgraph']);
  });

  it('may be a key, or be known to every subgraph that has the object', () => {
    const of = (query: string) =>
      `type Query { ${query}: T } type T @key(fields: "id") ${DATA} { id: ID! f: Int! @shareable }`;
    expect(lint(of('a'), of('b'))).toEqual([]);
  });

  it('may be a key by which only some subgraphs know the object', () => {
    const [a, b] = [
      `type Query { t: T } type T @key(fields: "id") @key(fields: "number") ${DATA} { id: ID! number: String! f: Int! }`,
      'type T @key(fields: "number") { number: String! g: Int }',
    ];
    expect(lint(a, b)).toEqual(['T.f: must be nullable, since a T of b gets it from another subgraph']);
  });

  it.each([
    ['f: Int! @requiresScopes(scopes: [["x"]])', ''],
    ['f: Int! @authenticated', ''],
    ['f: Inner!', ''],
    ['f: Int! @requiresScopes(scopes: [["x", "y"]])', '@requiresScopes(scopes: [["x"]])'],
    ['f: Int! @requiresScopes(scopes: [["x"]])', '@requiresScopes(scopes: [["x"], ["y"]])'],
  ])('is refused where it is guarded and its object is not as much: %s in T %s', (field, guard) => {
    expect(
      lint(
        `type Query { t: T } type T ${guard} ${DATA} { ${field} } type Inner @requiresScopes(scopes: [["x"]]) ${DATA} { g: Int }`,
      ),
    ).toEqual(['T.f: must be nullable, since not everybody who may see a T may see it']);
  });

  it.each([
    ['f: Int! @requiresScopes(scopes: [["x"]])', '@requiresScopes(scopes: [["x", "y"]])'],
    ['f: Int! @requiresScopes(scopes: [["x"], ["y"]])', '@requiresScopes(scopes: [["x"]])'],
    ['f: Inner!', '@requiresScopes(scopes: [["x"]])'],
    ['f: Int! @authenticated', '@requiresScopes(scopes: [["x"]])'],
    ['f: [Inner!]', ''],
  ])('may be guarded as its object is: %s in T %s', (field, guard) => {
    expect(
      lint(
        `type Query { t: T } type T ${guard} ${DATA} { ${field} } type Inner @requiresScopes(scopes: [["x"]]) ${DATA} { g: Int }`,
      ),
    ).toEqual([]);
  });
});

describe('the guard of a field', () => {
  const NOT_GUARDED = 'is not guarded (@requiresScopes, @policy or @authenticated)';
  const TOO_LITTLE = 'is PII, and everybody may see it who has a token (@requiresScopes or @policy)';
  const SCOPE = '@requiresScopes(scopes: [["x"]])';

  it('has to be there', () => {
    expect(lintGuards(`type Query { t: T } type T ${DATA} { f: Int }`)).toEqual([
      `Query.t: ${NOT_GUARDED}`,
      `T.f: ${NOT_GUARDED}`,
    ]);
  });

  it('is its own, that of its type, or that of what it returns', () => {
    expect(lintGuards(`type Query { t: T } type T @authenticated ${DATA} { f: Int }`)).toEqual([]);
    expect(lintGuards(`type Query { t: T @authenticated } type T ${DATA} { f: Int @authenticated }`)).toEqual([]);
    expect(
      lintGuards(`type Query { t: T @authenticated } type T ${DATA} { u: [U!]! } type U ${SCOPE} ${DATA} { f: Int }`),
    ).toEqual([]);
  });

  it('of a value is that of the field which holds it', () => {
    expect(
      lintGuards(`type Query { t: T } type T @authenticated ${DATA} { v: V } type V @valueType { amount: Int }`),
    ).toEqual([]);
  });

  it('takes more than a token where the field is more than everyday business', () => {
    const pii = DATA.replace('INTERNAL', 'PII');
    expect(lintGuards(`type Query { t: T } type T @authenticated ${pii} { f: Int }`)).toEqual([
      `Query.t: ${TOO_LITTLE}`,
      `T.f: ${TOO_LITTLE}`,
    ]);
    expect(lintGuards(`type Query { t: T } type T ${SCOPE} ${pii} { f: Int }`)).toEqual([]);
    expect(
      lintGuards(`type Query { t: T } type T @authenticated ${DATA} { f: Int @classification(class: PII) ${SCOPE} }`),
    ).toEqual([]);
  });
});

describe('the mask of a field', () => {
  const SCALARS = 'scalar Date scalar Decimal type PageInfo @shareable @valueType { endCursor: String }';
  const of = (ofClass: string, fields: string, more = '') =>
    lint(
      `${SCALARS} type Query { t: T } type T @key(fields: "id") @systemOfRecord(system: ODOO) @classification(class: ${ofClass}) { id: ID! ${fields} } ${more}`,
    );

  it.each([
    ['PII', 'f: String @mask(as: INITIALS)'],
    ['PII', 'f: [String!] @mask(as: HASH)'],
    ['PHI_ADMIN', 'f: String @mask(as: KEEP)'],
    ['PII', 'f: Date @mask(as: REMOVED)'],
    ['FIN_RESTRICTED', 'f: String @mask(as: LAST_FOUR)'],
    ['HR', 'f: String'],
  ])('may be one of its class: %s { %s }', (ofClass, field) => {
    expect(of(ofClass, field)).toEqual([]);
  });

  it.each([
    ['KEEP is no mask for text of PII (REMOVED, HASH, INITIALS, LAST_FOUR)', 'PII', 'f: String @mask(as: KEEP)'],
    ['INITIALS is no mask for date of PII (YEAR, REMOVED)', 'PII', 'f: Date @mask(as: INITIALS)'],
    ['KEEP is no mask for date of PHI_ADMIN (YEAR, REMOVED)', 'PHI_ADMIN', 'f: Date @mask(as: KEEP)'],
    ['KEEP is no mask for amount of HR_RESTRICTED (REMOVED)', 'HR_RESTRICTED', 'f: Decimal @mask(as: KEEP)'],
    ['is masked in several ways: HASH, REMOVED', 'PII', 'f: String @mask(as: HASH) @mask(as: REMOVED)'],
    ['has a mask, and is no value', 'PII', 'f: T @mask(as: HASH)'],
    ['joins nothing (@joins)', 'PII', 'f: String @joins'],
  ])('is refused: %s', (problem, ofClass, field) => {
    expect(of(ofClass, field)).toContain(`T.f: ${problem}`);
  });

  it('is not at a part of a value', () => {
    expect(of('PII', 'f: V', 'type V @valueType { g: String @mask(as: HASH) }')).toEqual([
      'V.g: is a part of a value: the field that holds the value has the mask',
    ]);
  });

  it('makes no null of what is never null', () => {
    const problem = 'T.f: must be nullable, since it is masked for some of those who may see what it stands in';
    for (const field of ['f: String!', 'f: String! @mask(as: INITIALS)', 'f: Date!'])
      expect(of('PII', field)).toEqual([problem]);
    const items =
      'T.f: its items must be nullable, since they are masked for some of those who may see what it stands in';
    expect(of('PII', 'f: [String!] @mask(as: INITIALS)')).toEqual([items]);
    expect(of('PII', 'f: [Date!]!')).toEqual([items]);
    expect(of('PII', 'f: [String!]! @mask(as: HASH) g: [String!]')).toEqual([]);
    expect(of('PII', 'f: String! @mask(as: HASH)')).toEqual([]);
    // Who sees nothing of the class gets no T, and nobody sees it masked.
    expect(of('HR_RESTRICTED', 'f: String!')).toEqual([]);
    expect(of('INTERNAL', 'f: String! @classification(class: HR_RESTRICTED)')).toEqual([problem]);
  });

  it('is one for all subgraphs that answer the field, and so is its class', () => {
    const owner = `type Query { t: T } type T @key(fields: "id") ${DATA} { id: ID! }`;
    const added = (f: string) => lint(owner, `type T @key(fields: "id") { id: ID! ${f} }`);
    expect(added('f: String @classification(class: PII) @systemOfRecord(system: ODOO)')).toEqual([]);
    const secret = owner.replace('INTERNAL', 'PII');
    expect(lint(secret, 'type T @key(fields: "id") { id: ID! f: String }')).toEqual([
      'T.f: is PII, and b does not say so',
    ]);
    const shared = (mask: string) =>
      `type Query { t: T @shareable } type T @shareable ${DATA.replace('INTERNAL', 'PII')} { f: String ${mask} }`;
    expect(lint(shared('@mask(as: HASH)'), shared(''))).toContain('T.f: is masked as HASH, and b does not say so');
  });

  it('is left to the gateway where others join by the field, and only there', () => {
    const joined = (joins: string) => [
      `type Query { t: T } type T @key(fields: "id") ${DATA} { id: ID! who: String @classification(class: PII) ${joins} }`,
      `type T @key(fields: "id") { id: ID! who: String @external f: Int @requires(fields: "who") @classification(class: INTERNAL) @systemOfRecord(system: HR) }`,
    ];
    expect(lint(...joined('@joins'))).toEqual([]);
    expect(lint(...joined(''))).toEqual(['T.who: other subgraphs ask a for it, so that it must say @joins']);
  });
});

describe('the rows of a type', () => {
  const said = (rows: string, name = 'T') =>
    lintAll(`type Query { t: ${name} } type ${name} @authenticated ${rows} ${DATA} { f: Int }`);

  it('are seen by facility, by party, or by everybody for a reason', () => {
    for (const rows of [
      '[FACILITY]',
      '[FACILITY, SUPPLIER], wholeFor: [PAYER]',
      '[], because: "it is the same everywhere"',
    ])
      expect([rows, said(`@rows(by: ${rows})`)]).toEqual([rows, []]);
  });

  it.each([
    ['', 'does not say whose rows a caller sees (@rows)'],
    ['@rows(by: [PAYER])', 'is seen whatever the facility, and does not say why (because)'],
    ['@rows(by: [FACILITY], because: "no")', 'is seen by facility, and says why it is not (because)'],
    ['@rows(by: [FACILITY, PAYER], wholeFor: [PAYER])', 'a payer sees its own rows, and all of them: one of these'],
  ])('with %s', (rows, problem) => {
    expect(said(rows)).toEqual([`T: ${problem}`]);
  });

  it('are not asked of values and pages', () => {
    expect(lintAll(`type Query { t: V @authenticated } type V @valueType ${DATA} { f: Int }`)).toEqual([]);
    expect(said('', 'TEdge')).toEqual([]);
  });
});

describe('what an argument is about', () => {
  const about = (inputs: string, args: string) =>
    lint(`type Query { ts(${args}): [T] } type T ${DATA} { id: ID name: String dueDate: String } ${inputs}`).filter(
      (problem) => problem.includes('is about'),
    );

  it('is known by name, or said', () => {
    const inputs = `input TFilter { id: TextFilter name: TextFilter text: String @about(field: "T.name") }
      input TextFilter { eq: String in: [String!] }
      input TOrder { field: TOrderField! } enum TOrderField { DUE_DATE LATEST @about(field: "T.dueDate") }`;
    expect(about(inputs, 'filter: TFilter, orderBy: TOrder')).toEqual([]);
  });

  it.each([
    ['input TFilter { pay: Int }', 'filter: TFilter', 'TFilter.pay: is about no field'],
    ['input Search { name: String }', 'search: Search', 'Search.name: is about no field'],
    ['input PayFilter { over: Int }', 'filter: PayFilter', 'PayFilter.over: is about no field'],
    ['enum TOrderField { PAY }', 'by: TOrderField', 'TOrderField.PAY: is about no field'],
    ['enum TGroupField { PAY }', 'by: TGroupField', 'TGroupField.PAY: is about no field'],
    ['input TFilter { a: Int @about(field: "T.gone") }', 'filter: TFilter', 'TFilter.a: is about T.gone, which there'],
  ])('is refused when it is not: %s', (inputs, args, problem) => {
    expect(about(inputs, args)).toEqual([expect.stringContaining(problem)]);
  });
});

describe('a field that is never null', () => {
  it('is refused where a rule guards it, and not its object as well', () => {
    const nulls = (guard: string) =>
      lint(`type Query { t: T } type T ${guard} ${DATA} { f: Int! @policy(policies: [["forPayroll"]]) }`).filter(
        (problem) => problem.includes('must be nullable'),
      );
    expect(nulls('')).toEqual([expect.stringContaining('T.f: must be nullable')]);
    expect(nulls('@policy(policies: [["withinGroup"]])')).toHaveLength(1);
    expect(nulls('@policy(policies: [["forPayroll"]])')).toEqual([]);
  });
});

describe('a contract', () => {
  const FIN = DATA.replace('INTERNAL', 'FIN_RESTRICTED');

  it('holds fields of classes that are for its audience', () => {
    const said = (more: string) =>
      lint(`type Query { t: T @tag(name: "supplier") } type T ${DATA} { f: Int @tag(name: "supplier") ${more} }`);
    expect(said('g: Int @classification(class: FIN_RESTRICTED)')).toEqual([]);
    const classes = 'PUBLIC, INTERNAL, COMMERCIAL, FIN';
    expect(said('g: Int @classification(class: FIN_RESTRICTED) @tag(name: "supplier")')).toEqual([
      `T.g: is FIN_RESTRICTED, and in the contract supplier, which may hold ${classes}`,
    ]);
    // A value is of the class of the field that holds it.
    expect(
      lint(
        `type Query { t: T @tag(name: "payer") } type T @tag(name: "payer") ${FIN} { v: V } type V @valueType @tag(name: "payer") { n: Int }`,
      ),
    ).toEqual(
      ['Query.t', 'T.v'].map(
        (field) =>
          `${field}: is FIN_RESTRICTED, and in the contract payer, which may hold PUBLIC, INTERNAL, COMMERCIAL, PHI_ADMIN`,
      ),
    );
  });

  it('is one that there is', () => {
    expect(lint(`type Query { t: T } type T ${DATA} { f: Int @tag(name: "suplier") }`)).toEqual([
      'T.f: is tagged suplier, and there is no such contract',
    ]);
    expect(lint(`type Query { t: T } type T ${DATA} { f: Int @tag(name: "withheld") }`)).toEqual([]);
  });

  it('holds what is tagged for it', () => {
    const lost = (field: string) =>
      `${field}: is tagged payer, and not in it: nothing leads to it, or to nothing it leads`;
    expect(lint(`type Query { t: T } type T ${DATA} { f: Int @tag(name: "payer") }`)).toEqual([lost('T.f')]);
    expect(lint(`type Query { t: T @tag(name: "payer") } type T ${DATA} { f: Int }`)).toEqual([lost('Query.t')]);
  });

  it('takes the fields of an entity one by one, so that no subgraph adds one to it unseen', () => {
    const owner = `type Query { t: T @tag(name: "payer") } type T @key(fields: "id") @tag(name: "payer") ${DATA} { id: ID! }`;
    expect(lint(owner, `type T @key(fields: "id") { id: ID! more: Int }`)).toEqual([
      'T: is an entity, and tagged as a whole: tag its fields',
    ]);
  });
});
