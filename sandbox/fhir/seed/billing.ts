import { instantOf } from '../../odoo/seed/calendar.ts';
import { healthcareGroup } from '../../odoo/seed/index.ts';
import type { Seed } from '../../odoo/seed.ts';
import { patients, payersAt } from '../../story/patients.ts';
import { visits } from '../../story/visits.ts';
import type { Resource } from '../resource.ts';
import { type ChargePlan, chargeItems, numbered, usualCharges } from './charges.ts';
import { planClaims, withCharges } from './claim-plans.ts';
import { claimId, claimResources, reconciliations } from './claims.ts';
import { coversOf, coverages, eligibility, payerOrganizations } from './covers.ts';
import { accounts, invoiceResources, planInvoices } from './invoices.ts';
import { foundedAt, patientRecords } from './people.ts';
import { facilities } from './places.ts';
import { payersIn, statementsIn } from './statements.ts';

/** What the billing platform of the invented group holds; `odoo` is what the group's Odoo does. */
export const billingResources = (
  scale: number,
  today: string,
  odoo: Seed = healthcareGroup({ scale, today }),
): readonly Resource[] => {
  const [now, at] = [instantOf(today), foundedAt(today)];
  const everybody = patients(scale);
  const payers = payersIn(odoo).slice(0, payersAt(scale));
  const covers = coversOf(everybody, payers, now);
  const kept = visits({ scale, today }).filter(({ status }) => status === 'fulfilled');
  const usual = usualCharges(kept);
  const claimPlans = planClaims({ statements: statementsIn(odoo), covers, kept, usual, scale, today: now });

  // A visit costs what its claim says or else what is usual.
  const claimed = new Set(claimPlans.flatMap(({ plans }) => plans.map(({ visit }) => visit.number)));
  const others = kept.filter(({ number }) => !claimed.has(number)).flatMap(({ number }) => usual.get(number) ?? []);
  const plans: readonly ChargePlan[] = [...claimPlans.flatMap((claim) => claim.plans), ...others];
  const { charges, chargeOf } = numbered(plans);
  const claims = withCharges(claimPlans, chargeOf);
  const claimOf = new Map(
    claims.flatMap((claim) => claim.charges.map(({ id }) => [id, claimId(claim.number)] as const)),
  );
  const invoices = planInvoices(
    charges.filter(({ id }) => !claimOf.has(id)),
    now,
  );
  const invoiceOf = new Map(invoices.flatMap(({ id, charges: own }) => own.map((charge) => [charge.id, id] as const)));
  return [
    ...facilities(at),
    ...payerOrganizations(payers, at),
    ...patientRecords(scale, at),
    ...coverages(covers),
    ...eligibility(covers, now),
    ...accounts(everybody, covers, invoices, at),
    ...chargeItems(charges, { claimOf, invoiceOf }),
    ...claimResources(claims),
    ...reconciliations(claims),
    ...invoiceResources(invoices),
  ];
};
