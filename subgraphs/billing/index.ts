import { defineSubgraph } from '../define-subgraph.ts';
import { connector } from './connector.ts';
import { policy } from './policy.ts';
import { references, resolvers } from './resolvers.ts';

export const billing = defineSubgraph({
  name: 'billing',
  dir: import.meta.dirname,
  resolvers,
  references,
  policy,
  connector,
});
