import { validate } from 'graphql';
import { SECOND } from '../../platform/time.ts';
import { drawLabels } from '../planning/overrides.ts';
import type { Generation } from '../supergraph/generation.ts';
import { type KnownDocument, type KnownOperation, operationOf } from './known-document.ts';
import { permitAll } from './permit.ts';
import { planOnce } from './plan-once.ts';

/** What a new graph may take before it takes requests. */
const TIME = 10 * SECOND;

/**
 * Plans on a new graph what is known on another, the most recently used first: else the first requests after a change of
 * graph would all wait for the planner at once. Planned is what a caller with every scope may see.
 */
export const warmUp = async (generation: Generation, documents: readonly KnownDocument[]): Promise<void> => {
  const until = Date.now() + TIME;
  for (const known of documents) {
    if (Date.now() > until) return;
    // The syntax tree is the same for every schema; whether it is valid is not.
    if (validate(generation.schema, known.document).length > 0) continue;
    const added = generation.operations.add(known.text, known.hash, known.document);
    for (const [name, operation] of known.operations) {
      const again = operationOf(added, name === '' ? undefined : name);
      if (again !== undefined) await planAll(generation, again, operation);
    }
  }
};

const planAll = async (generation: Generation, operation: KnownOperation, known: KnownOperation): Promise<void> => {
  for (const truth of known.variations.keys()) {
    const variables = Object.fromEntries(
      known.conditionVariables.map((variable, index) => [variable, truth[index] === '1']),
    );
    const permitted = permitAll(generation, operation, variables);
    const overrides = drawLabels(generation.overrideLabels);
    // Who asks for it will hear why it cannot be planned.
    await planOnce(generation, operation, permitted, overrides).catch(() => undefined);
  }
};
