/**
 * How long one run of a plan takes in each executor, and on the floor: JSON.parse of the subgraphs' bytes and
 * JSON.stringify of the answer. Five fetches, some 35 KB, in-memory transports that parse the same bytes for every call.
 * All take turns in one process; what counts is their ratio. The gateway as a whole is measured in bench/.
 *
 *   npx tsx scripts/bench-executor.ts [rows]
 */
import { isDeepStrictEqual } from 'node:util';
import { getOperationAST, parse } from 'graphql';
import { Cancellation } from '../gateway/executor/cancellation.ts';
import { executeCompiled } from '../gateway/executor/compiled/execute.ts';
import type { ExecutePlan, PlanRun } from '../gateway/executor/execute-plan.ts';
import { executeByReference } from '../gateway/executor/reference.ts';
import { type Transport, transportsOf } from '../gateway/executor/transports/transport.ts';
import { compose } from '../gateway/supergraph/compose.ts';
import { createGeneration } from '../gateway/supergraph/generation.ts';
import { createIdentity } from '../platform/identity.ts';
import type { SubgraphAnswer } from '../platform/subgraph.ts';
import { HOUR } from '../platform/time.ts';

/** The first is ours; what it reaches is told of the others. */
const EXECUTORS: Readonly<Record<string, ExecutePlan>> = { compiled: executeCompiled, reference: executeByReference };

const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@external", "@requires"])`;

const SUBGRAPHS = {
  orders: `${LINK}
    type Query { orders: [Order!]! }
    type Order @key(fields: "id") { id: ID! number: String! placedAt: String! status: Status! note: String lines: [Line!]! supplier: Supplier! }
    type Line { quantity: Int! unit: String! item: Item! }
    enum Status { OPEN SENT CLOSED }
    type Item @key(fields: "id") { id: ID! }
    type Supplier @key(fields: "id") { id: ID! }`,
  items: `${LINK} type Query { item: Item } type Item @key(fields: "id") { id: ID! name: String! category: String weight: Float! }`,
  suppliers: `${LINK} type Query { supplier: Supplier } type Supplier @key(fields: "id") { id: ID! name: String! rating: Float address: Address! } type Address { street: String! city: String! }`,
  stock: `${LINK} type Query { stock: Int } type Item @key(fields: "id") { id: ID! level: Int! reserved: Int! weight: Float! @external space: Float @requires(fields: "weight") }`,
  finance: `${LINK} type Query { due: Int } type Order @key(fields: "id") { id: ID! total: String! currency: String! paid: Boolean! }`,
};

const QUERY = `{ orders { id number placedAt status note total currency paid supplier { id name rating address { street city } }
  lines { quantity unit item { id name category weight level reserved space } } } }`;

const ROUNDS = 7;

const main = async (rows: number): Promise<void> => {
  const subgraphs = createSubgraphs(rows);
  const run = await runOf(subgraphs.transports);
  const texts = new Map<string, string>();
  for (const [name, execute] of Object.entries(EXECUTORS)) texts.set(name, await answered(execute, run));
  const [text = ''] = texts.values();
  for (const [name, other] of texts) if (!sameJson(text, other)) throw new Error(`${name} answers other data`);

  subgraphs.forget();
  const [ours = 'none', ...others] = Object.keys(EXECUTORS);
  await answered(EXECUTORS[ours] as ExecutePlan, run);
  const sent = subgraphs.sent();
  const floor = floorOf(sent, text);
  const contenders = new Map<string, () => Promise<number>>([
    ['floor', floor],
    ...Object.entries(EXECUTORS).map(
      ([name, execute]) => [name, async () => (await answered(execute, run)).length] as const,
    ),
  ]);
  const times = await inTurn(contenders);
  const time = (name: string): number => times.get(name) ?? Number.NaN;
  console.log(`${sent.length} fetches, answer of ${(text.length / 1024).toFixed(1)} KB, Node ${process.version}`);
  console.log(
    `${[...times].map(([name, micros]) => `${name} ${micros.toFixed(0)} us`).join(', ')} (medians of ${ROUNDS})`,
  );
  const ratios = others.map((name) => `${(time(name) / time(ours)).toFixed(1)} times as fast as ${name}`);
  console.log(`${ours} is ${ratios.join(', ')}, and at ${(time('floor') / time(ours)).toFixed(2)} of the floor`);
};

