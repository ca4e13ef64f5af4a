import DataLoader from 'dataloader';
import { encodeId } from '../../platform/ids.ts';
import type { OdooSession } from '../../platform/odoo/session.ts';
import { costCenter } from './entities.ts';

/**
 * Ids of cost centers by their code, which is how other systems name them: one call for all the codes of a tick. Archived
 * ones are found, since people stay on them. A code that two cost centers share names none: which is meant would be a
 * guess, and somebody's pay would be carried by it.
 */
export const costCenterByCode = (odoo: OdooSession): DataLoader<string, string | null> =>
  new DataLoader(async (codes) => {
    const [code, active] = [odoo.column(costCenter, 'code'), odoo.column(costCenter, 'active')];
    const domain = [
      [code, 'in', codes],
      [active, 'in', [true, false]],
    ] as const;
    const rows = await odoo.rows(costCenter, domain, ['code']);
    return codes.map((wanted) => {
      const [found, ...others] = rows.filter((row) => row[code] === wanted);
      return found === undefined || others.length > 0 ? null : encodeId('CostCenter', found['id'] as number);
    });
  });
