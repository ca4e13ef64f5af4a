import type { ExecutableSubgraph } from '../../../platform/subgraph.ts';
import { stopped } from './stopped.ts';
import type { Transport } from './transport.ts';

/** Asks a subgraph of this process. It is handed the envelope itself: there is no wire on which it could be forged. */
export const inProcessTransport = (subgraph: ExecutableSubgraph): Transport => ({
  name: subgraph.name,
  send: (call, envelope, cancellation) =>
    stopped(cancellation, () => subgraph.execute(call, envelope, cancellation.signal)),
});
