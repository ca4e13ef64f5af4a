import type { Behaviour } from '../engine/behaviour.ts';
import type { Env, Values } from '../engine/env.ts';
import { userError } from '../engine/errors.ts';
import type { Rec } from '../engine/record.ts';
import { rounded, subtotal, sum, taxOn } from './amounts.ts';
import { directionOf, isInvoice, isPurchase } from './move-types.ts';

export const accountLine: Behaviour = {
  searchedByName: ['name', 'move_name'],
  displayName: (line) => {
    const move = line.one('move_id')?.displayName ?? '';
    const name = line.text('name');
    // The counterpart of a bill repeats the bill's reference: it is not said twice.
    return name === '' || name === line.one('move_id')?.text('ref') ? move : `${move} ${name}`;
  },
  computes: {
    debit: (line) => Math.max(0, balanceOf(line)),
    credit: (line) => Math.max(0, -balanceOf(line)),
    amount_currency: (line) => Number(line.row['amount_currency'] ?? balanceOf(line)),
    price_subtotal: (line) =>
      isProduct(line) ? subtotal(line.number('quantity'), line.number('price_unit'), line.number('discount')) : 0,
    price_total: (line) =>
      isProduct(line)
        ? rounded(line.number('price_subtotal') + taxOn(line.number('price_subtotal'), line.many('tax_ids')))
        : 0,
    amount_residual: (line) => residual(line, 'amount', balanceOf(line)),
    amount_residual_currency: (line) =>
      residual(line, 'currency', Number(line.row['amount_currency'] ?? balanceOf(line))),
    reconciled: (line) => isReconcilable(line) && matchesOf(line).length > 0 && line.number('amount_residual') === 0,
    matched_debit_ids: (line) => [...line.env.db.idsBy('account.partial.reconcile', 'credit_move_id', line.id)],
    matched_credit_ids: (line) => [...line.env.db.idsBy('account.partial.reconcile', 'debit_move_id', line.id)],
    is_same_currency: (line) =>
      line.number('currency_id') === line.one('move_id')?.one('company_id')?.number('currency_id'),
    is_refund: (line) => ['in_refund', 'out_refund'].includes(line.one('move_id')?.text('move_type') ?? ''),
    payment_date: (line) => line.text('date_maturity') || false,
    parent_id: () => false,
  },
  absent: { display_type: 'product', deductible_amount: 100 },
  defaults: lineDefaults,
  beforeWrite: (lines, values) => {
    const posted = lines.find((line) => line.sudo().one('move_id')?.text('state') === 'posted');
    const touched = CLOSED.filter((name) => name in values);
    if (posted !== undefined && touched.length > 0 && !posted.env.su) {
      throw userError(
        `You cannot do this modification on a posted journal entry, you can just change some non legal fields. You must reset the journal entry to draft.`,
      );
    }
    if (!('debit' in values || 'credit' in values)) return values;
    const balance = Number(values['debit'] ?? 0) - Number(values['credit'] ?? 0);
    return { ...values, balance, amount_currency: balance };
  },
  written: (lines, values) => {
    if (values['balance'] !== undefined) return;
    for (const move of new Set(lines.map((line) => line.row['move_id']))) {
      const owner = lines[0]?.env.sudo().record('account.move', Number(move));
      if (owner?.exists === true) refresh(owner);
    }
  },
};

const CLOSED = ['account_id', 'debit', 'credit', 'balance', 'amount_currency', 'quantity', 'price_unit', 'tax_ids'];

const isProduct = (line: Rec): boolean =>
  line.text('display_type') === 'product' && line.one('move_id')?.text('move_type') !== 'entry';

const balanceOf = (line: Rec): number => Number(line.row['balance'] ?? 0);

const RECONCILABLE: ReadonlySet<string> = new Set([
  'asset_receivable',
  'liability_payable',
  'asset_cash',
  'liability_credit_card',
]);

const isReconcilable = (line: Rec): boolean => {
  const account = line.one('account_id');
  return account !== null && (account.flag('reconcile') || RECONCILABLE.has(account.text('account_type')));
};

/** What is still open of a line after everything it has been matched with. */
const residual = (line: Rec, kind: 'amount' | 'currency', whole: number): number => {
  if (!isReconcilable(line)) return 0;
  const taken = (field: 'debit_move_id' | 'credit_move_id', own: string): number => {
    const matches = [...line.env.db.idsBy('account.partial.reconcile', field, line.id)];
    return sum(matches.map((id) => amountOf(line.env, id, kind === 'amount' ? 'amount' : own)));
  };
  return rounded(
    whole - taken('debit_move_id', 'debit_amount_currency') + taken('credit_move_id', 'credit_amount_currency'),
  );
};

const amountOf = ({ db }: Env, id: number, field: string): number => {
  const row = db.row('account.partial.reconcile', id);
  return Number(row?.[field] ?? row?.['amount'] ?? 0);
};

export const matchesOf = (line: Rec): Rec[] =>
  [
    ...line.env.db.idsBy('account.partial.reconcile', 'debit_move_id', line.id),
    ...line.env.db.idsBy('account.partial.reconcile', 'credit_move_id', line.id),
  ].map((id) => line.env.record('account.partial.reconcile', id));

