import { connectOdoo } from '../../platform/odoo/client.ts';
import type { CallContext, Many2one, ModelDescription, OdooClient, OdooSettings } from '../../platform/odoo/types.ts';
import { deadlineIn, MINUTE } from '../../platform/time.ts';

export const USED = 3;
export const INVOICED = '200.00';
export const BILLED = '75.50';

export interface JoinedBooks {
  /** Numbers that an appointment and claims have elsewhere. */
  readonly appointment: string;
  readonly claim: string;
  /** A claim with an invoice that nobody has paid. */
  readonly openClaim: string;
  /** Of the documents. */
  readonly day: string;
}

/**
 * Makes in the north of an Odoo with the test seed what other systems' facts are joined to, through our own
 * client: goods that left for an appointment; invoices for two claims, of which one is partly taken back and partly paid;
 * a bill on the cost center, posted, and another that is a draft. They stay; the server is a throw-away one.
 */
export const makeJoinedBooks = async (settings: OdooSettings, tag: string): Promise<JoinedBooks> => {
  const client = await connectOdoo(settings);
  try {
    const within = { deadline: deadlineIn(2 * MINUTE) };
    const companies = await client.companies(within);
    const company = await idOf(client, { ...within, companies }, 'res.company', [['name', '=', 'North Facility']]);
    const ctx: CallContext = { ...within, companies: [company] };
    const made = { appointment: `APT-${tag}`, claim: `CLM-${tag}`, openClaim: `CLM-${tag}-2`, day: '2026-10-20' };
    await useGoods(client, ctx, company, made.appointment);
    await invoiceClaims(client, ctx, made);
    await bookCosts(client, ctx, made.day);
    return made;
  } finally {
    await client.close();
  }
};

const idOf = async (
  client: OdooClient,
  ctx: CallContext,
  model: string,
  domain: Parameters<OdooClient['searchCount']>[1],
): Promise<number> => {
  const [row] = await client.searchRead(model, { domain, fields: ['id'], order: 'id', limit: 1 }, ctx);
  if (row === undefined) throw new Error(`no ${model} of that kind`);
  return row['id'] as number;
};

const describe = async (client: OdooClient, model: string): Promise<ModelDescription> => {
  const found = (await client.describe([model])).get(model);
  if (found === undefined) throw new Error(`no ${model}`);
  return found;
};

const useGoods = async (client: OdooClient, ctx: CallContext, company: number, origin: string): Promise<void> => {
  const product = await idOf(client, ctx, 'product.product', [['default_code', '=', 'SYR-10']]);
  const type = await idOf(client, ctx, 'stock.picking.type', [
    ['code', '=', 'outgoing'],
    ['company_id', '=', company],
  ]);
  const [places] = await client.read('stock.picking.type', [type], ['default_location_src_id'], ctx, { names: false });
  const from = (places?.['default_location_src_id'] as Many2one | undefined)?.id ?? 0;
  const to = await idOf(client, ctx, 'stock.location', [['usage', '=', 'customer']]);
  const move = await describe(client, 'stock.move');
  const unit = await idOf(client, ctx, 'uom.uom', [['name', '=', 'Units']]);
  const [picking = 0] = await client.create(
    'stock.picking',
    [
      {
        picking_type_id: type,
        location_id: from,
        location_dest_id: to,
        origin,
        [move.has('name') ? 'move_lines' : 'move_ids']: [
          [
            0,
            0,
            {
              ...(move.has('name') && { name: 'Gloves' }),
              product_id: product,
              product_uom: unit,
              product_uom_qty: USED,
              location_id: from,
              location_dest_id: to,
              origin,
            },
          ],
        ],
      },
    ],
    ctx,
  );
  await client.execute('stock.picking', 'action_confirm', { ids: [picking] }, ctx);
  await client.execute('stock.picking', 'action_assign', { ids: [picking] }, ctx);
  const context = { skip_immediate: true, skip_backorder: true };
  const moves = await client.searchRead(
    'stock.move',
    { domain: [['picking_id', '=', picking]], fields: ['id'], order: 'id', limit: 'all' },
    ctx,
  );
  const done = move.has('quantity') ? { quantity: USED, picked: true } : { quantity_done: USED };
  for (const { id } of moves) await client.write('stock.move', [id as number], done, ctx);
  await client.execute('stock.picking', 'button_validate', { ids: [picking], context }, ctx);
};

