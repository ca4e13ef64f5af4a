/**
 * How long one run of a plan takes in the compiled executor, in the reference, and on the floor: JSON.parse of the
 * subgraphs' bytes and JSON.stringify of the answer. Five fetches, some 35 KB, in-memory transports that parse the same
 * bytes for every call. The three take turns in one process; what counts is their ratio.
 *
 *   npx tsx bench/executor-micro.ts [rows]
 */
import { parse } from 'graphql';
import { executeCompiled } from '../gateway/executor/compiled/execute.ts';
import type { ExecutePlan, PlanRun } from '../gateway/executor/execute-plan.ts';
import { executeByReference } from '../gateway/executor/reference.ts';
import { type Transport, transportsOf } from '../gateway/executor/transports/transport.ts';
import { compose } from '../gateway/supergraph/compose.ts';
import { createGeneration } from '../gateway/supergraph/generation.ts';
import { planOf } from '../test/gateway/executor/run-both.ts';
import { createIdentity } from '../platform/identity.ts';
import type { SubgraphAnswer } from '../platform/subgraph.ts';

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

const [rows = 50] = process.argv.slice(2).map(Number);

/** What each subgraph answers, by the type of what it is asked for. */
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

const supergraph = compose(
  Object.entries(SUBGRAPHS).map(([name, sdl]) => ({ name, url: `http://${name}.invalid/`, sdl })),
).supergraphSdl;
const generation = createGeneration(supergraph, { open: true });
const document = parse(QUERY);
const plan = planOf(generation, document);

/** Bytes by subgraph and number of entities; made on first use, so that later runs only parse. */
const bytes = new Map<string, string>();
const answerOf = (name: string, representations: readonly { readonly id: string }[] | undefined): string => {
  const key = `${name} ${representations?.length ?? 0}`;
  const known = bytes.get(key);
  if (known !== undefined) return known;
  const data =
    representations === undefined
      ? { orders: Array.from({ length: rows }, (_, index) => order(index)) }
      : { _entities: representations.map(({ id }) => ENTITIES[name]?.(id)) };
  const text = JSON.stringify({ data });
  bytes.set(key, text);
  return text;
};

let calls = 0;
const transport = (name: string): Transport => ({
  name,
  send: async ({ variables }) => {
    calls++;
    return JSON.parse(answerOf(name, variables?.['representations'] as never)) as SubgraphAnswer;
  },
});

const run: PlanRun = {
  generation,
  plan,
  document,
  operationName: null,
  variables: {},
  transports: transportsOf(Object.keys(SUBGRAPHS).map(transport)),
  envelope: {
    identity: createIdentity({ subject: 'bench', client: 'bench', scopes: [], facilities: [] }),
    requestId: 'bench',
    deadline: Date.now() + 3_600_000,
  },
  signal: new AbortController().signal,
  open: true,
};

const executing = (execute: ExecutePlan) => async (): Promise<number> => {
  const { data, errors } = await execute(run);
  if (errors.length > 0) throw errors[0];
  return JSON.stringify({ data }).length;
};

const compiled = executing(executeCompiled);
const reference = executing(executeByReference);
const length = await compiled();
if (length !== (await reference())) throw new Error('the two do not agree');
calls = 0;
await compiled();
const fetches = calls;

/** The bytes the compiled executor asks for, and the answer they make. */
bytes.clear();
await compiled();
const texts = [...bytes.values()];
const { data: answer } = await executeCompiled(run);
const answerText = JSON.stringify({ data: answer });
const parsedAnswer: unknown = JSON.parse(answerText);
const floor = async (): Promise<number> => {
  let size = 0;
  for (const text of texts) size += (JSON.parse(text) as object) === null ? 0 : 1;
  return size + JSON.stringify(parsedAnswer).length;
};

const measure = async (work: () => Promise<number>, milliseconds: number): Promise<number> => {
  const end = performance.now() + milliseconds;
  const start = performance.now();
  let runs = 0;
  while (performance.now() < end) {
    await work();
    runs++;
  }
  return ((performance.now() - start) * 1000) / runs;
};

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

const contenders = { floor, compiled, reference };
for (const work of Object.values(contenders)) await measure(work, 500);
const rounds: Record<string, number[]> = { floor: [], compiled: [], reference: [] };
for (let round = 0; round < 7; round++)
  for (const [name, work] of Object.entries(contenders)) rounds[name]?.push(await measure(work, 300));
const [atFloor, ours, theirs] = ['floor', 'compiled', 'reference'].map((name) => median(rounds[name] ?? [])) as [
  number,
  number,
  number,
];

console.log(`${fetches} fetches, answer of ${(length / 1024).toFixed(1)} KB, Node ${process.version}`);
console.log(
  `floor ${atFloor.toFixed(0)} us, compiled ${ours.toFixed(0)} us, reference ${theirs.toFixed(0)} us (medians of 7)`,
);
console.log(
  `compiled is ${(theirs / ours).toFixed(1)} times as fast as the reference, and at ${(atFloor / ours).toFixed(2)} of the floor`,
);