/** Transports that answer what they have answered before to as many entities, as text that is parsed each time. */
const createSubgraphs = (rows: number) => {
  const texts = new Map<string, string>();
  const textOf = (name: string, representations: readonly { readonly id: string }[] | undefined): string => {
    const key = `${name} ${representations?.length ?? 0}`;
    const known = texts.get(key);
    if (known !== undefined) return known;
    const data =
      representations === undefined
        ? { orders: Array.from({ length: rows }, (_, index) => order(index)) }
        : { _entities: representations.map(({ id }) => ENTITIES[name]?.(id)) };
    const text = JSON.stringify({ data });
    texts.set(key, text);
    return text;
  };
  const transport = (name: string): Transport => ({
    name,
    send: ({ variables }) =>
      Promise.resolve(JSON.parse(textOf(name, variables?.['representations'] as never)) as SubgraphAnswer),
  });
  return {
    transports: Object.keys(SUBGRAPHS).map(transport),
    /** Every different text that was answered since the last {@link forget}. */
    sent: (): readonly string[] => [...texts.values()],
    forget: () => texts.clear(),
  };
};

const order = (index: number) => ({
  __typename: 'Order',
  id: `o${index}`,
  number: `PO-2025-${index}`,
  placedAt: '2025-05-01T10:00:00Z',
  status: index % 2 === 0 ? 'OPEN' : 'SENT',
  note: index % 3 === 0 ? null : 'to the back door, please',
  supplier: { __typename: 'Supplier', id: `s${index % 10}` },
  lines: Array.from({ length: 4 }, (_, line) => ({
    quantity: line + 1,
    unit: 'box',
    item: { __typename: 'Item', id: `i${(index * 4 + line) % 60}` },
  })),
});

/** What each subgraph answers for an entity. */
const ENTITIES: Readonly<Record<string, (id: string) => object>> = {
  items: (id) => ({ name: `Item of number ${id}`, category: 'consumable', weight: 1.25 }),
  suppliers: (id) => ({
    name: `Supplier ${id} Ltd`,
    rating: 4.5,
    address: { street: '1 Long Street', city: 'Invented' },
  }),
  stock: () => ({ level: 40, reserved: 3, space: 2.5 }),
  finance: () => ({ total: '1234.50', currency: 'EUR', paid: false }),
};

const runOf = async (transports: readonly Transport[]): Promise<PlanRun> => {
  const sources = Object.entries(SUBGRAPHS).map(([name, sdl]) => ({ name, url: `http://${name}.invalid/`, sdl }));
  const generation = createGeneration(compose(sources).supergraphSdl, { open: true });
  const document = parse(QUERY);
  const operation = getOperationAST(document);
  if (operation == null) throw new Error('one operation');
  return {
    generation,
    plan: await generation.planner.plan(document, null),
    prepared: { operation, document, denied: undefined, typeKey: 'unused' },
    variables: {},
    shown: () => generation.schema,
    transports: transportsOf(transports),
    envelope: {
      identity: createIdentity({
        audience: 'internal',
        purpose: 'operations',
        subject: 'bench',
        client: 'bench',
        scopes: [],
        facilities: [],
      }),
      requestId: 'bench',
      deadline: Date.now() + HOUR,
    },
    cancellation: new Cancellation(),
    open: true,
  };
};

/** `data` of the answer, as text. */
const answered = async (execute: ExecutePlan, run: PlanRun): Promise<string> => {
  const executed = await execute(run);
  if ('answer' in executed) throw new Error('these transports are not asked in writing');
  if (executed.errors[0] !== undefined) throw executed.errors[0];
  return executed.data;
};

/** Whatever the order of keys. */
const sameJson = (one: string, other: string): boolean => isDeepStrictEqual(JSON.parse(one), JSON.parse(other));

const floorOf = (sent: readonly string[], text: string) => {
  const answer: unknown = JSON.parse(text);
  return async (): Promise<number> => {
    let size = 0;
    for (const one of sent) size += (JSON.parse(one) as object) === null ? 0 : 1;
    return size + JSON.stringify(answer).length;
  };
};

/** Microseconds per run of each, the median of the rounds. */
const inTurn = async (contenders: ReadonlyMap<string, () => Promise<number>>): Promise<ReadonlyMap<string, number>> => {
  for (const work of contenders.values()) await measure(work, 500);
  const rounds = new Map([...contenders.keys()].map((name) => [name, [] as number[]]));
  for (let round = 0; round < ROUNDS; round++)
    for (const [name, work] of contenders) rounds.get(name)?.push(await measure(work, 300));
  return new Map([...rounds].map(([name, times]) => [name, median(times)]));
};

const measure = async (work: () => Promise<number>, milliseconds: number): Promise<number> => {
  const start = performance.now();
  let runs = 0;
  while (performance.now() < start + milliseconds) {
    await work();
    runs++;
  }
  return ((performance.now() - start) * 1000) / runs;
};

/** Of an odd number of values. */
const median = (values: readonly number[]): number =>
  values.toSorted((one, other) => one - other)[values.length >> 1] ?? Number.NaN;

const [rows = 50] = process.argv.slice(2).map(Number);
await main(rows);
