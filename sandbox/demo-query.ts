import { WHOLE_APPOINTMENT } from './fhir/seed/story.ts';

/**
 * From an appointment to everything it led to in four systems. `filter` is that of `appointments`; any page of them is
 * asked the same way.
 */
export const demoQuery = (filter: string, first = 1): string => `query AppointmentToBuyer {
  appointments(filter: { ${filter} }, first: ${first}) {
    nodes {
      number
      start
      status
      facility { name }
      practitioner { name employee { department { code name } } }
      claim {
        number
        status
        total { amount currency }
        ledgerEntries {
          nodes { number date lines { nodes { account { code name } debit { amount } credit { amount } } } }
        }
      }
      consumption {
        nodes {
          quantity { value unit }
          cost { amount currency }
          item {
            code
            name
            purchases(first: 1) {
              nodes { order { number supplier { name } buyer { name department { code name } } } }
            }
          }
        }
      }
      charges {
        nodes { serviceName amount { amount currency } costCenter { code name departments { nodes { code name } } } }
      }
    }
  }
}`;

/** As the examples and the README have it. */
export const DEMO_QUERY = demoQuery(`number: { eq: "${WHOLE_APPOINTMENT.number}" }`);

/** An owning system, by the name that its settings have. */
type Owner = 'scheduling' | 'billing' | 'odoo' | 'hr';

/**
 * What one request of it asks each owner for, whatever the number of appointments. A test counts; the page about the query
 * is made of this.
 */
export const DEMO_CALLS: Readonly<Record<Owner, readonly string[]>> = {
  scheduling: ['Appointment', 'Appointment', 'Practitioner'],
  billing: ['ChargeItem', 'Claim'],
  odoo: [
    'account.account',
    'account.analytic.account',
    'account.analytic.account',
    'account.move',
    'account.move',
    'account.move.line',
    'account.move.line',
    'account.partial.reconcile',
    'product.product',
    'purchase.order',
    'purchase.order.line',
    'res.partner',
    'res.users',
    'stock.move',
  ],
  hr: ['Group', 'Group', 'Group', 'User', 'User'],
};
