import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { GraphQLSchema } from 'graphql';
import { encodeId } from '../../platform/ids.ts';
import { readAccessGraph } from '../../policies/access/access-graph.ts';
import { ALL_SCOPES } from '../../policies/access/access-matrix.ts';
import { AUDIENCES, type AudienceName } from '../../policies/audiences.ts';
import { everyField } from '../harness/every-field.ts';
import { type Graph, type Reply, startGraph } from '../harness/graph.ts';
import { type OdooServer, startSandboxOdoo } from '../harness/odoo-servers.ts';
import { supergraphText } from '../harness/test-owners.ts';

interface Role {
  readonly client: string;
  readonly purpose: string;
  readonly scopes: readonly string[];
}

interface Path {
  readonly path: readonly string[];
  readonly coordinate: string;
  readonly verdict: string;
  readonly mask: string | null;
  readonly rows: readonly string[];
  readonly code: string | null;
  readonly decisionId: string | null;
  readonly outsideContract: boolean;
  readonly because: readonly string[] | null;
  readonly purposes: readonly string[];
  readonly audiences: readonly string[];
  readonly needs: readonly Readonly<Record<string, unknown>>[];
}

interface Explanation {
  readonly outcome: string;
  readonly onDenied: string;
  readonly scopes: readonly string[];
  readonly paths: readonly Path[];
}

const EXPLAIN = `
  query ($document: String!, $operationName: String, $variables: String, $as: ExplainedCallerInput) {
    access {
      explain(document: $document, operationName: $operationName, variables: $variables, as: $as) {
        outcome onDenied scopes
        paths {
          path coordinate verdict mask rows code decisionId outsideContract because purposes audiences
          needs { kind oneOf class maskedIsEnough reasons askedBy purposes audiences }
        }
      }
    }
  }`;

let odoo: OdooServer;
let graph: Graph;

beforeAll(async () => {
  odoo = await startSandboxOdoo();
  graph = await startGraph({ odoo: odoo.settings, store: 'embedded' });
}, 60_000);
afterAll(async () => {
  await graph[Symbol.asyncDispose]();
  await odoo[Symbol.asyncDispose]();
});

/** What whoever looks after access is told of a caller's operation. */
const explained = async (
  document: string,
  as: Partial<Role> & { readonly client: string },
  variables: Readonly<Record<string, unknown>> = {},
): Promise<Explanation> => {
  const asked = { document, variables: JSON.stringify(variables), as };
  const { data, errors } = await graph.ask(EXPLAIN, { scopes: ['access:read'], variables: asked });
  expect(errors).toEqual([]);
  return (data as { access: { explain: Explanation } }).access.explain;
};

/** What a caller is told of its own. */
const explainedTo = (document: string, role: Partial<Role>, more: Readonly<Record<string, unknown>> = {}) =>
  graph.ask(EXPLAIN, { ...role, variables: { document, ...more } });

/** Holds what was explained against what the product does. */
const compare = async (role: Role, audience: AudienceName, document: string, variables = {}): Promise<Path[]> => {
  const { paths, outcome } = await explained(document, role, variables);
  const reply = await graph.ask(document, { ...role, facilities: [], variables });
  const at = [role, document];
  const isInvalid = codesOf(reply).includes('GRAPHQL_VALIDATION_FAILED');
  if (paths.some(({ outsideContract }) => outsideContract)) expect([...at, isInvalid]).toEqual([...at, true]);
  if (isInvalid) expect([...at, outcome]).toEqual([...at, 'NOTHING']);
  if (isInvalid) return [...paths];
  const own = paths.filter(({ because }) => because === null);
  const denied = own
    .filter(({ verdict }) => verdict === 'DENIED')
    .map(({ path, code, decisionId }) => `${path.join('.')} ${code} ${decisionId}`);
  expect([...at, denied.toSorted()]).toEqual([...at, deniedIn(reply).toSorted()]);
  expect([...at, outcomesIn(reply)]).toEqual([...at, expect.arrayContaining([outcome])]);
  const masked = own.filter(({ verdict }) => verdict === 'MASKED').map(({ path, mask }) => `${path.join('.')} ${mask}`);
  const isTold = AUDIENCES[audience].isToldWhy && reply.data != null;
  if (isTold) expect([...at, masked.toSorted()]).toEqual([...at, maskedIn(reply).toSorted()]);
  return [...paths];
};

const codesOf = ({ errors }: Reply): readonly string[] => [...new Set(errors.map(({ extensions }) => extensions.code))];

const DENIALS = new Set(['UNAUTHORIZED_FIELD_OR_TYPE', 'MASKED_ARGUMENT']);

const deniedIn = ({ errors }: Reply) =>
  errors
    .filter(({ extensions }) => DENIALS.has(extensions.code))
    .map(
      ({ path = [], extensions }) =>
        `${path.join('.')} ${extensions.code} ${(extensions as { decisionId?: string }).decisionId}`,
    );

