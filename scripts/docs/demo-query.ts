import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { operationFromDocument } from '@apollo/federation-internals';
import { type FetchNode, type PlanNode, QueryPlanner, type SubscriptionNode } from '@apollo/query-planner';
import { Kind, parse, type SelectionSetNode } from 'graphql';
import { planFixes } from '../../gateway/planning/plan-fixes.ts';
import { readSupergraph } from '../../policies/access/read-supergraph.ts';
import { ROOT } from '../../platform/root.ts';
import { DEMO_CALLS, DEMO_QUERY } from '../../sandbox/demo-query.ts';
import { code, GENERATED, tableHead, tableRow } from './markdown.ts';

/** `docs/demo-query.md`: the query, the plan that the gateway makes of it, and what it asks each owner for. */
export const renderDemoQuery = (): string => {
  const rows = Object.entries(DEMO_CALLS).map(([owner, calls]) =>
    tableRow([OWNERS[owner] ?? owner, String(calls.length), countedIn(calls)]),
  );
  const total = Object.values(DEMO_CALLS).flat().length;
  return [
    GENERATED,
    INTRODUCTION,
    `\`\`\`graphql\n${DEMO_QUERY}\n\`\`\`\n`,
    PLAN,
    `\`\`\`mermaid\n${drawn(planOf(DEMO_QUERY))}\n\`\`\`\n`,
    `${CALLS}\n`,
    tableHead(['Owner', 'Calls', 'Of what']),
    ...rows,
    tableRow(['**all**', String(total), '']),
    '',
    WHY,
  ].join('\n');
};

const OWNERS: Readonly<Record<string, string>> = {
  scheduling: 'scheduling platform (FHIR R4)',
  billing: 'billing platform (FHIR R4)',
  odoo: 'Odoo',
  hr: 'HR platform (SCIM 2.0)',
};

/** `User ×2, Group`. */
const countedIn = (calls: readonly string[]): string =>
  [...new Set(calls)]
    .map((name) => [name, calls.filter((each) => each === name).length] as const)
    .map(([name, count]) => (count === 1 ? code(name) : `${code(name)} ×${count}`))
    .join(', ');

const planOf = (query: string): PlanNode => {
  const fixes = planFixes(readFileSync(join(ROOT, 'gateway', 'supergraph', 'supergraph.graphql'), 'utf8'));
  const supergraph = readSupergraph(fixes.supergraphSdl, { isKnownValid: true });
  const { document, renamed } = fixes.prepare(parse(query, { noLocation: true }), null);
  const made = new QueryPlanner(supergraph).buildQueryPlan(operationFromDocument(supergraph.apiSchema(), document));
  const { node } = fixes.fix(made, renamed);
  if (node === undefined || node.kind === 'Subscription') throw new Error('the demo query has no plan');
  return node;
};

/** A plan as a flow chart: a box for each question to a subgraph, an arrow to each that has to wait for it. */
const drawn = (plan: PlanNode): string => {
  const lines = ['flowchart LR', '  client([client])'];
  let boxes = 0;
  /** Draws a part of the plan behind what it waits for, and answers what the next part waits for. */
  const draw = (node: PlanNode | SubscriptionNode, after: readonly string[]): readonly string[] => {
    switch (node.kind) {
      case 'Sequence':
        return node.nodes.reduce((waitsFor, each) => draw(each, waitsFor), after);
      case 'Parallel':
        return node.nodes.flatMap((each) => draw(each, after));
      case 'Flatten':
        return draw(node.node, after);
      case 'Fetch': {
        boxes += 1;
        const name = `f${boxes}`;
        lines.push(`  ${name}["<b>${node.serviceName}</b><br/>${askedIn(node)}"]`);
        for (const each of after) lines.push(`  ${each} --> ${name}`);
        return [name];
      }
      default:
        throw new Error(`the plan of the demo query has a ${node.kind}`);
    }
  };
  draw(plan, ['client']);
  return lines.join('\n');
};

/** `Item: code, name`: the type that is asked about, and the fields asked for, without the keys to go on with. */
const askedIn = ({ operation }: FetchNode): string => {
  const [definition] = parse(operation, { noLocation: true }).definitions;
  if (definition?.kind !== Kind.OPERATION_DEFINITION) throw new Error('a fetch begins with its operation');
  return partsOf(definition.selectionSet).join('<br/>');
};

const partsOf = (set: SelectionSetNode): readonly string[] =>
  set.selections.flatMap((node) => {
    if (node.kind === Kind.INLINE_FRAGMENT)
      return [`${node.typeCondition?.name.value ?? ''}: ${namesIn(node.selectionSet)}`];
    if (node.kind !== Kind.FIELD) return [];
    return node.name.value === '_entities' && node.selectionSet !== undefined
      ? partsOf(node.selectionSet)
      : [node.name.value];
  });

const namesIn = (set: SelectionSetNode): string =>
  set.selections
    .flatMap((node) => (node.kind === Kind.FIELD && node.name.value !== '__typename' ? [node.name.value] : []))
    .join(', ');

const INTRODUCTION = `
# The demo query

One query goes from an appointment to its claim, to what the books have of the claim, to the goods that were used, what they
cost and who bought them, and to the cost center and department that carry what was charged. Four systems answer it, none of
which knows more of another than the numbers the group gives things. \`npm start\` prints it first; it needs every scope but
\`hr:compensation:read\` and \`governance:read\`.
`;

const PLAN = `## The plan

What the gateway makes of it. Boxes are questions to subgraphs; one that has no arrow between them and another is asked at
the same time.
`;

const CALLS = `## What the owners are asked

For one appointment as for two hundred: a test asks for pages of 1, 5, 50 and 200 and counts. Names are those of the owners'
models and resources; where billing is asked for several things at once, it is one batch.`;

const WHY = `## Why the number does not grow

- A list asks for its rows in one call, and a subgraph is asked for all objects of one kind at once: the gateway collects
  them from the whole answer.
- In a subgraph, everything that is read by a key in the same tick becomes one call with all the keys
  (\`platform/odoo/session.ts\`, \`platform/fhir/session.ts\`, \`platform/scim/session.ts\`). Appointments and claims are looked for
  in Odoo by their numbers, buyers in HR by their user names, cost centers and departments by their codes: each of these is
  such a key.
- Rows of a nested list are read for all their parents together, and cut into pages afterwards. More than 10,000 of them in
  one call are refused (\`RESULT_TOO_LARGE\`), instead of being read one parent at a time.
- What a caller may not select is not asked for, and facilities are part of every call, so that neither is a second round.

Where it is more: an account has another code in each facility, so the last call to Odoo is one for each facility of the
caller whose books are in the answer; a call takes up to 100 keys in HR, and further keys are a further call.
`;
