import { type Clients, toClients } from '../../policies/clients.ts';
import type { TestGraph } from './start-graph.ts';

const registered = (id: string, audience: string, more: object = {}) => ({
  id,
  name: id,
  owner: 'nobody',
  audience,
  purposes: ['operations'],
  scopes: '*',
  facilities: '*',
  ...more,
});

/** One client of each audience, by the audience's name. */
export const ONE_OF_EACH: Clients = toClients({
  clients: [
    registered('internal', 'internal'),
    registered('operator', 'operator', { purposes: ['support'] }),
    registered('supplier', 'supplier', { party: 'U3VwcGxpZXI6MQ' }),
    registered('payer', 'payer', { party: 'UGF5ZXI6MQ' }),
    registered('reporting', 'reporting', { purposes: ['reporting'] }),
  ],
});

/** What to send along to be the client of an audience. */
export const headersOf = async (
  { issuer }: Pick<TestGraph, 'issuer'>,
  audience: string,
  scopes: readonly string[] = [],
): Promise<{ readonly authorization: string }> => ({
  authorization: `Bearer ${await issuer.mint({ scopes, claims: { client_id: audience } })}`,
});
