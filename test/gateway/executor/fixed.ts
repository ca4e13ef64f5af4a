import { expect } from '@jest/globals';
import { operationFromDocument } from '@apollo/federation-internals';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { type GraphQLSchema, parse, validate } from 'graphql';
import { executeCompiled } from '../../../gateway/executor/compiled/execute.ts';
import { inProcessTransport } from '../../../gateway/executor/transports/in-process.ts';
import { keepSelections } from '../../../gateway/planning/fixes/keep-selections.ts';
import { planFixes } from '../../../gateway/planning/plan-fixes.ts';
import { readSupergraph } from '../../../policies/access/read-supergraph.ts';
import { compose } from '../../../gateway/supergraph/compose.ts';
import { createGeneration } from '../../../gateway/supergraph/generation.ts';
import { queryPlannerOf } from '../../../gateway/planning/query-planner.ts';
import { type SubgraphDefinition, subgraphInProcess } from '../../fakes/subgraph.ts';
import { run } from './run-both.ts';

/** A graph whose plans are fixed, without a server around it. */
export const fixed = (definitions: Readonly<Record<string, SubgraphDefinition>>) => {
  const subgraphs = Object.entries(definitions).map(([name, definition]) => subgraphInProcess(name, definition));
  const { supergraphSdl } = compose(subgraphs.map(({ name, sdl }) => ({ name, url: `http://${name}.invalid/`, sdl })));
  const generation = createGeneration(supergraphSdl, { open: true });
  const fixes = planFixes(supergraphSdl);
  const supergraph = readSupergraph(fixes.supergraphSdl, { isKnownValid: true });
  keepSelections();
  const planner = queryPlannerOf(supergraph);
  return {
    schema: generation.schema,
    ask: async (query: string) => {
      for (const { calls } of subgraphs) calls.length = 0;
      const { document, renamed } = fixes.prepare(parse(query), null);
      const plan = fixes.fix(planner.buildQueryPlan(operationFromDocument(supergraph.apiSchema(), document)), renamed);
      const order: string[] = [];
      const transports = subgraphs.map((subgraph) => {
        const transport = inProcessTransport(subgraph);
        return {
          ...transport,
          send: (...given: Parameters<typeof transport.send>) => {
            order.push(subgraph.name);
            return transport.send(...given);
          },
        };
      });
      const ran = await run(executeCompiled, generation, { document: parse(query), plan, variables: {} }, transports);
      if (ran.thrown !== undefined) throw ran.thrown;
      for (const { sdl, calls } of subgraphs)
        expectValid(
          sdl,
          calls.map(({ call }) => call.query),
        );
      return { ...ran, calls: order };
    },
  };
};

/** The subgraphs of tests do not validate what they are asked; others do. */
export const expectValid = (sdl: string, queries: readonly string[]): void => {
  const schema = SCHEMAS.get(sdl) ?? buildSubgraphSchema({ typeDefs: parse(sdl) });
  SCHEMAS.set(sdl, schema);
  for (const query of queries) expect(validate(schema, parse(query)).map(({ message }) => message)).toEqual([]);
};

const SCHEMAS = new Map<string, GraphQLSchema>();
