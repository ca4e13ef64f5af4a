import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig } from '../../platform/config.ts';
import { ROOT } from '../../platform/root.ts';
import { readAccessGraph } from '../../policies/access/access-graph.ts';
import { openRulebook, type Rulebook } from '../../policies/access/rulebook.ts';
import { readClients } from '../../policies/clients.ts';

/** What a command judges by, and where it says so. */
export interface Judging {
  readonly rulebook: Rulebook;
  print(line: string): void;
}

/** By the committed supergraph, and the clients of the configuration. */
export const configured = (): Judging => judging(openRulebook(supergraphText(), loadConfig()));

/** By what is committed and nothing else, so that revisions can be compared. */
export const committed = (): Judging => {
  const clients = readClients(join(ROOT, 'policies', 'clients.json'));
  const graph = readAccessGraph(supergraphText());
  return judging({ graph: () => graph, clients: () => clients });
};

const judging = (rulebook: Rulebook): Judging => ({ rulebook, print: (line) => process.stdout.write(`${line}\n`) });

const supergraphText = (): string => readFileSync(join(ROOT, 'gateway', 'supergraph', 'supergraph.graphql'), 'utf8');
