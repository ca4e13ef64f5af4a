import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compose } from '../gateway/supergraph/compose.ts';
import { LintError, lintSupergraph } from '../gateway/supergraph/lint.ts';
import { ROOT } from '../platform/root.ts';
import type { Subgraph } from '../subgraphs/define-subgraph.ts';
import { subgraphs } from '../subgraphs/index.ts';

type SubgraphPart = Pick<Subgraph, 'name' | 'sdl'>;

const FILE = join(ROOT, 'gateway', 'supergraph', 'supergraph.graphql');

/** Where each subgraph answers in the distributed topology (docker-compose.yml) unless `subgraphs.urls` says otherwise. */
const addressOf = (name: string): string => `http://${name}:4001/graphql`;

/**
 * The supergraph of the subgraphs as they are in the source.
 *
 * @throws CompositionError, LintError
 */
export const composeProduct = (parts: readonly SubgraphPart[] = subgraphs) => {
  const composed = compose(parts.map(({ name, sdl }) => ({ name, url: addressOf(name), sdl })));
  const problems = lintSupergraph(composed.supergraphSdl, parts);
  if (problems.length > 0) throw new LintError(problems);
  return composed;
};

if (process.argv[1] === import.meta.filename) {
  const { supergraphSdl, hints } = composeProduct();
  const before = readFileSync(FILE, { encoding: 'utf8', flag: 'a+' });
  writeFileSync(FILE, supergraphSdl);
  for (const hint of hints) console.log(hint);
  console.log(
    before === supergraphSdl ? 'The supergraph is as it was.' : 'The supergraph has changed: review its diff.',
  );
}
