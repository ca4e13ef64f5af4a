import type { Config } from '../../platform/config.ts';
import { type Clients, registeredClients } from '../clients.ts';
import { type AccessGraph, readAccessGraph } from './access-graph.ts';

/** What decides who may see what: the supergraph, and the registrations. */
export interface Rulebook {
  /** Read when it is first asked for, and then kept: it takes a second, and most processes are never asked. */
  graph(): AccessGraph;
  /** As the register is now. A gateway goes by what it was when it last read it. @throws ConfigError */
  clients(): Clients;
}

export const openRulebook = (supergraphSdl: string, config: Pick<Config, 'policies'>): Rulebook => {
  let graph: AccessGraph | undefined;
  return Object.freeze({
    graph: () => (graph ??= readAccessGraph(supergraphSdl)),
    clients: () => registeredClients(config),
  });
};
