import { UsageError } from './access/arguments.ts';
import { diff } from './access/diff.ts';
import { explainFile } from './access/explain-file.ts';
import { printMatrix } from './access/print-matrix.ts';
import { revokeAccess } from './access/revoke-access.ts';
import { snapshotOf } from './access/snapshot.ts';
import { committed, configured } from './access/judging.ts';
import { whoCanSee } from './access/who-can-see.ts';

const USAGE = `Says who may see what, by the supergraph, the policies and the registered clients of this directory.

  npm run -s access -- who-can-see Employee.compensation
  npm run -s access -- explain FILE --client X [--scopes "a b"] [--facilities "x y"] [--purpose P]
                                    [--operation NAME] [--variables JSON]
  npm run -s access -- matrix [--type T] [--class C]
  npm run -s access -- diff REV [--documents DIR] [--fail-on-gain]
  npm run -s access -- revoke --what token|subject|client|issuer --issuer I [--value V] --reason R
                                    [--url URL] [--key K] < TOKEN

  explain   of a GraphQL document, as if the client sent it; with all scopes it may have when --scopes is left out
  matrix    every field, for each audience and purpose; one line of tab-separated values each
  diff      what clients gain and lose from a git revision to this directory, by field and by operation of the documents
            (docs/examples when left out); with --fail-on-gain it ends with 1 when a client gains something of a class
            of rank 3 or more
  revoke    asks a running gateway (http://localhost:4000/graphql when --url is left out), with a token that has the scope
            access:revoke; it is read from the standard input
`;

type Command = (argv: readonly string[]) => number | Promise<number>;

const COMMANDS: Readonly<Record<string, Command>> = {
  'who-can-see': (argv) => whoCanSee(configured(), argv),
  explain: (argv) => explainFile(configured(), argv),
  matrix: (argv) => printMatrix(configured(), argv),
  diff: (argv) => diff(committed(), argv),
  revoke: revokeAccess,
  // What diff has the other revision say of itself.
  snapshot: (argv) => snapshotOf(committed(), argv),
};

// Whoever reads may have seen enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

try {
  const [name = '', ...argv] = process.argv.slice(2);
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) throw new UsageError(name === '' ? 'a command is missing' : `${name} is no command`);
  process.exitCode = await command(argv);
} catch (error) {
  if (error instanceof UsageError) console.error(`${error.message}\n\n${USAGE}`);
  else console.error(error instanceof Error ? error.message : 'failed');
  process.exitCode = 2;
}