const maskedIn = ({ extensions }: Reply) =>
  ((extensions?.['masked'] ?? []) as { path: string[]; as: string }[]).map(({ path, as }) => `${path.join('.')} ${as}`);

/** Of an answer of which a part is null, it is not known whether it was refused or is not there. */
const outcomesIn = (reply: Reply): readonly string[] => {
  if (deniedIn(reply).length === 0) return ['WHOLE'];
  return Object.values(reply.data ?? {}).every((value) => value === null) ? ['NOTHING', 'PART'] : ['PART'];
};

const GIVEN = {
  id: JSON.stringify(encodeId('Facility', 'north-facility')),
  type: '"Facility"',
  of: 'PATIENT',
  system: '"odoo"',
  kind: '"company"',
  value: '"1"',
  from: '"2026-01-01"',
  to: '"2026-11-01"',
  coordinate: '"Employee.name"',
  document: '"{ __typename }"',
};

const access = readAccessGraph(supergraphText());

describe('what is explained is what happens', () => {
  const EVERYTHING = ALL_SCOPES;
  const roles: readonly (readonly [AudienceName, Role])[] = [
    ['internal', { client: 'explorer', purpose: 'operations', scopes: EVERYTHING }],
    ['internal', { client: 'explorer', purpose: 'support', scopes: EVERYTHING }],
    ['internal', { client: 'ward-app', purpose: 'payroll', scopes: ['hr:read', 'hr:compensation:read'] }],
    ['internal', { client: 'stock-app', purpose: 'operations', scopes: EVERYTHING }],
    ['operator', { client: 'operations-console', purpose: 'audit', scopes: ['scheduling:read', 'billing:read'] }],
    ['supplier', { client: 'supplier-portal', purpose: 'operations', scopes: ['procurement:read'] }],
    ['payer', { client: 'payer-portal', purpose: 'payment', scopes: EVERYTHING }],
    ['reporting', { client: 'report-app', purpose: 'reporting', scopes: ['finance:read'] }],
  ];

  it.each(roles)('for every field that %s may know of: %j', async (audience, role) => {
    const schema = access.schemaFor(audience) as GraphQLSchema;
    for (const { query, places } of everyField(schema, GIVEN)) {
      const paths = await compare(role, audience, query);
      const said = new Map(paths.map(({ path, coordinate }) => [path.join('.'), coordinate]));
      for (const { path, coordinate } of places) expect([path, said.get(path.join('.'))]).toEqual([path, coordinate]);
    }
  });

  const documents: readonly (readonly [string, string, Readonly<Record<string, unknown>>?])[] = [
    [
      'fragments that share response keys',
      `query Q { employees(first: 1) { nodes { ...A ... on Employee { x: name } } } ...B }
       fragment A on Employee { x: name compensation { per } }
       fragment B on Query { employees(first: 1) { nodes { compensation { amount { amount } } hireDate } } suppliers(first: 1) { totalCount } }`,
    ],
    [
      'conditions',
      'query ($yes: Boolean!, $no: Boolean!) { employees(first: 1) @include(if: $no) { totalCount } suppliers(first: 1) @skip(if: $no) { totalCount nodes { name @include(if: $yes) id @skip(if: $yes) } } }',
      { yes: true, no: false },
    ],
    [
      'a filter by what is masked, in the document',
      'query { employees(first: 1, filter: { name: { contains: "a" } }) { totalCount } practitioners(first: 1) { totalCount } }',
    ],
    [
      'a filter by what is masked, in a variable',
      'query ($filter: EmployeeFilter, $order: EmployeeOrder) { a: employees(first: 1, filter: $filter) { totalCount } b: employees(first: 1, orderBy: $order) { totalCount } }',
      { filter: { hireDate: { from: '2020-01-01' } }, order: { field: 'NUMBER' } },
    ],
    [
      'the same variable with nothing in it',
      'query ($filter: EmployeeFilter) { employees(filter: $filter) { totalCount } }',
      { filter: {} },
    ],
    [
      'a rule that looks at arguments',
      'query { a: duplicateCandidates(type: "Supplier", first: 1) { totalCount } b: duplicateCandidates(type: "Employee", first: 1) { totalCount } c: duplicateCandidates(type: "Nothing") { totalCount } }',
    ],
    ['introspection', '{ __typename __schema { queryType { name } } suppliers(first: 1) { __typename } }'],
  ];

  it.each(documents)('with %s', async (_, document, variables = {}) => {
    for (const [audience, role] of roles) await compare(role, audience, document, variables);
  });
});

