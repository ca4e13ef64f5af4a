import type { Field } from './field.ts';
import { ask } from './gateway.ts';
import type { Replay, Waves } from './protocol.ts';

/**
 * Asks a gateway for everything once, and notes what it asks the subgraphs for it: what the floor repeats.
 *
 * @throws when requests that differ in nothing but ids lead to different calls
 */
export const record = async (
  field: Field,
  url: string,
  bodies: readonly string[],
  authorization?: string,
): Promise<Replay['operations']> => {
  const operations: { body: string; waves: Waves; answer: string }[] = [];
  for (const body of bodies) {
    // The first time, the gateway may plan and the subgraphs execute.
    await ask(url, body, authorization);
    const { result, waves } = await field.recorded(() => ask(url, body, authorization));
    operations.push({ body, waves, answer: result });
  }
  const outlines = new Set(operations.map(({ waves }) => outlineOf(waves)));
  if (outlines.size > 1) throw new Error(`calls differ from request to request: ${[...outlines].join(' / ')}`);
  return operations;
};

/** `procurement, finance + inventory + partners, hr` */
export const outlineOf = (waves: Waves): string =>
  waves
    .map((wave) =>
      wave
        .map(({ subgraph }) => subgraph)
        .toSorted()
        .join(' + '),
    )
    .join(', ');
