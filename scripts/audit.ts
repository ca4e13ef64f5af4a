import { existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { journalsIn } from '../platform/audit/journal.ts';
import { configuredAuditKeys } from '../platform/audit/keys.ts';
import { readEntries } from '../platform/audit/lines.ts';
import { auditFolder } from '../platform/audit/open-audit.ts';
import type { Head } from '../platform/audit/records.ts';
import type { Problem } from '../platform/audit/verify.ts';
import { type Config, ConfigError, loadConfig } from '../platform/config.ts';
import { silentLog } from '../platform/log.ts';
import { verifyStore } from '../platform/store/audit-trail.ts';
import { crossReferencesFor } from '../platform/store/cross-references.ts';
import { knownFacilities } from '../platform/store/facilities.ts';
import { openStore, type Store, storeSettings } from '../platform/store/owner.ts';
import { StoreError } from '../platform/store/store-error.ts';
import { auditIn, isPersonType, type PersonType } from '../subgraphs/governance/audit.ts';

const USAGE = `Reads the audit trail, from the store and the journals of this machine.

  npm run -s audit -- verify [--anchors FILE]
  npm run -s audit -- disclosures TYPE ID

  verify       says whether the trail is as it was written, and for each chain that is not, the first record with which
               something is wrong; ends with 1 then. FILE holds anchors that were kept elsewhere: the log of the product,
               or its lines audit:anchored
  disclosures  who was handed something about a person, the latest first: Patient, Practitioner or Employee, and the id
               that the graph has for them

The database in the data directory has room for one process: stop the product first, or ask it (disclosures, auditTrail).
`;

/** Why the arguments cannot be used. Printed with the usage; the process ends with 2. */
class UsageError extends Error {}

const main = async (argv: readonly string[]): Promise<number> => {
  const { command, anchors } = readArguments(argv);
  const config = loadConfig();
  const kept = anchors === undefined ? [] : readAnchors(anchors);
  // What stands in journals goes to the store and is deleted: read in this order, nothing is between the two.
  const journals = journalEntries(config);
  const owner = openStore(storeSettings(config), silentLog());
  try {
    await owner.start();
    if (command.what === 'verify') return await verify(config, owner.ours(), kept, journals);
    return await tellDisclosures(config, owner.ours(), command);
  } finally {
    await owner.close();
  }
};

const verify = async (
  config: Config,
  store: Store,
  kept: readonly Head[],
  journals: ReturnType<typeof journalEntries>,
): Promise<number> => {
  const { records, chains, problems } = await verifyStore(store, configuredAuditKeys(config).chain, kept, journals);
  print(`${records} records in ${chains} chains, ${kept.length} anchors from elsewhere`);
  for (const problem of problems) print(`chain ${problem.chain}: record ${problem.seq} ${WORDS[problem.what]}`);
  print(problems.length === 0 ? 'The trail is as it was written.' : 'The trail is not as it was written.');
  return problems.length === 0 ? 0 : 1;
};

const WORDS: Readonly<Record<Problem['what'], string>> = {
  changed: 'is not what was written there',
  missing: 'is missing',
  cut: 'and all behind it are missing',
  hidden: 'is not found by what it says',
};

const tellDisclosures = async (config: Config, store: Store, { type, id }: Disclosures): Promise<number> => {
  const facilities = await knownFacilities(store);
  const references = crossReferencesFor(
    store,
    facilities.map(({ code }) => code),
  );
  const { disclosures } = auditIn(store, configuredAuditKeys(config), async (entityType, entityId) =>
    (await references.ofEntity({ entityType, entityId })).map(({ localId, ...one }) => ({ ...one, value: localId })),
  );
  let after: string | null = null;
  do {
    const { nodes, pageInfo }: Awaited<ReturnType<typeof disclosures>> = await disclosures(
      { of: type, id, first: PAGE, after },
      false,
    );
    for (const node of nodes) print(lineOf(node as unknown as Shown));
    after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
  } while (after !== null);
  return 0;
};

const PAGE = 100;

/** The members of a record that stand in a line. */
interface Shown {
  readonly at: string;
  readonly requestId: string;
  readonly subject: string;
  readonly client: string;
  readonly purpose: string;
  readonly grant?: string;
  readonly subgraph: string;
  readonly objects: readonly { readonly type: string; readonly count: number }[];
}

const lineOf = ({ at, subject, client, purpose, grant, subgraph, objects, requestId }: Shown): string =>
  [
    at,
    subject,
    client,
    grant === undefined ? purpose : `${purpose} (${grant})`,
    subgraph,
    objects.map(({ type, count }) => `${type}×${count}`).join(' '),
    requestId,
  ].join('\t');

const journalEntries = (config: Config) => {
  const dir = auditFolder(config);
  return existsSync(dir) ? journalsIn(dir).flatMap((file) => readEntries(readFileSync(file, 'latin1'))) : [];
};

/** As they stand in the lines of the log, whatever else is there. */
const readAnchors = (file: string): readonly Head[] => {
  if (!existsSync(file)) throw new UsageError('the file of --anchors is not there');
  return [...readFileSync(file, 'utf8').matchAll(/([0-9a-f-]{36}) (\d{1,15}) ([\w-]{43})(?![\w-])/g)].map(
    ([, chain = '', seq = '', mac = '']) => ({ chain, seq: Number(seq), mac }),
  );
};

interface Disclosures {
  readonly what: 'disclosures';
  readonly type: PersonType;
  readonly id: string;
}

interface Arguments {
  readonly command: Disclosures | { readonly what: 'verify' };
  readonly anchors: string | undefined;
}

const readArguments = (argv: readonly string[]): Arguments => {
  const { values, positionals } = parse(argv);
  const [what, type, id, more] = positionals;
  if (what === 'verify' && type === undefined) return { command: { what }, anchors: values.anchors };
  if (values.anchors !== undefined) throw new UsageError('--anchors goes with verify');
  const of = type?.toUpperCase();
  if (what === 'disclosures' && isPersonType(of) && id !== undefined && more === undefined)
    return { command: { what, type: of, id }, anchors: undefined };
  throw new UsageError('say `verify`, or `disclosures` with a type of people and an id');
};

const parse = (argv: readonly string[]) => {
  try {
    const options = { anchors: { type: 'string' } } as const;
    return parseArgs({ args: [...argv], options, strict: true, allowPositionals: true });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
};

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const isExpected = (error: unknown): boolean =>
  error instanceof UsageError || error instanceof ConfigError || error instanceof StoreError;

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const usage = error instanceof UsageError ? `\n${USAGE}` : '';
  const code = (error as { extensions?: { code?: string } }).extensions?.code;
  const isOurs = isExpected(error) || code !== undefined;
  process.stderr.write(`${isOurs ? (error as Error).message : 'The trail cannot be read.'}\n${usage}`);
  process.exitCode = 2;
}
