import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Output, textOf } from '../../../gateway/executor/spliced/output.ts';
import { collectEntities, type EntityReader } from '../../../gateway/executor/spliced/representations.ts';
import { addAnswer, returnTape, takeTape } from '../../../gateway/executor/spliced/tape.ts';

const seed = Number(process.env['FC_SEED'] ?? 1);
const viewOf = ({ buffer, byteOffset, byteLength }: Buffer) => new DataView(buffer, byteOffset, byteLength);

describe(`what is put together (seed ${seed})`, () => {
  const output = new Output();

  it('is what was put in, whatever its lengths and places', () => {
    const source = Buffer.from(Array.from({ length: 40_000 }, (_, index) => (index * 31) % 251));
    const lengths = fc.oneof(
      fc.nat(9),
      fc.nat(300),
      fc.integer({ min: 8190, max: 8200 }),
      fc.constantFrom(30_000, 40_000),
    );
    const piece = fc.tuple(fc.nat(39_999), lengths, fc.constantFrom('copy', 'put', 'text'));
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        output.reset();
        const expected: Buffer[] = [];
        for (const [start, length, how] of pieces) {
          const from = Math.min(start, source.length - length);
          const given = source.subarray(from, from + length);
          const text = `é${'x'.repeat(length % 70)}`;
          if (how === 'copy') output.copy(source, viewOf(source), from, from + length);
          else if (how === 'put') output.put(textOf(given.toString('latin1')));
          else output.text(text);
          expected.push(how === 'text' ? Buffer.from(text) : given);
        }
        expect(Buffer.concat(output.take()).equals(Buffer.concat(expected))).toBe(true);
      }),
      { seed },
    );
  });

  it('reads no byte behind what it is to copy', () => {
    const exact = Buffer.from(new Uint8Array([1, 2, 3, 4, 5]).buffer);
    output.reset();
    for (let to = 0; to <= 5; to++) output.copy(exact, viewOf(exact), 0, to);
    expect(Buffer.concat(output.take()).toString('hex')).toBe('010102010203010203040102030405');
  });

  it('is not copied when it is large, and stays when more is written', () => {
    const large = Buffer.alloc(20_000, 'l');
    output.reset();
    output.text('[');
    output.copy(large, viewOf(large), 0, large.length);
    output.text(']');
    const taken = output.take();
    output.text('later');
    expect(taken.map(String)).toEqual(['[', large.toString(), ']']);
    expect(taken[1]?.buffer).toBe(large.buffer);
  });

  it('may be longer than all there was room for', () => {
    const text = 'é'.repeat(100_000);
    output.reset();
    output.text('<');
    output.text(text);
    output.text('>');
    expect(Buffer.concat(output.take()).toString()).toBe(`<${text}>`);
  });
});

describe('entities', () => {
  /** Each object is its own number among the keys; each key a text in one of two answers. */
  const collect = (objects: readonly { readonly kind: number; readonly keys: readonly string[] | undefined }[]) => {
    const tape = takeTape();
    const texts = objects.map(({ keys }) => keys ?? []);
    const answers = [0, 1].map((half) => texts.map((keys) => keys.filter((_, i) => i % 2 === half).join('')).join(''));
    answers.forEach((answer, fetch) => addAnswer(tape, fetch, Buffer.from(answer)));
    const ends = [0, 0];
    const places = texts.map((keys) =>
      keys.flatMap((key, index) => {
        const fetch = index % 2;
        const start = ends[fetch] ?? 0;
        ends[fetch] = start + Buffer.byteLength(key);
        return [fetch, start, ends[fetch] ?? 0];
      }),
    );
    const reader: EntityReader = {
      kindOf: (object) => objects[object]?.kind ?? 0,
      read: (object, into, at) => {
        if (objects[object]?.keys === undefined) return -1;
        into.set(places[object] ?? [], at);
        return places[object]?.length ?? 0;
      },
      texts: new Map([
        [1, [textOf('{"a":'), textOf(',"b":'), textOf('}')]],
        [2, [textOf('<'), textOf('|'), textOf('>')]],
      ]),
    };
    const entities = collectEntities(tape, reader, [...objects.keys()]);
    const output = new Output();
    entities.write(output);
    returnTape(tape);
    return { slots: entities.slots, kinds: entities.kinds, text: Buffer.concat(output.take()).toString() };
  };

  it('are each asked for once, by kind and keys, in the order in which they come', () => {
    const found = collect([
      { kind: 1, keys: ['"x"', '1'] },
      { kind: 2, keys: ['"x"', '1'] },
      { kind: 1, keys: undefined },
      { kind: 1, keys: ['"x"', '2'] },
      { kind: 1, keys: ['"x"', '1'] },
    ]);
    expect(found).toEqual({
      slots: [0, 1, -1, 2, 0],
      kinds: [1, 2, 1],
      text: '{"a":"x","b":1},<"x"|1>,{"a":"x","b":2}',
    });
  });

  it('are told apart as their texts are', () => {
    const key = fc.constantFrom('1', '11', '"é"', '"e"', '"🚑"', '""', 'null');
    const object = fc.record({
      kind: fc.constantFrom(1, 2),
      keys: fc.option(fc.tuple(key, key), { nil: undefined, freq: 9 }),
    });
    fc.assert(
      fc.property(fc.array(object, { maxLength: 300 }), (objects) => {
        const known = new Map<string, number>();
        const slots = objects.map(({ kind, keys }) => {
          if (keys === undefined) return -1;
          const text = kind === 1 ? `{"a":${keys[0]},"b":${keys[1]}}` : `<${keys[0]}|${keys[1]}>`;
          const slot = known.get(text) ?? known.size;
          known.set(text, slot);
          return slot;
        });
        const found = collect(objects);
        expect({ slots: found.slots, text: found.text }).toEqual({ slots, text: [...known.keys()].join(',') });
      }),
      { seed },
    );
  });

  it('may be many', () => {
    const objects = Array.from({ length: 20_000 }, (_, index) => ({ kind: 1, keys: [`${index % 15_000}`, '0'] }));
    const { kinds, slots } = collect(objects);
    expect([kinds.length, slots[0], slots[15_000], slots[19_999]]).toEqual([15_000, 0, 0, 4_999]);
  });
});
