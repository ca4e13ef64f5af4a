import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Kind, parse } from 'graphql';
import { ROOT } from '../../platform/root.ts';
import { ALL_SCOPES, clientAccess } from '../../policies/access/access-matrix.ts';
import { explain } from '../../policies/access/explain.ts';
import type { ExplainedPath } from '../../policies/access/explain-paths.ts';
import { type FieldAccess, fieldGuards } from '../../policies/access/field-access.ts';
import { CLASSES } from '../../policies/classes.ts';
import type { Client } from '../../policies/clients.ts';
import { identityOf } from '../../policies/identity-of.ts';
import { readArguments } from './arguments.ts';
import type { Judging } from './judging.ts';

/** How much is seen: nothing, that there is nothing to be seen, something in its place, or all. */
export type Level = 0 | 1 | 2 | 3;

/** What one client sees in one place, for one purpose. */
export interface Seen {
  readonly level: Level;
  readonly as: string;
  readonly rows: readonly string[];
  /** Of the class of what is seen; -1 for parts of values. */
  readonly rank: number;
}

/** Everything that registered clients may see, with all the scopes they are registered for. */
export interface Snapshot {
  readonly edition: typeof EDITION;
  /** By client, then by `Type.field purpose`. */
  readonly fields: Readonly<Record<string, Readonly<Record<string, Seen>>>>;
  /** By client, then by `file operation purpose: path`. */
  readonly operations: Readonly<Record<string, Readonly<Record<string, Seen>>>>;
}

/** Changes when a snapshot of before can no longer be compared. */
export const EDITION = 1;

export const EXAMPLES = join(ROOT, 'docs', 'examples');

/** Prints the snapshot of this directory. */
export const snapshotOf = (judge: Judging, argv: readonly string[]): number => {
  const { documents = EXAMPLES } = readArguments(argv, { documents: { type: 'string' } }).values;
  judge.print(JSON.stringify(takeSnapshot(judge, documents)));
  return 0;
};

export const takeSnapshot = ({ rulebook }: Judging, documents: string): Snapshot => {
  const clients = [...rulebook.clients().values()].filter(({ active }) => active);
  const byClient = <Value>(make: (client: Client) => Value) =>
    Object.fromEntries(clients.map((client) => [client.id, make(client)]));
  const operations = readOperations(documents);
  return {
    edition: EDITION,
    fields: byClient((client) => fieldsOf(rulebook, client)),
    operations: byClient(
      (client) => Object.assign({}, ...operations.map((one) => pathsOf(rulebook, client, one))) as never,
    ),
  };
};

type Rulebook = Judging['rulebook'];

const fieldsOf = (rulebook: Rulebook, client: Client): Readonly<Record<string, Seen>> =>
  Object.fromEntries(
    fieldGuards(rulebook.graph()).flatMap((guard) =>
      [...clientAccess(rulebook.graph(), guard, client)].map(([purpose, access]) => [
        `${guard.coordinate} ${purpose}`,
        { ...seenOf(access), rank: rankOf(guard.class) },
      ]),
    ),
  );

const rankOf = (name: keyof typeof CLASSES | null): number => (name === null ? -1 : CLASSES[name].rank);

const seenOf = ({ verdict, mask, rows }: Pick<FieldAccess, 'mask' | 'rows'> & { verdict: string }) => {
  if (verdict === 'ABSENT' || verdict === 'DENIED') return { level: 0, as: verdict.toLowerCase(), rows } as const;
  if (mask === null) return { level: 3, as: 'clear', rows } as const;
  return { level: mask === 'REMOVED' ? 1 : 2, as: mask, rows } as const;
};

interface StoredOperation {
  readonly file: string;
  readonly document: string;
  readonly name: string | undefined;
}

const readOperations = (directory: string): readonly StoredOperation[] =>
  readdirSync(directory)
    .filter((file) => file.endsWith('.graphql'))
    .toSorted()
    .flatMap((file) => {
      const document = readFileSync(join(directory, file), 'utf8');
      return parse(document).definitions.flatMap((node) =>
        node.kind === Kind.OPERATION_DEFINITION ? [{ file: basename(file), document, name: node.name?.value }] : [],
      );
    });

const pathsOf = (
  rulebook: Rulebook,
  client: Client,
  { file, document, name }: StoredOperation,
): Readonly<Record<string, Seen>> =>
  Object.fromEntries(
    client.purposes.flatMap((purpose) => {
      const identity = identityOf(client, { subject: client.id, scopes: ALL_SCOPES, facilities: [] }, purpose);
      const label = `${file} ${name ?? ''} ${purpose}`;
      return pathsFor(rulebook, client, document, name, identity).map((path) => [
        `${label}: ${path.path.join('.')}`,
        { ...seenOf(path), rank: rankOf(path.class) },
      ]);
    }),
  );

/** A document that this graph cannot answer shows nothing to anybody. */
const pathsFor = (
  rulebook: Rulebook,
  client: Client,
  document: string,
  operationName: string | undefined,
  identity: ReturnType<typeof identityOf>,
): readonly ExplainedPath[] => {
  try {
    const options = { client, today: new Date().toISOString().slice(0, 10), isToldOfTheWhole: true };
    const { outcome, paths } = explain(rulebook.graph(), { document, operationName }, identity, options);
    return outcome === 'NOTHING' ? [] : paths;
  } catch {
    return [];
  }
};
