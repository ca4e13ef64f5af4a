import { describe, expect, it } from '@jest/globals';
import { startOdooSandbox } from '../../sandbox/odoo/server.ts';
import { collectFindings, type Finding } from '../../platform/findings.ts';
import { createIdentity } from '../../platform/identity.ts';
import { silentLog } from '../../platform/log.ts';
import { openOdoo } from '../../platform/odoo/owner.ts';
import { Secret } from '../../platform/secret.ts';
import { deadlineIn, SECOND } from '../../platform/time.ts';
import { purchaseOrder } from '../../subgraphs/procurement/entities.ts';
import { SMALL_USERS, smallSeed } from '../fixtures/odoo/small-seed.ts';

describe('findings', () => {
  const finding: Finding = { source: 'odoo', type: 'PurchaseOrder', field: 'state', code: 'UNMAPPED' };

  it('are counted per place and code, and taken once', () => {
    const findings = collectFindings();
    findings.record(finding);
    findings.record(finding);
    findings.record({ ...finding, code: 'MISSING' });
    expect(findings.take()).toEqual([
      { ...finding, count: 2, firstSeen: expect.any(Date), lastSeen: expect.any(Date) },
      { ...finding, code: 'MISSING', count: 1, firstSeen: expect.any(Date), lastSeen: expect.any(Date) },
    ]);
    expect(findings.take()).toEqual([]);
  });

  it('do not grow without end', () => {
    const findings = collectFindings();
    for (let field = 0; field < 20_000; field += 1) findings.record({ ...finding, field: String(field) });
    expect(findings.take().length).toBeLessThanOrEqual(10_000);
  });

  it('are made of a word of Odoo that the graph does not know, once for each record that is read', async () => {
    const seed = smallSeed();
    const orders = (seed.tables['purchase.order'] ?? []).map((row) => ({ ...row, state: 'on hold' }));
    const server = await startOdooSandbox({ seed: { ...seed, tables: { ...seed.tables, 'purchase.order': orders } } });
    const findings = collectFindings();
    const { login, apiKey } = SMALL_USERS.gateway;
    const odoo = openOdoo({
      settings: { url: server.url, db: server.db, login, apiKey: new Secret(apiKey) },
      entities: [purchaseOrder],
      callWithin: 5 * SECOND,
      recordFinding: findings.record,
      log: silentLog(),
    });
    try {
      const { facilities } = await odoo.ready;
      const session = await odoo.session({
        identity: createIdentity({
          audience: 'internal',
          purpose: 'operations',
          subject: 's',
          client: 'c',
          scopes: [],
          facilities: facilities.map(({ code }) => code),
        }),
        requestId: 'r',
        deadline: deadlineIn(5 * SECOND),
      });
      const { nodes } = await session.list(purchaseOrder, {}, { rows: new Set(['state', 'number']), counted: false });
      expect(nodes.map(({ state }) => state)).toEqual(orders.map(() => 'UNMAPPED'));
      expect(findings.take()).toMatchObject([{ ...finding, count: orders.length }]);
    } finally {
      await odoo.close();
      await server.stop();
    }
  });
});
