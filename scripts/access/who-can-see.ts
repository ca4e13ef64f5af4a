import { clientAccess } from '../../policies/access/access-matrix.ts';
import { guardAt } from '../../policies/access/field-access.ts';
import { oneWord, readArguments, UsageError } from './arguments.ts';
import type { Judging } from './judging.ts';
import { rowsInWords, rulesIn, seenByPurpose, takes } from './words.ts';

/** Who sees one field: what it takes, and what each registered client sees of it. */
export const whoCanSee = ({ rulebook, print }: Judging, argv: readonly string[]): number => {
  const coordinate = oneWord(readArguments(argv, {}).positionals, 'a field, such as Employee.compensation,');
  const graph = rulebook.graph();
  const guard = guardAt(graph, coordinate);
  if (guard === undefined) throw new UsageError(`${coordinate} is no field of the graph`);
  print(`${coordinate}: ${guard.class ?? 'a part of a value, of the class of the field that holds it'}`);
  print(`takes ${takes(guard)}`);
  for (const [name, means] of rulesIn([guard])) print(`  ${name}: ${means}`);
  const rows = rowsInWords(graph.rows.get(guard.type));
  if (rows !== undefined) print(`of these ${guard.type}s: ${rows}`);
  print('');
  for (const client of rulebook.clients().values())
    print(`${client.id.padEnd(22)} ${client.audience.padEnd(10)} ${seenByPurpose(clientAccess(graph, guard, client))}`);
  return 0;
};
