import { readFileSync } from 'node:fs';
import { parse, validate } from 'graphql';
import { codeOf } from '../../platform/errors.ts';
import { ALL_SCOPES } from '../../policies/access/access-matrix.ts';
import { explain } from '../../policies/access/explain.ts';
import type { ExplainedPath } from '../../policies/access/explain-paths.ts';
import type { ExplainedNeed } from '../../policies/access/explain-need.ts';
import { identityOf } from '../../policies/identity-of.ts';
import { oneWord, readArguments, UsageError, wordsOf } from './arguments.ts';
import type { Judging } from './judging.ts';

const text = { type: 'string' } as const;
const OPTIONS = { client: text, scopes: text, facilities: text, purpose: text, operation: text, variables: text };

/** What becomes of a document that a client sends, place by place. */
export const explainFile = ({ rulebook, print }: Judging, argv: readonly string[]): number => {
  const { values, positionals } = readArguments(argv, OPTIONS);
  const document = readFileSync(oneWord(positionals, 'a file with a GraphQL document'), 'utf8');
  const client = rulebook.clients().get(values.client ?? '');
  if (client === undefined) throw new UsageError(`--client: ${values.client ?? 'nobody'} is not registered`);
  const granted = {
    subject: client.id,
    scopes: wordsOf(values.scopes) ?? ALL_SCOPES,
    facilities: wordsOf(values.facilities) ?? [],
  };
  const purpose = client.purposes.find((one) => one === (values.purpose ?? client.purposes[0]));
  if (purpose === undefined)
    throw new UsageError(`--purpose: ${client.id} is registered for ${client.purposes.join(', ')}`);
  const graph = rulebook.graph();
  for (const { message } of validate(graph.schema, parse(document))) throw new UsageError(message);
  const { identity, mode, outcome, paths } = explained(() =>
    explain(
      graph,
      { document, operationName: values.operation, variables: JSON.parse(values.variables ?? '{}') as never },
      identityOf(client, granted, purpose),
      { client, today: new Date().toISOString().slice(0, 10), isToldOfTheWhole: true },
    ),
  );
  print(
    `${client.id}: ${identity.audience}, for ${identity.purpose}, with ${[...identity.scopes].join(' ') || 'no scope'}`,
  );
  print(`${OUTCOMES[outcome]} (${mode})`);
  print('');
  for (const path of paths) if (path.because === null) for (const line of linesOf(path)) print(line);
  return 0;
};

const OUTCOMES = {
  WHOLE: 'all of it runs',
  PART: 'a part of it runs',
  NOTHING: 'nothing of it runs',
  TRIAL: 'all of it runs for a trial',
} as const;

const explained = <Result>(run: () => Result): Result => {
  try {
    return run();
  } catch (error) {
    throw codeOf(error) === undefined ? error : new UsageError((error as Error).message);
  }
};

const linesOf = (path: ExplainedPath): readonly string[] => [
  `${path.verdict.padEnd(8)} ${path.path.join('.')}  ${path.coordinate}${path.class === null ? '' : ` ${path.class}`}${detailOf(path)}`,
  ...path.needs.map((need) => `         needs ${needInWords(need)}`),
  ...(path.isOutsideContract ? [`         not in the contract; it is for ${path.audiences.join(', ')}`] : []),
  ...(path.verdict === 'MASKED' && path.purposes.length > 0 ? [`         clear for ${path.purposes.join(', ')}`] : []),
];

const detailOf = ({ mask, rows, decisionId }: ExplainedPath): string =>
  [
    ...(mask === null ? [] : [` as ${mask}`]),
    ...(rows.length === 0 ? [] : [` rows by ${rows.join(' and ')}`]),
    ...(decisionId === null ? [] : [` decision ${decisionId}`]),
  ].join();

const needInWords = ({ need, askedBy, purposes, audiences }: ExplainedNeed): string => {
  const asked = `, asked by ${askedBy.join(', ')}`;
  const would = [
    ...(purposes.length === 0 ? [] : [`; met for ${purposes.join(', ')}`]),
    ...(audiences.length === 0 ? [] : [`; met by ${audiences.join(', ')}`]),
  ].join('');
  if (need.kind === 'authenticated') return `a token${asked}`;
  if (need.kind === 'sight')
    return `to see ${need.class} ${need.atLeast === 'clear' ? 'in clear' : 'at least masked'}${asked}${would}`;
  return `${need.kind} ${need.oneOf.map((names) => names.join(' and ')).join(', or ')}${asked}${would}`;
};
