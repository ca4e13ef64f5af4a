import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../platform/root.ts';
import { readAccessGraph } from '../../policies/access/access-graph.ts';
import { accessMatrix, type MatrixRow, purposesByAudience } from '../../policies/access/access-matrix.ts';
import { AUDIENCES, sightOf } from '../../policies/audiences.ts';
import { CLASSES } from '../../policies/classes.ts';
import { type Clients, readClients } from '../../policies/clients.ts';
import { PURPOSES } from '../../policies/purposes.ts';
import type { RowScope } from '../../policies/rows.ts';
import { groupBy, joinOutcomes, rowsInWords, rulesIn, seenByPurpose, takes } from '../access/words.ts';
import { code, GENERATED, tableHead, tableRow } from './markdown.ts';

/** `docs/access-matrix.md`, from the committed supergraph, the policies and the shipped registrations. */
export const renderAccessMatrix = (): string => {
  const graph = readAccessGraph(readFileSync(join(ROOT, 'gateway', 'supergraph', 'supergraph.graphql'), 'utf8'));
  const clients = readClients(join(ROOT, 'policies', 'clients.json'));
  const rows = accessMatrix(graph, clients);
  const sections = groupBy(rows, ({ type }) => sectionOf(type));
  return [
    INTRODUCTION,
    ...audiences(clients),
    ...classes(clients),
    ...rules(rows),
    '## Fields\n',
    ...[...sections]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([type, fields]) => section(type, fields, graph.rows.get(type))),
  ].join('\n');
};

/** Pages of rows stand with the rows. */
const sectionOf = (type: string): string => type.replace(/(?:Connection|Edge)$/, '');

const audiences = (clients: Clients): readonly string[] => [
  '## Audiences\n',
  tableHead(['Audience', 'Who', 'Contract', 'Clients', 'Purposes of these']),
  ...purposesByAudience(clients).map(([audience, purposes]) => {
    const { means, contract } = AUDIENCES[audience];
    const registered = [...clients.values()].filter((client) => client.audience === audience).map(({ id }) => code(id));
    return tableRow([
      audience,
      means,
      contract ?? 'the whole graph',
      registered.join(', ') || '–',
      purposes.join(', '),
    ]);
  }),
  '',
];

const classes = (clients: Clients): readonly string[] => [
  '## Classes\n',
  'How values of a class are seen, for the purposes of each audience. How a field is masked stands with the field.\n',
  tableHead(['Class', 'Rank', ...Object.keys(AUDIENCES)]),
  ...Object.entries(CLASSES).map(([name, { rank }]) =>
    tableRow([
      name,
      String(rank),
      ...purposesByAudience(clients).map(([audience, purposes]) =>
        joinOutcomes(purposes.map((purpose) => [purpose, sightOf(name, audience, purpose)])),
      ),
    ]),
  ),
  '',
  ...Object.entries(PURPOSES).map(([name, { means }]) => `- **${name}**: ${means}`),
  '',
];

const rules = (rows: readonly MatrixRow[]): readonly string[] => [
  '## Rules\n',
  tableHead(['Rule', 'Who passes']),
  ...rulesIn(rows).map(([name, means]) => tableRow([code(name), means])),
  '',
];

const section = (type: string, rows: readonly MatrixRow[], scope: RowScope | undefined): readonly string[] => {
  const said = rowsInWords(scope);
  const alike = groupBy(rows, profile);
  return [
    `### ${type}\n`,
    ...(said === undefined ? [] : [`Rows: ${said}.\n`]),
    tableHead(['Fields', 'Class', 'Takes', ...Object.keys(AUDIENCES)]),
    ...[...alike.values()].map((group) => tableRow([names(type, group), ...cells(group[0] as MatrixRow)])),
    '',
  ];
};

const profile = (row: MatrixRow): string => JSON.stringify([row.type, ...cells(row)]);

const cells = (row: MatrixRow): readonly string[] => [
  row.class ?? '',
  takes(row),
  ...row.audiences.map(({ byPurpose }) => seenByPurpose(byPurpose)),
];

const names = (heading: string, rows: readonly MatrixRow[]): string =>
  rows.map(({ type, field }) => code(type === heading ? field : `${type.slice(heading.length)}.${field}`)).join(' ');

const INTRODUCTION = `${GENERATED}

# Access matrix

Who sees which field, and how. **Takes** is what every caller needs: scopes, and rules by name. The columns say what an
audience sees that has the scopes, for each purpose that its clients are registered for (\`policies/clients.json\`): *clear*,
masked (\`HASH\`, \`INITIALS\`, \`YEAR\`, \`LAST_FOUR\`: [masks](../policies/masks.ts)), *removed*, *refused* with the
rule that is not passed, or – where the field is not in the contract of the audience and does not exist for it. The first
outcome is that of all purposes that are not named. Parts of values have no class of their own: they are seen as the field is
that holds the value.

\`npm run access -- who-can-see Employee.compensation\` says the same of one field, client by client; the graph says it in
\`access { matrix }\`. A test asks the running product for every field, for each audience with no scope, with every single
one and with all of them, and compares.
`;
