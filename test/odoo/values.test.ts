import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { codeOf } from '../../platform/errors.ts';
import type { FieldDescription, FieldType, ModelDescription } from '../../platform/odoo/types.ts';
import {
  decimal,
  fromOdooDatetime,
  plainDecimal,
  readValue,
  rowReader,
  toOdooDatetime,
  ValueProblem,
} from '../../platform/odoo/values.ts';
import { command, writeValue, writeValues } from '../../platform/odoo/write-values.ts';

const field = (type: FieldType, more: Partial<FieldDescription> = {}): FieldDescription => ({
  type,
  relation: null,
  store: true,
  sortable: true,
  required: false,
  readonly: false,
  selection: null,
  digits: null,
  currencyField: null,
  ...more,
});

describe('reading values', () => {
  it.each<[FieldType, unknown, unknown]>([
    ['boolean', false, false],
    ['boolean', true, true],
    ['char', false, null],
    ['char', '', null],
    ['char', 'Ward 3', 'Ward 3'],
    ['text', false, null],
    ['html', false, null],
    ['integer', 0, 0],
    ['float', 0, 0],
    ['monetary', 12.5, 12.5],
    ['selection', false, null],
    ['selection', 'draft', 'draft'],
    ['date', false, null],
    ['date', '2026-01-31', '2026-01-31'],
    ['datetime', false, null],
    ['datetime', '2026-01-31 23:59:59', '2026-01-31T23:59:59Z'],
    ['many2one', false, null],
    ['many2one', [75, 'France'], { id: 75, name: 'France' }],
    ['many2one', [75, ''], { id: 75, name: null }],
    ['many2one', 75, { id: 75, name: null }],
    ['one2many', [], []],
    ['many2many', [3, 1], [3, 1]],
    ['binary', false, null],
    ['binary', 'aGk=', 'aGk='],
    ['reference', 'res.partner,9', 'res.partner,9'],
    ['json', { '12': 100 }, { '12': 100 }],
    ['json', false, null],
  ])('%s: %j is %j', (type, wire, normal) => {
    expect(readValue(wire, { type })).toEqual(normal);
  });

  it.each<[FieldType, unknown]>([
    ['boolean', 'yes'],
    ['char', 5],
    ['integer', 1.5],
    ['float', '12'],
    ['date', '2026-02-30'],
    ['date', '2026-01-31 00:00:00'],
    ['datetime', '2026-01-31T00:00:00Z'],
    ['datetime', '2026-01-31 25:00:00'],
    ['many2one', ['75', 'France']],
    ['many2one', [75]],
    ['many2many', [1, 'two']],
    ['many2many', false],
  ])('%s does not take %j', (type, wire) => {
    expect(readValue(wire, { type })).toBeUndefined();
  });

  it('reads exactly the asked fields and the id of a row', () => {
    const model: ModelDescription = new Map([
      ['id', field('integer')],
      ['name', field('char')],
      ['active', field('boolean')],
    ]);
    const read = rowReader(['name', 'active'], model);
    expect(read({ id: 4, name: false, active: false, unasked: 'x' })).toEqual({ id: 4, name: null, active: false });
    expect(() => read({ id: 4, name: 'x' })).toThrow(ValueProblem);
    expect(() => read({ id: false, name: 'x', active: true })).toThrow(ValueProblem);
    expect(() => read([])).toThrow(ValueProblem);
  });

  it('names the field of an unexpected value and never the value', () => {
    const read = rowReader(['birthday'], new Map([['birthday', field('date')]]));
    expect(() => read({ id: 1, birthday: 'a secret' })).toThrow('unexpected value in birthday');
  });
});

describe('instants', () => {
  it('become what Odoo takes, in UTC, without fractions', () => {
    expect(toOdooDatetime('2026-03-01T10:00:00Z')).toBe('2026-03-01 10:00:00');
    expect(toOdooDatetime('2026-03-01T10:00:00.987+02:00')).toBe('2026-03-01 08:00:00');
  });

  it('need a zone and have to exist', () => {
    for (const bad of ['2026-03-01T10:00:00', '2026-03-01', '2026-02-30T10:00:00Z', '01/03/2026', '']) {
      expect(() => toOdooDatetime(bad)).toThrow(ValueProblem);
    }
  });

  it('come back as they went', () => {
    const seconds = fc.integer({ min: 0, max: 4_000_000_000 });
    fc.assert(
      fc.property(seconds, (at) => {
        const instant = new Date(at * 1000).toISOString().replace('.000', '');
        return fromOdooDatetime(toOdooDatetime(instant)) === instant;
      }),
    );
  });
});

