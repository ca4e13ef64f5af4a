import { describe, expect, it } from '@jest/globals';
import type { QueryPlan } from '@apollo/query-planner';
import fc from 'fast-check';
import { type DocumentNode, getOperationAST, parse } from 'graphql';
import { Cancellation } from '../../../gateway/executor/cancellation.ts';
import { executeCompiled } from '../../../gateway/executor/compiled/execute.ts';
import type { PlannedOperation } from '../../../gateway/executor/execute-plan.ts';
import { executeSpliced } from '../../../gateway/executor/spliced/execute.ts';
import { RUNTIME, SURPRISE } from '../../../gateway/executor/spliced/scan-runtime.ts';
import { parseAnswer } from '../../../gateway/executor/transports/answer.ts';
import { writeCall } from '../../../gateway/executor/transports/call.ts';
import { type Transport, transportsOf } from '../../../gateway/executor/transports/transport.ts';
import { createIdentity } from '../../../platform/identity.ts';
import { createWorld, planOf, run, told, type World } from './run-both.ts';
import { linked } from './worlds.ts';

const seed = Number(process.env['FC_SEED'] ?? 1);
const check = <T>(texts: fc.Arbitrary<T>, numRuns: number, look: (given: T) => void): void =>
  fc.assert(fc.property(texts, look), { seed, numRuns });

/** The end of what stands at the beginning, or `undefined` for a surprise. */
const endOf = (scan: (bytes: Uint8Array, at: number, view: DataView) => number, text: string): number | undefined => {
  const bytes = Buffer.from(text);
  try {
    return scan(bytes, 0, new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  } catch (error) {
    if (error !== SURPRISE) throw error;
    return undefined;
  }
};

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

const string = fc.string({ unit: 'binary', maxLength: 20 });
const number = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true, min: -1e99, max: 1e99 }),
  fc.double({ noNaN: true, min: -1, max: 1 }),
);
const { value: json } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom(null, true, false),
    number,
    string,
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(string, tie('value'), { maxKeys: 5 }),
  ),
}));