describe('an explanation', () => {
  const pathIn = ({ paths }: Explanation, path: string) => paths.find((one) => one.path.join('.') === path);

  it('says what is missing, what asks for it, and for which purposes it would not be', async () => {
    const document = '{ employees(first: 1) { nodes { name compensation { per } } } }';
    const explanation = await explained(document, { client: 'ward-app', scopes: ['hr:read'] });
    expect(explanation).toMatchObject({ outcome: 'PART', onDenied: 'FILTER', scopes: ['hr:read'] });
    expect(pathIn(explanation, 'employees')).toMatchObject({ verdict: 'FILTERED', rows: ['FACILITY'] });
    expect(pathIn(explanation, 'employees.nodes.@.name')).toMatchObject({ verdict: 'ALLOWED', mask: null });
    expect(pathIn(explanation, 'employees.nodes.@.compensation')?.needs).toEqual([
      expect.objectContaining({
        kind: 'SCOPES',
        oneOf: [['hr:compensation:read']],
        askedBy: ['Employee.compensation', 'Compensation'],
      }),
      expect.objectContaining({ kind: 'POLICY', oneOf: [['forPayroll']], purposes: ['payroll', 'emergency'] }),
    ]);
    expect(pathIn(explanation, 'employees.nodes.@.compensation.per')).toMatchObject({
      verdict: 'DENIED',
      because: ['employees', 'nodes', '@', 'compensation'],
    });
  });

  it('says how a value is masked, and for whom it is not', async () => {
    const document = '{ employees(first: 1) { nodes { name } } }';
    const explanation = await explained(document, { client: 'explorer', purpose: 'support' });
    expect(pathIn(explanation, 'employees.nodes.@.name')).toMatchObject({ verdict: 'MASKED', mask: 'INITIALS' });
    expect(pathIn(explanation, 'employees.nodes.@.name')?.purposes).toContain('operations');
  });

  it('names the argument that is about a masked value', async () => {
    const document = 'query ($filter: EmployeeFilter) { employees(first: 1, filter: $filter) { totalCount } }';
    const as = { client: 'explorer', purpose: 'support' };
    const explanation = await explained(document, as, { filter: { name: { contains: 'a' } } });
    const [need] = pathIn(explanation, 'employees')?.needs ?? [];
    expect(need).toMatchObject({ kind: 'SIGHT', class: 'HR', askedBy: ['EmployeeFilter.name'] });
  });

  it('says what is not in a contract, and that the rest does not run either', async () => {
    const document = '{ purchaseOrders(first: 1) { nodes { number } } employees(first: 1) { totalCount } }';
    const explanation = await explained(document, { client: 'supplier-portal' });
    expect(explanation.outcome).toBe('NOTHING');
    expect(pathIn(explanation, 'employees')).toMatchObject({ verdict: 'DENIED', outsideContract: true });
    expect(pathIn(explanation, 'employees')?.audiences).toContain('internal');
    expect(pathIn(explanation, 'purchaseOrders')).toMatchObject({
      verdict: 'FILTERED',
      rows: ['FACILITY', 'SUPPLIER'],
    });
  });

  it('says that a client is registered for all or nothing', async () => {
    const document = '{ suppliers(first: 1) { totalCount } }';
    const explanation = await explained(document, { client: 'report-app', scopes: [] });
    expect(explanation).toMatchObject({ outcome: 'NOTHING', onDenied: 'REJECT' });
  });

  it('of oneself takes a token and no scope', async () => {
    const { data, errors } = await explainedTo('{ suppliers(first: 1) { totalCount } }', { scopes: [] });
    expect(errors).toEqual([]);
    const { paths } = (data as { access: { explain: Explanation } }).access.explain;
    expect(paths.map(({ verdict }) => verdict)).toEqual(['DENIED', 'DENIED']);
  });

  it.each([
    ['without the scope', { client: 'explorer', scopes: ALL_SCOPES.filter((scope) => scope !== 'access:read') }],
    ['with every scope but that of looking at oneself', { client: 'operations-console', scopes: ['governance:read'] }],
  ])('of somebody else is refused %s', async (_, role) => {
    const reply = await explainedTo('{ __typename }', role, { as: { client: 'ward-app' } });
    expect(codesOf(reply)).toEqual(['UNAUTHORIZED_FIELD_OR_TYPE']);
    expect(reply.data).toEqual({ access: null });
  });

  it('is given for ten operations of a request, and no more', async () => {
    const ask = (count: number) => {
      const fields = Array.from(
        { length: count },
        (_, index) => `e${index}: explain(document: "{ __typename }") { outcome }`,
      );
      return graph.ask(`{ access { ${fields.join(' ')} } }`, { scopes: [] });
    };
    expect((await ask(10)).errors).toEqual([]);
    expect((await ask(11)).errors.map(({ path, extensions: { code } }) => [path, code])).toEqual([
      [['access', 'e10'], 'OPERATION_TOO_LARGE'],
    ]);
  });

  it('does not exist for partners', async () => {
    const reply = await explainedTo('{ __typename }', { client: 'supplier-portal', scopes: ALL_SCOPES });
    expect(codesOf(reply)).toEqual(['GRAPHQL_VALIDATION_FAILED']);
  });

  it.each([
    ['no GraphQL', { document: 'query {' }, 'BAD_USER_INPUT'],
    ['not valid', { document: '{ nothingLikeThat }' }, 'BAD_USER_INPUT'],
    [
      'of several operations, with none named',
      { document: 'query A { __typename } query B { __typename }' },
      'BAD_USER_INPUT',
    ],
    ['with variables that are no JSON', { variables: '{' }, 'BAD_USER_INPUT'],
    [
      'with variables of another type',
      { document: 'query ($f: EmployeeFilter!) { employees(filter: $f) { totalCount } }', variables: '{"f": 1}' },
      'BAD_USER_INPUT',
    ],
    ['for a client that is not registered', { as: { client: 'nobody' } }, 'BAD_USER_INPUT'],
    [
      'for a purpose that the client is not registered for',
      { as: { client: 'stock-app', purpose: 'payroll' } },
      'BAD_USER_INPUT',
    ],
    ['too large', { document: `{ ${'__typename '.repeat(2001)}}` }, 'OPERATION_TOO_LARGE'],
  ])('is refused for a document that is %s', async (_, more, code) => {
    const reply = await explainedTo('{ __typename }', { scopes: ['access:read'] }, more);
    expect(codesOf(reply)).toEqual([code]);
  });
});

