import { SECOND } from '../../platform/time.ts';
import { fhirSeed } from '../../sandbox/fhir/seed/index.ts';
import { healthcareGroup } from '../../sandbox/odoo/seed/index.ts';
import { workforce } from '../../sandbox/scim/seed.ts';
import { subgraphs } from '../../subgraphs/index.ts';
import { type OwnerName, readOwners } from '../../subgraphs/owners.ts';
import { type Door, DOORS, type World } from './owner-doors.ts';
import { type Graph, type GraphOptions, startGraph } from './graph.ts';
import { hasPostgres } from './postgres.ts';

/** The invented group of the sandboxes: three facilities, and plenty of everything else. */
export const GROUP: World = { odoo: healthcareGroup, hr: workforce, fhir: fhirSeed };

/** The same with a fifth of everything, but for the facilities and what is one of a kind. */
export const SMALL_GROUP: World = {
  odoo: () => healthcareGroup({ scale: 0.2 }),
  hr: workforce,
  fhir: (domain) => fhirSeed(domain, { scale: 0.2 }),
};

/** The whole product in front of a world, each owner behind a door of its own. */
export interface Group extends AsyncDisposable {
  readonly graph: Graph;
  readonly doors: ReadonlyMap<OwnerName, Door>;
}

/** Deadlines of owners, short enough for a test of one that hangs. Milliseconds. */
export const OWNER_DEADLINE = 3 * SECOND;

const DEADLINES = Object.fromEntries(
  ['ODOO', 'SCIM', 'FHIR_SCHEDULING', 'FHIR_BILLING', 'DATABASE'].map((name) => [
    `${name}_DEADLINE`,
    String(OWNER_DEADLINE),
  ]),
);

/** The owners that the subgraphs of the product read, and that this machine can stand in front of. */
const standing = (): readonly OwnerName[] =>
  [...readOwners(subgraphs)].filter((name) => DOORS[name] !== undefined && (name !== 'store' || hasPostgres()));

/** Starts a sandbox and a door for every owner that some subgraph reads, and the product in front of them. */
export const startGroup = async (
  world: World,
  env: Readonly<Record<string, string>> = {},
  others: Pick<GraphOptions, 'log' | 'access' | 'ships'> = {},
): Promise<Group> => {
  const doors = new Map<OwnerName, Door>();
  const stop = async () => {
    for (const door of [...doors.values()].toReversed()) await door[Symbol.asyncDispose]();
  };
  try {
    // One after the other: each makes its seed, which takes a processor.
    for (const name of standing()) doors.set(name, await doorTo(name, world));
    const graph = await startGraph({ ...optionsOf(doors, env), ...others });
    return {
      graph,
      doors,
      [Symbol.asyncDispose]: async () => {
        await graph[Symbol.asyncDispose]();
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
};

const doorTo = async (name: OwnerName, world: World): Promise<Door> => {
  const start = DOORS[name];
  if (start === undefined) throw new Error(`nothing stands in front of ${name}`);
  return start(world);
};

const optionsOf = (doors: ReadonlyMap<OwnerName, Door>, env: Readonly<Record<string, string>>): GraphOptions => {
  const all = [...doors.values()].map(({ options }) => options);
  const merged = Object.assign({ store: 'embedded', learns: true }, ...all) as GraphOptions;
  return { ...merged, env: Object.assign({}, DEADLINES, ...all.map((one) => one.env ?? {}), env) as never };
};
