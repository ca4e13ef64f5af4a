import { describe, expect, it } from '@jest/globals';
import { codeOf } from '../../platform/errors.ts';
import { createLog } from '../../platform/log.ts';
import { checkContract, ContractError } from '../../platform/odoo/contract.ts';
import { connect, GENERATIONS, startScriptedOdoo } from './scripted-odoo.ts';

const MODELS = {
  'stock.production.lot': { id: { type: 'integer' }, name: { type: 'char' }, company_id: { type: 'many2one' } },
  'stock.move': { id: { type: 'integer' }, quantity_done: { type: 'float' }, state: { type: 'selection' } },
};

const NEEDS = {
  lot: {
    model: ['stock.lot', 'stock.production.lot'],
    fields: { name: 'name', company: { name: 'company_id', type: 'many2one' } },
  },
  move: {
    model: 'stock.move',
    fields: { quantity: ['quantity', 'quantity_done'], picked: { name: 'picked', optional: true } },
  },
  requisition: { model: 'purchase.requisition', optional: true, fields: { name: 'name' } },
} as const;

const problemsOf = (checking: Promise<unknown>) =>
  checking.then(
    () => [],
    (error: unknown) => (error instanceof ContractError ? error.problems : error),
  );

describe.each(GENERATIONS)('the contract with Odoo $major', ({ major }) => {
  it('resolves names by presence, and what is optional and absent to null', async () => {
    await using odoo = await startScriptedOdoo({ major, models: MODELS });
    await using connection = await connect(odoo.url);
    const { lot, move, requisition } = await checkContract(connection.client, NEEDS);
    expect(lot).toMatchObject({ model: 'stock.production.lot', fields: { name: 'name', company: 'company_id' } });
    expect(move.fields).toEqual({ quantity: 'quantity_done', picked: null });
    expect(move.description.get('quantity_done')?.type).toBe('float');
    expect(requisition).toBeNull();
  });

  it('names every missing model and field at once', async () => {
    await using odoo = await startScriptedOdoo({ major, models: MODELS });
    await using connection = await connect(odoo.url);
    const needs = {
      lot: { model: ['stock.lot', 'stock.production.lot'], fields: { name: 'name', expires: 'expiration_date' } },
      move: {
        model: 'stock.move',
        fields: { quantity: ['quantity', 'qty'], state: { name: 'state', type: ['char', 'text'] } },
      },
      order: { model: 'purchase.order', fields: { name: 'name' } },
    } as const;
    await expect(problemsOf(checkContract(connection.client, needs))).resolves.toEqual([
      'stock.production.lot.expiration_date: no such field, or not readable for the user',
      'stock.move.quantity or qty: no such field, or not readable for the user',
      'stock.move.state: is selection, not char or text',
      'purchase.order: no such model; is its module installed?',
    ]);
  });
});

describe('a contract error', () => {
  it('has our code, tells the log what is missing, and tells a caller nothing', () => {
    const lines: string[] = [];
    const error = new ContractError(['purchase.order.partner_id: no such field']);
    createLog('error', { write: (line: string) => lines.push(line) }).error({ error }, 'test:failed');
    expect(codeOf(error)).toBe('SOR_CONTRACT_BROKEN');
    expect(lines.join('')).toContain('purchase.order.partner_id');
    expect(error.message).not.toContain('purchase.order');
  });
});