const invoiceClaims = async (
  client: OdooClient,
  ctx: CallContext,
  { claim, openClaim, day }: JoinedBooks,
): Promise<void> => {
  const partner = await idOf(client, ctx, 'res.partner', [['ref', '=', 'C-001']]);
  // What a cost center earns is no spending.
  const spread = await onCostCenter(client, ctx);
  const invoice = (ref: string) => ({
    move_type: 'out_invoice',
    partner_id: partner,
    ref,
    invoice_date: day,
    invoice_line_ids: [
      [0, 0, { name: 'Care', quantity: 1, price_unit: Number(INVOICED), tax_ids: [[6, 0, []]], ...spread }],
    ],
  });
  const ids = await client.create('account.move', [invoice(claim), invoice(openClaim)], ctx);
  await client.execute('account.move', 'action_post', { ids }, ctx);
  const active = { active_model: 'account.move', active_ids: ids.slice(0, 1) };
  await refund(client, ctx, active, day);
  const wizard = await wizardOf(client, ctx, 'account.payment.register', { amount: 150, payment_date: day }, active);
  await client.execute('account.payment.register', 'action_create_payments', { ids: [wizard], context: active }, ctx);
};

const refund = async (
  client: OdooClient,
  ctx: CallContext,
  active: { active_model: string; active_ids: number[] },
  day: string,
): Promise<void> => {
  const [first] = await client.read('account.move', active.active_ids, ['journal_id'], ctx, { names: false });
  const described = await describe(client, 'account.move.reversal');
  const values = {
    reason: 'not covered',
    date: day,
    journal_id: (first?.['journal_id'] as Many2one | undefined)?.id ?? 0,
    ...(described.has('refund_method') && { refund_method: 'refund' }),
  };
  const wizard = await wizardOf(client, ctx, 'account.move.reversal', values, active);
  const method = described.has('refund_method') ? 'reverse_moves' : 'refund_moves';
  await client.execute('account.move.reversal', method, { ids: [wizard], context: active }, ctx);
};

/** A wizard reads from the context what it is about, so that it is not made by `create` alone. */
const wizardOf = async (
  client: OdooClient,
  ctx: CallContext,
  model: string,
  values: Readonly<Record<string, string | number>>,
  context: { readonly active_model: string; readonly active_ids: readonly number[] },
): Promise<number> => {
  const made = await client.execute(model, 'create', { args: { vals_list: [values] }, context }, ctx);
  return (Array.isArray(made) ? made[0] : made) as number;
};

const bookCosts = async (client: OdooClient, ctx: CallContext, day: string): Promise<void> => {
  const vendor = await idOf(client, ctx, 'res.partner', [['ref', '=', 'V-002']]);
  const spread = await onCostCenter(client, ctx);
  const bill = {
    move_type: 'in_invoice',
    partner_id: vendor,
    invoice_date: day,
    date: day,
    invoice_line_ids: [
      [0, 0, { name: 'Waste', quantity: 1, price_unit: Number(BILLED), tax_ids: [[6, 0, []]], ...spread }],
    ],
  };
  const [posted = 0] = await client.create('account.move', [bill, bill], ctx);
  await client.execute('account.move', 'action_post', { ids: [posted] }, ctx);
};

const onCostCenter = async (client: OdooClient, ctx: CallContext) => {
  const center = await idOf(client, ctx, 'account.analytic.account', [['code', '=', 'CC-ICU']]);
  const line = await describe(client, 'account.move.line');
  return line.has('analytic_distribution')
    ? { analytic_distribution: { [center]: 100 } }
    : { analytic_account_id: center };
};