function lineDefaults(env: Env, given: Values): Values {
  const move = typeof given['move_id'] === 'number' ? env.sudo().record('account.move', given['move_id']) : null;
  const standing: Values = { sequence: 100, display_type: 'product', deductible_amount: 100 };
  if (move === null) return standing;
  const header = {
    currency_id: move.number('currency_id'),
    partner_id: move.one('partner_id')?.number('commercial_partner_id') ?? false,
  };
  if (!isInvoice(move) || 'balance' in given) {
    const balance = Number(given['debit'] ?? 0) - Number(given['credit'] ?? 0);
    return {
      ...standing,
      ...header,
      ...('balance' in given ? {} : { balance, amount_currency: given['amount_currency'] ?? balance }),
    };
  }
  const company = move.number('company_id');
  const product =
    typeof given['product_id'] === 'number'
      ? env.sudo().record('product.product', given['product_id']).inCompany(company)
      : null;
  // 14 fills in neither price nor taxes of a line of a bill.
  const isOld = env.engine.version === 14;
  const price = isPurchase(move) ? product?.number('standard_price') : product?.number('lst_price');
  const taxes = product
    ?.many(isPurchase(move) ? 'supplier_taxes_id' : 'taxes_id')
    .filter((tax) => tax.number('company_id') === company);
  return {
    ...standing,
    ...header,
    name: product?.displayName ?? false,
    quantity: 1,
    price_unit: isOld ? 0 : (price ?? 0),
    product_uom_id: product?.number('uom_id') ?? false,
    account_id: accountFor(move, product),
    tax_ids: [[6, 0, isOld ? [] : (taxes?.map(({ id }) => id) ?? [])]],
  };
}

const accountFor = (move: Rec, product: Rec | null): number | false => {
  const own = product?.number(isPurchase(move) ? 'property_account_expense_id' : 'property_account_income_id');
  return own || move.one('journal_id')?.number('default_account_id') || false;
};

export const linesOf = (move: Rec): Rec[] =>
  [...move.env.db.idsBy('account.move.line', 'move_id', move.id)].map((id) => move.env.record('account.move.line', id));

/**
 * Brings the lines a draft document has by itself (taxes and what is due) in step with its product lines.
 *
 * Lines are updated in place where they are already there, so that their ids stay.
 */
export const refresh = (move: Rec): void => {
  if (!isInvoice(move) || move.text('state') !== 'draft') return;
  const lines = linesOf(move);
  const sign = directionOf(move);
  const rate = move.number('invoice_currency_rate') || 1;
  const bases = new Map<number, { tax: Rec; base: number }>();
  let total = 0;
  for (const line of lines.filter((each) => each.text('display_type') === 'product')) {
    const net = line.number('price_subtotal');
    line.store({
      amount_currency: sign * net,
      balance: rounded((sign * net) / rate),
      currency_id: move.number('currency_id'),
    });
    total += net;
    for (const tax of line.many('tax_ids')) bases.set(tax.id, { tax, base: (bases.get(tax.id)?.base ?? 0) + net });
  }
  for (const { tax, base } of bases.values()) {
    const amount = rounded((base * tax.number('amount')) / 100);
    total += amount;
    put(
      move,
      lines.find((line) => line.number('tax_line_id') === tax.id),
      amount === 0
        ? null
        : {
            display_type: 'tax',
            sequence: 10_000,
            name: tax.text('name'),
            account_id: taxAccount(move),
            tax_line_id: tax.id,
            tax_base_amount: rounded(base / rate),
            ...inBoth(sign * amount, rate),
          },
    );
  }
  for (const line of lines)
    if (line.text('display_type') === 'tax' && !bases.has(line.number('tax_line_id')))
      line.env.db.remove(line.model, line.id);
  put(
    move,
    lines.find((line) => line.text('display_type') === 'payment_term'),
    {
      display_type: 'payment_term',
      sequence: 12_000,
      name: move.text('payment_reference') || move.text('ref') || false,
      account_id:
        move
          .one('partner_id')
          ?.inCompany(move.number('company_id'))
          .number(isPurchase(move) ? 'property_account_payable_id' : 'property_account_receivable_id') || false,
      date_maturity: move.text('invoice_date_due') || false,
      ...inBoth(-sign * rounded(total), rate),
    },
  );
};

const inBoth = (amount: number, rate: number): Values => ({
  amount_currency: amount,
  balance: rounded(amount / rate),
  quantity: 1,
});

const put = (move: Rec, line: Rec | undefined, values: Values | null): void => {
  if (values === null) {
    if (line !== undefined) move.env.db.remove('account.move.line', line.id);
    return;
  }
  if (line === undefined) move.create('account.move.line', { ...values, move_id: move.id });
  else line.store({ ...values, partner_id: move.one('partner_id')?.number('commercial_partner_id') ?? false });
};

const taxAccount = (move: Rec): number | false => {
  const code = isPurchase(move) ? '131000' : '251000';
  const company = move.number('company_id');
  for (const [id, row] of move.env.db.rows('account.account')) {
    if ((row['code'] as Record<string, unknown> | undefined)?.[company] === code) return id;
  }
  return false;
};