describe('decimals', () => {
  it.each([
    [11.899999999999999, 2, '11.90'],
    [0.1 + 0.2, 2, '0.30'],
    [1.005, 2, '1.01'],
    [-1.005, 2, '-1.01'],
    [2.675, 2, '2.68'],
    [1004.9999999999999, 0, '1005'],
    [-0.001, 2, '0.00'],
    [-0, 2, '0.00'],
    [592.25, 3, '592.250'],
    [1e21, 0, '1000000000000000000000'],
    [7, 0, '7'],
    [-12, 2, '-12.00'],
    [999_999_999_999_999, 2, '999999999999999.00'],
    [1_000_000_000_000_001, 0, '1000000000000000'],
    [1e-7, 2, '0.00'],
  ])('%d with %d digits is %s', (value, digits, text) => {
    expect(decimal(value, digits)).toBe(text);
  });

  it('have no zeros at their end when plain', () => {
    expect([plainDecimal(2.5, 6), plainDecimal(3, 6), plainDecimal(0.1 + 0.2, 6), plainDecimal(-0, 2)]).toEqual([
      '2.5',
      '3',
      '0.3',
      '0',
    ]);
  });

  it('survive the binary noise of any amount with two digits', () => {
    const cents = fc.integer({ min: -99_999_999_999, max: 99_999_999_999 });
    fc.assert(
      fc.property(cents, (amount) => {
        const [whole, part] = [Math.trunc(Math.abs(amount) / 100), Math.abs(amount) % 100];
        return decimal(amount * 0.01, 2) === `${amount < 0 ? '-' : ''}${whole}.${String(part).padStart(2, '0')}`;
      }),
    );
  });
});

const PARTNER: ModelDescription = new Map([
  ['name', field('char')],
  ['active', field('boolean')],
  ['credit', field('float')],
  ['country_id', field('many2one', { relation: 'res.country' })],
  ['seen_at', field('datetime')],
  ['state', field('selection', { selection: ['draft', 'done'] })],
  ['child_ids', field('one2many', { relation: 'res.partner' })],
]);

const write = (values: Readonly<Record<string, unknown>>) =>
  writeValues('res.partner', values, () => Promise.resolve(PARTNER));

const codeWhenWriting = (values: Readonly<Record<string, unknown>>) => write(values).then(() => 'written', codeOf);

describe('writing values', () => {
  it('sends null as false and instants in the form Odoo takes', async () => {
    const values = { name: null, country_id: null, seen_at: '2026-03-01T10:00:00+01:00', active: false, state: 'done' };
    await expect(write(values)).resolves.toEqual({
      name: false,
      country_id: false,
      seen_at: '2026-03-01 09:00:00',
      active: false,
      state: 'done',
    });
  });

  it.each([[[75, 'France']], ['75'], ['France'], [{ id: 75, name: 'France' }], [0], [-1], [1.5], [true], [undefined]])(
    'refuses a many2one written as %j, which Odoo 19 would store as empty',
    async (value) => {
      await expect(codeWhenWriting({ country_id: value })).resolves.toBe('INTERNAL_SERVER_ERROR');
    },
  );

  it('refuses the same inside the lines of a record', async () => {
    const line = command.create({ name: 'line', country_id: [75, 'France'] });
    await expect(codeWhenWriting({ child_ids: [line] })).resolves.toBe('INTERNAL_SERVER_ERROR');
    await expect(write({ child_ids: [command.create({ name: null, country_id: 75 })] })).resolves.toEqual({
      child_ids: [[0, 0, { name: false, country_id: 75 }]],
    });
  });

  it('refuses values that Odoo answers with a 500, or stores as something else', async () => {
    for (const bad of [
      { name: 'a\0b' },
      { credit: 'abc' },
      { credit: null },
      { credit: Number.NaN },
      { state: 'nope' },
      { seen_at: '2026-03-01 10:00:00' },
      { active: 'yes' },
    ]) {
      await expect(codeWhenWriting(bad)).resolves.toBe('INTERNAL_SERVER_ERROR');
    }
  });

  it('refuses a field the server does not have', async () => {
    await expect(codeWhenWriting({ nick_name: 'x' })).resolves.toBe('SOR_CONTRACT_BROKEN');
  });

  it('refuses x2many values that are not commands', async () => {
    for (const bad of [[1, 2], [[4]], [[4, 'x']], [[6, 0, ['1']]], [[1, 0, {}]], 'all', [[7, 1]]]) {
      await expect(codeWhenWriting({ child_ids: bad })).resolves.toBe('INTERNAL_SERVER_ERROR');
    }
  });

  it('passes on every kind of command', async () => {
    const commands = [
      command.update(1, {}),
      command.delete(2),
      command.unlink(3),
      command.link(4),
      command.clear(),
      command.replace([6]),
    ];
    await expect(write({ child_ids: commands })).resolves.toEqual({
      child_ids: [[1, 1, {}], [2, 2], [3, 3], [4, 4], [5], [6, 0, [6]]],
    });
  });

  it('takes ids only up to what PostgreSQL holds', () => {
    expect(writeValue(2_147_483_647, field('many2one'))).toBe(2_147_483_647);
    expect(writeValue(2_147_483_648, field('many2one'))).toBeUndefined();
  });
});