describe('the matrix in the graph', () => {
  const ask = async (query: string, scopes: readonly string[] = ['access:read']) => graph.ask(query, { scopes });

  it('says who may see a field', async () => {
    const { data, errors } = await ask(`{ access { fieldAccess(coordinate: "Employee.compensation") {
      class needs { kind oneOf } audiences { audience purpose verdict } clients { client purpose verdict mask } } } }`);
    expect(errors).toEqual([]);
    const { fieldAccess } = (
      data as {
        access: {
          fieldAccess: Record<
            string,
            { readonly verdict: string; readonly purpose: string; readonly client: string }[]
          >;
        };
      }
    ).access;
    expect(fieldAccess['class']).toBe('HR_RESTRICTED');
    const seeing = fieldAccess['clients']
      ?.filter(({ verdict }) => verdict === 'ALLOWED')
      .map(({ client, purpose }) => `${client} ${purpose}`);
    expect(seeing).toEqual([
      'explorer payroll',
      'explorer emergency',
      'ward-app payroll',
      'ward-app emergency',
      'demo payroll',
      'operations-console emergency',
    ]);
  });

  it('has no field that there is not', async () => {
    const { data } = await ask('{ access { fieldAccess(coordinate: "Employee.nothing") { class } } }');
    expect(data).toEqual({ access: { fieldAccess: null } });
  });

  it('is paged, and filtered', async () => {
    const page = async (after: string | null) => {
      const { data } = await graph.ask(
        'query ($after: String) { access { matrix(first: 7, after: $after, filter: { type: ["Employee"] }) { totalCount nodes { coordinate } pageInfo { hasNextPage endCursor } } } }',
        { scopes: ['access:read'], variables: { after } },
      );
      return (
        data as {
          access: {
            matrix: {
              totalCount: number;
              nodes: { coordinate: string }[];
              pageInfo: { hasNextPage: boolean; endCursor: string };
            };
          };
        }
      ).access.matrix;
    };
    const found: string[] = [];
    let total = 0;
    for (let after: string | null = null, more = true; more; ) {
      const { nodes, pageInfo, totalCount } = await page(after);
      found.push(...nodes.map(({ coordinate }) => coordinate));
      ({ hasNextPage: more, endCursor: after } = pageInfo);
      total = totalCount;
    }
    expect(found).toContain('Employee.compensation');
    expect(new Set(found).size).toBe(total);
  });

  it('lists the clients, and what each may be granted', async () => {
    const { data } = await ask('{ access { clients { id audience scopes onDenied } } }');
    expect((data as { access: { clients: unknown[] } }).access.clients).toContainEqual({
      id: 'stock-app',
      audience: 'internal',
      scopes: ['inventory:read', 'procurement:read'],
      onDenied: 'FILTER',
    });
  });

  it('takes the scope', async () => {
    const reply = await ask(
      '{ access { fieldAccess(coordinate: "Item.name") { class } matrix { totalCount } clients { id } } }',
      ['governance:read'],
    );
    expect(codesOf(reply)).toEqual(['UNAUTHORIZED_FIELD_OR_TYPE']);
    expect(reply.data).toEqual({ access: null });
  });
});
