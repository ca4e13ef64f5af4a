/**
 * An appointment that leads everywhere at scale 1: kept in North Hospital, goods were used for it, and it is part of a claim
 * that the payer has accepted and Odoo has in its books. Tests hold it to that.
 */
export const WHOLE_APPOINTMENT = { number: 'APT-000813', claim: 'CLM-303675' } as const;