/** The same text with everything but ASCII escaped. */
const escaped = (text: string): string =>
  // oxlint-disable-next-line eslint/no-control-regex -- these are what is left
  text.replace(/[^\u0000-\u007f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** Deletes, replaces and inserts a few characters. */
const spoiled = (texts: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(
      texts,
      fc.array(fc.tuple(fc.nat(), fc.nat({ max: 2 }), fc.constantFrom(...JSON_CHARACTERS)), {
        minLength: 1,
        maxLength: 3,
      }),
    )
    .map(([text, edits]) =>
      edits.reduce((edited, [where, how, character]) => {
        const at = where % (edited.length + 1);
        return `${edited.slice(0, at)}${how === 0 ? '' : character}${edited.slice(how === 2 ? at : at + 1)}`;
      }, text),
    );

const JSON_CHARACTERS = Array.from('{}[]":,-+.0123456789eEtrufalsn\\/bu \t\n\u000b\u0000\u001féZ🚑');
const soup = fc.array(fc.constantFrom(...JSON_CHARACTERS), { maxLength: 12 }).map((all) => all.join(''));
const numberLike = fc
  .array(fc.constantFrom(...Array.from('0123456789-+.eE0147')), { minLength: 1, maxLength: 14 })
  .map((all) => all.join(''));

describe(`a scanner of values (seed ${seed})`, () => {
  it('finds the end of whatever JSON.stringify writes', () => {
    const rests = fc.constantFrom('', ',', '}', ']', ' ', 'x');
    check(fc.tuple(json, rests, fc.boolean()), 1000, ([value, rest, isEscaped]) => {
      const text = isEscaped ? escaped(JSON.stringify(value)) : JSON.stringify(value);
      expect(endOf(RUNTIME.valueEnd, `${text}${rest}`)).toBe(Buffer.byteLength(text));
    });
  });

  it.each(['valueEnd', 'stringEnd', 'floatEnd', 'booleanEnd', 'nullEnd'] as const)(
    'takes nothing for JSON that is none: %s',
    (name) => {
      check(fc.oneof(spoiled(json.map((value) => JSON.stringify(value))), soup, numberLike), 1500, (text) => {
        const end = endOf(RUNTIME[name], text);
        if (end === undefined) return;
        const found = Buffer.from(text).subarray(0, end).toString();
        expect({ text, found, isJson: isJson(found) }).toEqual({ text, found, isJson: true });
      });
    },
  );

  it('finds the end of a string, and of nothing else', () => {
    const written = string.map((text) => JSON.stringify(text));
    check(fc.oneof(written, spoiled(written)), 1500, (text) => {
      const isWhole = /^".*"$/s.test(text) && isJson(text);
      const end = endOf(RUNTIME.stringEnd, text);
      if (isWhole) expect(end).toBe(Buffer.byteLength(text));
      else if (end !== undefined)
        expect(JSON.parse(Buffer.from(text).subarray(0, end).toString())).toEqual(expect.any(String));
    });
  });

  it('finds the end of an Int, and of nothing else', () => {
    const near = fc.tuple(
      fc.constantFrom('', '-'),
      fc.integer({ min: 2147483640, max: 2147483655 }),
      fc.constantFrom('', '0', '.0', 'e0'),
    );
    const texts = fc.oneof(
      fc.integer().map(String),
      numberLike,
      near.map((parts) => parts.join('')),
    );
    check(fc.tuple(texts, fc.constantFrom('', ',', '}')), 1500, ([text, rest]) => {
      const digits = /^-?(?:0|[1-9]\d*)/.exec(text)?.[0] ?? '';
      const isInt = digits !== '' && Math.abs(Number(digits) + 0.5) < 2 ** 31 && !/^\d/.test(text.slice(digits.length));
      const end = endOf(RUNTIME.intEnd, `${text}${rest}`);
      expect({ text, end }).toEqual({ text, end: isInt ? digits.length : undefined });
    });
  });

  it('finds the end of a Float, and of nothing that is too large to be one', () => {
    const exponents = fc.tuple(
      fc.double({ noNaN: true }),
      fc.constantFrom('e', 'E'),
      fc.constantFrom('', '+', '-'),
      fc.nat({ max: 500 }),
    );
    check(
      fc.oneof(
        number.map(String),
        numberLike,
        exponents.map((parts) => parts.join('')),
      ),
      3000,
      (text) => {
        const end = endOf(RUNTIME.floatEnd, text);
        if (end === undefined) return;
        expect({ text, isFinite: Number.isFinite(JSON.parse(text.slice(0, end))) }).toEqual({ text, isFinite: true });
        expect(text.slice(end)).not.toMatch(/^\d/);
      },
    );
    for (const usual of ['0', '-0', '1.5', '-12.25e-7', '1E5', '1e+20', '5e-324'])
      expect(endOf(RUNTIME.floatEnd, `${usual},`)).toBe(usual.length);
    for (const large of ['1e400', '-1e400', `1${'0'.repeat(400)}`, '1e999999999999999999999'])
      expect(endOf(RUNTIME.floatEnd, large)).toBeUndefined();
  });

  it('gives up on what is nested deeply', () => {
    for (const [open, close] of [
      ['[', ']'],
      ['{"a":', '}'],
    ] as const) {
      const nested = (depth: number) => `${open.repeat(depth)}1${close.repeat(depth)}`;
      expect(endOf(RUNTIME.valueEnd, nested(50))).toBe(nested(50).length);
      expect(endOf(RUNTIME.valueEnd, nested(100_000))).toBeUndefined();
    }
  });

  it('takes no end of an answer for one that JSON does not', () => {
    const pieces = [',"extensions":', '{}', '{"a":[1]}', 'null', '1', '}', ',', ',"errors":[]'];
    const spaces = [' ', '\n', '\r', '\t', '\u000b', '\f', '\u0000', '\ufeff', '\u00a0'];
    check(fc.array(fc.constantFrom(...pieces, ...spaces), { maxLength: 5 }), 1500, (parts) => {
      const text = `{"data":{}${parts.join('')}`;
      if (endOf((bytes, _at, view) => (RUNTIME.answerEnd(bytes, 10, view), 0), text) === undefined) return;
      expect({ text, isJson: isJson(text) }).toEqual({ text, isJson: true });
      expect(Object.keys(JSON.parse(text) as object)).not.toContain('errors');
    });
  });
});

const world = createWorld(
  linked({
    a: `LINK
      type Query {
        item: Item items: [Item!] sure: Item! thing: Thing things: [Thing!] node: Node owned: [Owned!] owner: Owned
      }
      type Mutation { count(n: Int): Item! add: Owned rename(to: String): String }
      type Item implements Node {
        id: ID! n: Int f: Float s: String b: Boolean k: Kind any: Any list: [Int!] opt: [Int] grid: [[Int!]!] must: String!
        child: Item kids: [Item!] many: [[Item]!]
      }
      type Box implements Node { id: ID! s: String w: Int! }
      type Hidden implements Node @inaccessible { id: ID! s: String }
      interface Node { id: ID! s: String }
      union Thing = Item | Box | Hidden
      enum Kind { LOW HIGH SECRET @inaccessible }
      scalar Any
      type Owned @key(fields: "id") { id: ID! name: String other: Owned }`,
    b: `LINK
      type Query { late: Int }
      type Mutation { buy: Int }
      type Owned @key(fields: "id") { id: ID! price: Int cost: Int! twin: Owned }`,
  }),
);

/** What subgraphs answer, whatever they are asked, as text or bytes; with several, one after another. */
type Answers = Readonly<Record<string, string | Buffer | readonly string[]>>;

/** Subgraphs that answer so, and the JSON of what they were asked. */
const answering = (answers: Answers) => {
  const asked: { readonly subgraph: string; readonly body: string }[] = [];
  const transports = world.subgraphs.map(({ name }): Transport => {
    let calls = 0;
    const answer = (body: Buffer): Buffer => {
      asked.push({ subgraph: name, body: body.toString() });
      const given = answers[name] ?? '';
      const one = Array.isArray(given) ? (given[calls++] ?? '') : given;
      return typeof one === 'string' ? Buffer.from(one) : (one as Buffer);
    };
    return {
      name,
      exchange: ({ body }) => Promise.resolve(answer(body)),
      send: async (call) => parseAnswer(answer(writeCall(call).body)),
    };
  });
  return { asked, transports };
};

interface Planned {
  readonly document: DocumentNode;
  readonly plan: QueryPlan;
}

const planned = (text: string): Planned => {
  const document = parse(text);
  return { document, plan: planOf(world.generation, document) };
};

/** Runs an operation on both executors, against the same bytes, and expects the same of both. */
const compare = async (operation: Planned, answers: Answers, variables: Readonly<Record<string, unknown>> = {}) => {
  const [one, other] = [answering(answers), answering(answers)];
  const given = { ...operation, variables };
  const spliced = await run(executeSpliced, world.generation, given, one.transports);
  const compiled = await run(executeCompiled, world.generation, given, other.transports);
  const seen = ({ data, errors, thrown }: typeof spliced, { asked }: typeof one) => ({
    answers,
    thrown,
    // As text: order counts, and the sign of zero does not.
    data: JSON.stringify(data),
    errors: errors.map(told),
    asked: asked.map(({ subgraph, body }) => JSON.stringify([subgraph, JSON.parse(body)])).toSorted(),
  });
  expect(seen(spliced, one)).toEqual(seen(compiled, other));
  return { isSpliced: spliced.isSpliced, data: spliced.data, errors: spliced.errors, asked: one.asked };
};

const VALUES: readonly string[] = [
  ['0', '-0', '1', '-1', '1.0', '-0.0', '1e0', '1E2', '1e+2', '0.1', '1.5', '100e-2', '1e-400', '1e400', '-1e400'],
  ['2147483647', '2147483648', '-2147483648', '-2147483649', '-21474836480', '2147483647.0', '9007199254740993'],
  ['1e99', '1e100', '9'.repeat(400), `0.${'1'.repeat(400)}`, '0.30000000000000004440892098500626'],
  ['01', '-', '-01', '+1', '.5', '1.', '1e', '1e+', '0x1', 'NaN', 'Infinity', '-Infinity', '1_000', '1,2'],
  ['true', 'false', 'True', 'truee', 'tru', 'null', 'nul', 'nulll', 'Null', 'undefined', '', ' ', ','],
  [' 1', '1 ', '\n1', '1\t', '\u000b1', '1\f', '/**/1', '1//'],
  ['"LOW"', '"HIGH"', '"SECRET"', '"NONE"', '"low"', '"LOW "', String.raw`"L\u004fW"`, '"constructor"'],
  ['""', '"x"', '"é🚑"', String.raw`"\u00e9\n\"\\"`, String.raw`"\ud800"`, '"1"', '"true"', '"null"'],
  [
    '"a',
    'a"',
    "'a'",
    '"a\tb"',
    '"a\nb"',
    '"a\u0000b"',
    String.raw`"\x"`,
    String.raw`"\u12"`,
    String.raw`"\u12zz"`,
    '"\\',
  ],
  [
    '[]',
    '[ ]',
    '[[]]',
    '[[],[]]',
    '[[[]]]',
    '[1]',
    '[1,2]',
    '[1, 2]',
    '[1,null]',
    '[null]',
    '[null,null]',
    '[1,"x"]',
    '[1.0]',
  ],
  ['[[1]]', '[[1],null]', '[[1,null]]', '[[1],[2,3]]', '[1,]', '[,1]', '[1', '1]', '[1}', '[2147483648]', '[[1],2]'],
  [
    '{}',
    '{ }',
    '{"n":1}',
    '{"n":null}',
    '{"n":1,"n":2}',
    '{"n":1,"s":"x"}',
    '{"s":"x"}',
    '{"n":"x"}',
    '{"n" :1}',
    '{"n":1,}',
  ],
  [
    '{n:1}',
    "{'n':1}",
    '{"n"}',
    '{"n":}',
    '{"n":1',
    '{"\\u006e":1}',
    '{"N":1}',
    '{"__proto__":{"n":1}}',
    '{"n":1,"__proto__":{"s":1}}',
  ],
  [
    '[{"n":1}]',
    '[{"n":1},{"n":2}]',
    '[{"n":1},null]',
    '[null,{"n":1}]',
    '[{"n":null}]',
    '[{}]',
    '[{"n":1},{"n":"x"}]',
    '[[{"n":1}]]',
  ],
  [
    '[[{"n":1}],[]]',
    '[[{"n":1},null],[{"n":2}]]',
    '[[{"n":1}],null]',
    '[{"n":1},{"n":1,"x":2}]',
    '[{"n":1}{"n":2}]',
    '{"n":1}{"n":1}',
  ],
  [
    '{"a":1,"b":[{"c":null}]}',
    '{"a":1,"a":2}',
    '{"constructor":1,"__proto__":2}',
    '{"":""}',
    `${'['.repeat(90)}${']'.repeat(90)}`,
  ],
  [`${'['.repeat(500)}${']'.repeat(500)}`, '{"a":1e400}', '{"a":-0}', '{"a":"\\ud800"}'],
].flat();

describe('a value that a subgraph answers', () => {
  const FIELDS = [
    'id',
    'n',
    'f',
    's',
    'b',
    'k',
    'any',
    'list',
    'opt',
    'grid',
    'must',
    'child { n }',
    'kids { n }',
    'many { n }',
  ];

  it.each(FIELDS)('is taken as the compiled executor takes it: %s', async (field) => {
    const key = /^\w+/.exec(field)?.[0] ?? '';
    const operation = planned(`{ item { ${field} } items { before: s ${field} after: b } }`);
    let spliced = 0;
    for (const value of VALUES) {
      const items = `[{"before":"é","${key}":${value},"after":true},{"before":null,"${key}":${value},"after":null}]`;
      const { isSpliced } = await compare(operation, { a: `{"data":{"item":{"${key}":${value}},"items":${items}}}` });
      if (isSpliced) spliced += 1;
    }
    expect(spliced).toBeGreaterThan(1);
    expect(spliced).toBeLessThan(VALUES.length);
  });

  it('is checked where it stands in an object that a fetch goes through', async () => {
    const operation = planned('{ owned { name price id } }');
    for (const value of VALUES) {
      await compare(operation, {
        a: `{"data":{"owned":[{"__typename":"Owned","id":"1","name":${value}}]}}`,
        b: '{"data":{"_entities":[{"price":7}]}}',
      });
      await compare(operation, {
        a: '{"data":{"owned":[{"__typename":"Owned","id":"1","name":"x"}]}}',
        b: `{"data":{"_entities":[{"price":${value}}]}}`,
      });
    }
  });
});

describe('an answer as a whole', () => {
  const PLAIN = '{"data":{"item":{"s":"x","n":1,"child":{"b":true}},"sure":{"id":"1"}}}';
  const operation = planned('{ item { s n child { b } } sure { id } }');
  const DATA = PLAIN.slice(0, -1);
  const ERROR = '{"message":"no","path":["item","n"],"extensions":{"code":"NOT_FOUND"}}';

  it.each([
    ['as expected', PLAIN, true],
    ['with a line end', `${PLAIN}\n`, true],
    ['with white space behind', `${PLAIN} \r\n\t `, true],
    ['with extensions', `${DATA},"extensions":{"a":[1,{"b":null}]}}`, true],
    ['with extensions null', `${DATA},"extensions":null}`, true],
    ['with extensions and a line end', `${DATA},"extensions":{}}\n`, true],
    ['with extensions before', `{"extensions":{},${PLAIN.slice(1)}`, false],
    ['with extensions that are none', `${DATA},"extensions":{]}`, false],
    ['with extensions twice', `${DATA},"extensions":{},"extensions":{}}`, false],
    ['with another member', `${DATA},"stranger":1}`, false],
    ['with data twice', `${DATA},"data":{"item":null,"sure":{"id":"2"}}}`, false],
    ['with extensions and data twice', `${DATA},"extensions":{},"data":null}`, false],
    ['with errors', `${DATA},"errors":[${ERROR}]}`, false],
    ['with errors before', `{"errors":[${ERROR}],${PLAIN.slice(1)}`, false],
    ['with errors after extensions', `${DATA},"extensions":{},"errors":[${ERROR}]}`, false],
    ['with errors in extensions', `${DATA},"extensions":{"errors":[${ERROR}]}}`, true],
    ['with no errors', `${DATA},"errors":[]}`, false],
    ['with errors null', `${DATA},"errors":null}`, false],
    ['with errors that are none', `${DATA},"errors":7}`, false],
    ['with errors alone', `{"errors":[${ERROR}]}`, false],
    ['with a vertical tab behind', `${PLAIN}\u000b`, false],
    ['with a form feed behind', `${PLAIN}\f`, false],
    ['with a zero behind', `${PLAIN}\u0000`, false],
    ['with a mark of the byte order', `\u{feff}${PLAIN}`, false],
    ['with another answer behind', `${PLAIN}${PLAIN}`, false],
    ['with white space within', PLAIN.replaceAll(':', ': '), false],
    ['with white space before', ` ${PLAIN}`, false],
    ['pretty', JSON.stringify(JSON.parse(PLAIN), null, 2), false],
    ['with keys in another order', '{"data":{"sure":{"id":"1"},"item":{"s":"x","n":1,"child":{"b":true}}}}', false],
    ['with a key missing', '{"data":{"item":{"s":"x","child":{"b":true}},"sure":{"id":"1"}}}', false],
    ['with a key too many', PLAIN.replace('"n":1', '"n":1,"k":"LOW"'), false],
    ['with a type nobody asked for', PLAIN.replace('"s":', '"__typename":"Item","s":'), false],
    ['with a key twice', PLAIN.replace('"n":1', '"n":1,"n":2'), false],
    ['with an escaped key', PLAIN.replace('"n"', String.raw`"\u006e"`), false],
    ['with null', '{"data":{"item":null,"sure":{"id":"1"}}}', true],
    ['with null where there may be none', '{"data":{"item":null,"sure":null}}', false],
    ['with null below', '{"data":{"item":{"s":null,"n":null,"child":null},"sure":{"id":"1"}}}', true],
    ['without data', '{}', false],
    ['with data null', '{"data":null}', false],
    ['with data null and errors', `{"data":null,"errors":[${ERROR}]}`, false],
    ['with data that is a list', '{"data":[]}', false],
    ['with data that is empty', '{"data":{}}', false],
    ['of nothing', '', false],
    ['of null', 'null', false],
    ['of half', PLAIN.slice(0, 40), false],
    ['of all but the end', PLAIN.slice(0, -1), false],
    ['of no JSON', '<!doctype html>', false],
  ])('is taken as the compiled executor takes it: %s', async (_name, text, isSpliced) => {
    expect((await compare(operation, { a: text })).isSpliced).toBe(isSpliced);
  });

  it(`is taken so wherever something is spoiled (seed ${seed})`, async () => {
    const rich = planned(
      '{ things { __typename ... on Item { s any kids { f k } } ... on Box { w } } items { n opt many { n } } }',
    );
    const text = JSON.stringify({
      data: {
        things: [
          {
            __typename: 'Item',
            s: 'é"\n',
            any: { a: [1, 'x'] },
            kids: [
              { f: -1.5e-3, k: 'LOW' },
              { f: null, k: null },
            ],
          },
          { __typename: 'Box', w: 3 },
        ],
        items: [{ n: -2147483648, opt: [1, null], many: [[{ n: 1 }, null], []] }],
      },
    });
    expect((await compare(rich, { a: text })).isSpliced).toBe(true);
    await fc.assert(
      fc.asyncProperty(spoiled(fc.constant(text)), async (edited) => {
        await compare(rich, { a: edited });
      }),
      { seed, numRuns: 250 },
    );
  });

  it('may hold bytes that are no UTF-8', async () => {
    const bytes = Buffer.from(PLAIN);
    bytes[bytes.indexOf('x')] = 0xeb;
    const { isSpliced, data } = await compare(operation, { a: bytes });
    expect([isSpliced, data]).toMatchObject([false, { item: { s: '\ufffd' } }]);
  });

  it('may have any response keys', async () => {
    const aliases = [
      '__proto__',
      'constructor',
      'toString',
      'hasOwnProperty',
      'valueOf',
      't',
      'o',
      'b',
      's',
      'p',
      'P',
      'R',
      'E',
      '_0',
      'link',
      'l0',
      'v',
      'SURPRISE',
      'surprise',
    ];
    const leaves = aliases.map((alias) => `${alias}: n`).join(' ');
    const fields = aliases.map((alias) => `${alias}: item { __typename ${leaves} }`).join(' ');
    const members = aliases.map((alias, index) => `"${alias}":${index}`).join(',');
    const answer = aliases.map((alias) => `"${alias}":{"__typename":"Item",${members}}`).join(',');
    const { isSpliced, data } = await compare(planned(`{ ${fields} }`), { a: `{"data":{${answer}}}` });
    expect(isSpliced).toBe(true);
    expect(Object.keys(data as object)).toEqual(aliases);
    const owned = aliases
      .map((alias) => `${alias}: owned { ${aliases.map((one) => `${one}: price`).join(' ')} }`)
      .join(' ');
    const through = aliases.map((alias, index) => `"${alias}":[{"__typename":"Owned","id":"${index}"}]`).join(',');
    const prices = aliases.map((alias) => `"${alias}":5`).join(',');
    const priced = await compare(planned(`{ ${owned} }`), {
      a: `{"data":{${through}}}`,
      b: `{"data":{"_entities":[{${prices}}]}}`,
    });
    expect(priced.isSpliced).toBe(true);
    expect(Object.keys(priced.data as object)).toEqual(aliases);
    expect(({} as { n?: unknown }).n).toBeUndefined();
  });

  it('may be of any type there is, and of no other', async () => {
    const things = planned(
      '{ things { ... on Item { n } ... on Box { w s } } node { id __typename ... on Box { w } } }',
    );
    const node = '"node":{"__typename":"Box","id":"1","w":2}';
    for (const [thing, isExpected] of [
      ['{"__typename":"Item","n":1}', true],
      ['{"__typename":"Box","w":1,"s":"x"}', true],
      ['{"__typename":"Hidden"}', false],
      ['{"__typename":"Stranger","n":1}', false],
      ['{"__typename":"Item","w":1,"s":"x"}', false],
      ['{"n":1,"__typename":"Item"}', false],
      ['{"n":1}', false],
      ['{"__typename":null}', false],
      ['{"__typename":7,"n":1}', false],
      ['{"__typename":"Item","n":1,"__typename":"Box"}', false],
      ['null', false],
    ] as const) {
      const { isSpliced } = await compare(things, {
        a: `{"data":{"things":[${thing},{"__typename":"Item","n":2}],${node}}}`,
      });
      expect({ thing, isSpliced }).toEqual({ thing, isSpliced: isExpected });
    }
  });
});

describe('entities', () => {
  const prices = planned('{ owned { id name price } }');
  const costs = planned('{ owned { id cost } owner { price } }');
  const owned = (...keys: readonly string[]) =>
    keys.map((key) => `{"__typename":"Owned","id":${key},"name":null}`).join(',');
  const NONE = '{"data":{"_entities":[]}}';

  it.each([
    ['as expected', '[{"price":1},{"price":2}]', true],
    ['null', '[null,{"price":2}]', true],
    ['all null', '[null,null]', true],
    ['with null', '[{"price":null},{"price":2}]', true],
    ['of the wrong kind', '[{"price":"1"},{"price":2}]', false],
    ['with their type', '[{"__typename":"Owned","price":1},{"price":2}]', false],
    ['too few', '[{"price":1}]', false],
    ['too many', '[{"price":1},{"price":2},{"price":3}]', false],
    ['none', '[]', false],
    ['that are no list', '{"price":1}', false],
    ['that are null', 'null', false],
    ['lists', '[[{"price":1}],{"price":2}]', false],
    ['strings', '["x",{"price":2}]', false],
    ['empty', '[{},{"price":2}]', false],
    ['with white space', '[{"price":1}, {"price":2}]', false],
    ['without an end', '[{"price":1},{"price":2}', false],
    ['with a comma too many', '[{"price":1},{"price":2},]', false],
  ])('are taken as the compiled executor takes them: %s', async (_name, entities, isSpliced) => {
    const answers = { a: `{"data":{"owned":[${owned('"1"', '"2"')}]}}`, b: `{"data":{"_entities":${entities}}}` };
    expect((await compare(prices, answers)).isSpliced).toBe(isSpliced);
  });

  it('may not be null where a field of theirs may not', async () => {
    for (const [entities, isSpliced] of [
      ['[{"cost":1},{"cost":2}]', true],
      ['[null,{"cost":2}]', false],
      ['[{"cost":null},{"cost":2}]', false],
    ] as const) {
      const a = '{"data":{"owned":[{"__typename":"Owned","id":"1"},{"__typename":"Owned","id":"2"}],"owner":null}}';
      expect((await compare(costs, { a, b: `{"data":{"_entities":${entities}}}` })).isSpliced).toBe(isSpliced);
    }
  });

  it('are asked for once each, whatever stands between them', async () => {
    const answers = {
      a: `{"data":{"owned":[${owned('"1"', '"2"', '"1"', '"1"')}]}}`,
      b: '{"data":{"_entities":[{"price":1},{"price":2}]}}',
    };
    const { isSpliced, data, asked } = await compare(prices, answers);
    expect([isSpliced, asked.length]).toEqual([true, 2]);
    expect((data as { owned: { price: number }[] }).owned.map(({ price }) => price)).toEqual([1, 2, 1, 1]);
  });

  it('are not asked for where there are none', async () => {
    for (const list of ['null', '[]']) {
      const { isSpliced, asked } = await compare(prices, { a: `{"data":{"owned":${list}}}`, b: NONE });
      expect([isSpliced, asked.length]).toEqual([true, 1]);
    }
  });

  it.each([
    ['a number', '7'],
    ['null', 'null'],
    ['an object', '{}'],
    ['a fraction', '1.0'],
    ['nothing', '""'],
    ['escaped', String.raw`"\u0041\u00e9\/"`],
    ['of a bad escape', String.raw`"\u00zz"`],
  ])('are asked for by whatever key there is: %s', async (_name, key) => {
    const a = `{"data":{"owned":[${owned(key)}]}}`;
    for (const b of ['{"data":{"_entities":[{"price":1}]}}', NONE, '', '{"data":{"_entities":[{"price":1}],"x":1}}'])
      await compare(prices, { a, b });
  });

  it('with one key, written in two ways, are asked for in both', async () => {
    const { document, plan } = prices;
    const { transports, asked } = answering({
      a: `{"data":{"owned":[${owned('"A"', String.raw`"\u0041"`)}]}}`,
      b: '{"data":{"_entities":[{"price":1},{"price":1}]}}',
    });
    const { data } = await run(executeSpliced, world.generation, { document, plan, variables: {} }, transports);
    expect([data, asked.length]).toEqual([{ owned: [1, 1].map((price) => ({ id: 'A', name: null, price })) }, 2]);
  });
});

describe('a surprise', () => {
  const asked = async (text: string, answers: Answers, variables: Readonly<Record<string, unknown>> = {}) => {
    const compared = await compare(planned(text), answers, variables);
    return { ...compared, texts: compared.asked.map(({ subgraph, body }) => `${subgraph} ${body}`) };
  };

  it.each([
    ['mutation { count { n } }', '{"data":{"count":{"n":1}} }'],
    ['mutation { count { n } }', '{"data":{"count":null},"errors":[{"message":"no","path":["count"]}]}'],
    ['mutation { count { n } }', 'no JSON'],
    ['mutation Named { count(n: 3) { n } }', '{"data":{"count":{"n":"x"}}}'],
    ['mutation Named($n: Int) { count(n: $n) { n } }', '{"data":{"count":{"n":"x"}}}'],
    ['mutation($to: String) { rename(to: $to) }', '{"data":{"rename":7}}'],
  ])('does not have a mutation run again: %s', async (text, a) => {
    for (const variables of [{}, { n: 5, to: 'Zoë 🚑 \ud83d' }, { n: null, to: null }]) {
      const { isSpliced, texts } = await asked(text, { a }, variables);
      expect([isSpliced, texts.length]).toEqual([false, 1]);
    }
  });

  it('does not have anything asked again', async () => {
    const a = '{"data":{"owned":[{"__typename":"Owned","id":"1","name":"é"}]}}';
    for (const b of ['{"data":{"_entities":[{"price":"x"}]}}', '{"data":null}', 'no JSON', '']) {
      const { isSpliced, texts } = await asked('{ owned { name price } }', { a, b });
      expect([isSpliced, texts.length]).toEqual([false, 2]);
    }
  });

  it.each([
    ['escapes', String.raw`"\u0041\u00e9\/\ud83d\ude91"`],
    ['bytes of their own', '"é🚑"'],
    ['half of a pair', String.raw`"\ud83d"`],
  ])('does not have entities asked for again whose keys have %s', async (_name, key) => {
    const a = `{"data":{"owned":[{"__typename":"Owned","id":${key},"name":null}]}}`;
    const { isSpliced, texts } = await asked('{ owned { name price } }', {
      a,
      b: '{"data":{"_entities":[{"price":"x"}]}}',
    });
    expect([isSpliced, texts.length]).toEqual([false, 2]);
  });

  it.each([0, 1, 2, 3, 4, 5])('leaves nothing behind that asks for itself: %i turns', async (turns) => {
    const { document, plan } = planned('{ late owned { twin { other { twin { name } } } } }');
    const { asked: all, transports } = answering({
      a: [
        '{"data":{"owned":[{"__typename":"Owned","id":"1"}]}}',
        '{"data":{"_entities":[{"other":{"__typename":"Owned","id":"3"}}]}}',
        '{"data":{"_entities":[{"name":"found"}]}}',
      ],
      b: [
        '{"data":{"late":"never"}}',
        '{"data":{"_entities":[{"twin":{"__typename":"Owned","id":"2"}}]}}',
        '{"data":{"_entities":[{"twin":{"__typename":"Owned","id":"4"}}]}}',
      ],
    });
    const slow = transports.map(
      (transport): Transport => ({
        ...transport,
        exchange: async (call, envelope, cancellation) => {
          const answer = transport.exchange?.(call, envelope, cancellation) ?? Promise.reject(new Error('asked'));
          for (let turn = 0; transport.name === 'a' && turn < turns; turn++) await new Promise(setImmediate);
          return answer;
        },
      }),
    );
    const { data, errors } = await run(executeSpliced, world.generation, { document, plan, variables: {} }, slow);
    expect(data).toEqual({ late: null, owned: [{ twin: { other: { twin: { name: 'found' } } } }] });
    expect(errors).toHaveLength(1);
    await new Promise(setImmediate);
    expect(all.map(({ subgraph }) => subgraph).toSorted()).toEqual(['a', 'a', 'a', 'b', 'b', 'b']);
  });

  it('in the middle of several mutations has each run once, in their order', async () => {
    const { isSpliced, asked: all } = await asked('mutation { one: rename(to: "x") buy two: rename(to: "x") }', {
      a: ['{"data":{"one":"x"}}', '{"data":{"two":"x"}}'],
      b: '{"data":{"buy":"dear"}}',
    });
    expect([isSpliced, all.map(({ subgraph }) => subgraph)]).toEqual([false, ['a', 'b', 'a']]);
  });

  it('that comes again and again is not looked for any more, for a while', async () => {
    const { document, plan } = planned('{ item { n } }');
    const operation = getOperationAST(document);
    if (!operation) throw new Error('there is an operation');
    const prepared: PlannedOperation = { operation, document, denied: undefined, typeKey: 'unused' };
    const look = async (a: string): Promise<boolean> => {
      const { transports, asked: all } = answering({ a });
      const executed = await executeSpliced({ ...RUN, plan, prepared, transports: transportsOf(transports) });
      expect(all).toHaveLength(1);
      return 'answer' in executed;
    };
    const [good, odd] = ['{"data":{"item":{"n":1}}}', '{"data":{"item":{"n":1}} }'];
    for (let round = 0; round < 7; round++) expect(await look(odd)).toBe(false);
    expect(await look(good)).toBe(true);
    for (let round = 0; round < 8; round++) expect(await look(odd)).toBe(false);
    expect(await look(good)).toBe(false);
    let rest = 1;
    while (!(await look(good))) rest += 1;
    expect(rest).toBeGreaterThan(100);
    expect(await look(good)).toBe(true);
  });
});

describe('what has been asked before a mutation', () => {
  const ASKED = 'mutation { one: add { price } buy two: add { price } }';
  const OWNED = '{"__typename":"Owned","id":"1"}';
  const A = [`{"data":{"one":${OWNED}}}`, `{"data":{"two":${OWNED}}}`];

  it.each([
    ['all is as expected', '{"data":{"_entities":[{"price":2}]}}', true],
    ['something surprises', '{"data":{"_entities":[{"price":2}]}} x', false],
  ])('is asked again after it, when %s', async (_name, last, isExpected) => {
    const b = ['{"data":{"_entities":[{"price":1}]}}', '{"data":{"buy":1}}', last];
    const { isSpliced, asked, data } = await compare(planned(ASKED), { a: A, b });
    expect(asked.map(({ subgraph }) => subgraph)).toEqual(['a', 'b', 'b', 'a', 'b']);
    expect(isSpliced).toBe(isExpected);
    if (isExpected) expect(data).toEqual({ one: { price: 1 }, buy: 1, two: { price: 2 } });
  });
});

describe('an operation with several plans', () => {
  it('is spliced by each of them', async () => {
    const text = '{ item { n } }';
    const document = parse(text);
    const operation = getOperationAST(document);
    if (!operation) throw new Error('there is an operation');
    const prepared: PlannedOperation = { operation, document, denied: undefined, typeKey: 'unused' };
    for (const plan of [planOf(world.generation, document), planOf(world.generation, parse(text))]) {
      const { transports } = answering({ a: '{"data":{"item":{"n":1}}}' });
      const executed = await executeSpliced({ ...RUN, plan, prepared, transports: transportsOf(transports) });
      expect(executed).toEqual({ answer: [Buffer.from('{"data":{"item":{"n":1}}}')] });
    }
  });
});

const RUN = {
  generation: (world satisfies World).generation,
  shown: () => world.generation.schema,
  variables: {},
  envelope: {
    identity: createIdentity({
      audience: 'internal',
      purpose: 'operations',
      subject: 's',
      client: 'c',
      scopes: [],
      facilities: [],
    }),
    requestId: 'r',
    deadline: Date.now() + 60_000,
  },
  cancellation: new Cancellation(),
  open: true,
};
