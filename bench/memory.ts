import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { CONTESTANTS, type Contestant } from './contestants.ts';
import { openField } from './field.ts';
import { leave, verify } from './gateway.ts';
import { circumstancesOf, keep } from './keep.ts';
import { memoryPlotOf } from './memory-plot.ts';
import { isPreliminaryMemory, type MemoryResults, memoryTable, SETTLED, verdictOf } from './memory-results.ts';
import { MEMORY } from './places.ts';
import { enterProbed } from './probed.ts';
import type { LoadOrder } from './protocol.ts';
import { requestsOf, type Shape, SHAPES } from './shapes.ts';
import { truthOf } from './truth.ts';

const USAGE = `Watches the memory of the gateway over many requests: small and medium ones, some with a document of their own.

  npm run memory -- [--requests N] [--out FILE]

  --requests  in all (200000); memory is looked at ten times
  --out       where the result goes, its picture beside it (results/memory.json)
`;

const LOOKS = 10;
const CONNECTIONS = 16;
/** Of a connection's requests, one of so many is a medium one. */
const MEDIUM_EACH = 4;
/** Of all requests, one of so many has a document of its own: more at first, so that caches are full soon. */
const DISTINCT_EACH = { atFirst: 10, later: 100 };

const main = async (requests: number, out: string): Promise<void> => {
  const field = await openField();
  const ours = await enterProbed(CONTESTANTS.find(({ name }) => name === 'ours') as Contestant, field);
  const samples = (['small', 'medium'] as const).map((name) => SHAPES.find((shape) => shape.name === name) as Shape);
  const lengths: (readonly number[])[] = [];
  for (const shape of samples) {
    const bodies = requestsOf(shape);
    const verified = await verify(ours.url, bodies, await truthOf(field.supergraphSdl, bodies));
    if ('wrong' in verified) throw new Error(`${shape.name}: ${verified.wrong}`);
    lengths.push(verified.answers.map((answer) => Buffer.byteLength(answer)));
  }
  let documents = 0;
  const order = (at: number): LoadOrder['requests'][number] => {
    const kind = Math.floor(at / CONNECTIONS) % MEDIUM_EACH === MEDIUM_EACH - 1 ? 1 : 0;
    const page = at % (2 * CONNECTIONS);
    const { document, variables } = samples[kind] as Shape;
    const isDistinct = at % (at < requests * SETTLED ? DISTINCT_EACH.atFirst : DISTINCT_EACH.later) === 0;
    if (isDistinct) documents += 1;
    const query = isDistinct ? distinct(document, documents) : document;
    return { body: JSON.stringify({ query, variables: variables(page) }), answerLength: lengths[kind]?.[page] ?? 0 };
  };

  const series: MemoryResults['series'][number][] = [];
  const look = async (answered: number): Promise<void> => {
    const { heapUsed, resident } = await ours.memory();
    series.push({ requests: answered, heap: heapUsed / MB, resident: resident / MB });
    console.error(
      `${answered} requests: ${(heapUsed / MB).toFixed(2)} MB heap, ${(resident / MB).toFixed(0)} MB resident`,
    );
  };
  const batch = Math.ceil(requests / LOOKS);
  await look(0);
  for (let sent = 0; sent < LOOKS * batch; sent += batch) {
    const { failures } = await field.load({
      url: ours.url,
      connections: CONNECTIONS,
      seconds: 'once',
      requests: Array.from({ length: batch }, (_, index) => order(sent + index)),
    });
    if (failures > 0) throw new Error(`${failures} answers are missing or of another length`);
    await look(sent + batch);
  }
  await leave(ours.entry);
  await field.close();

  const memory: MemoryResults = {
    ...circumstancesOf(field),
    requests: LOOKS * batch,
    documents: samples.length + documents,
    series,
  };
  console.log(`\n${memoryTable(memory)}\n\n${verdictOf(memory)}\n`);
  keep(out, memory, isPreliminaryMemory(memory));
  writeFileSync(out.replace(/(\.json)?$/, '.svg'), memoryPlotOf(memory));
};

/** The same document with one field by a name of its own, as long as the field's, so that answers keep their length. */
const distinct = (document: string, number: number): string =>
  document.replace(' number ', ` u${number.toString(36).padStart(5, '0')}: number `);

const MB = 1_000_000;

const { values } = parseArgs({
  options: {
    help: { type: 'boolean', default: false },
    requests: { type: 'string', default: '200000' },
    out: { type: 'string', default: MEMORY },
  },
});
const requests = Number(values.requests);
if (values.help || !(requests >= 1000)) {
  process.stdout.write(USAGE);
  process.exitCode = values.help ? 0 : 2;
} else await main(requests, values.out);
