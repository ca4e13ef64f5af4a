import { decodeCursor, encodeCursor, type PageArgs, pageSize, toConnection } from '../../platform/connection.ts';
import { codeOf, fail } from '../../platform/errors.ts';
import type { Identity } from '../../platform/identity.ts';
import { ALL_SCOPES, clientAccess, matrixRow, purposesByAudience } from '../../policies/access/access-matrix.ts';
import { explain, type Explanation } from '../../policies/access/explain.ts';
import type { ExplainedPath } from '../../policies/access/explain-paths.ts';
import { type FieldAccess, type FieldGuard, fieldGuards, guardAt } from '../../policies/access/field-access.ts';
import type { Rulebook } from '../../policies/access/rulebook.ts';
import type { Client } from '../../policies/clients.ts';
import { identityOf } from '../../policies/identity-of.ts';
import { toNeed, toNeeds } from './access-needs.ts';

export interface ExplainArgs {
  readonly document: string;
  readonly operationName?: string | null;
  readonly variables?: string | null;
  readonly as?: CallerInput | null;
}

interface CallerInput {
  readonly client: string;
  readonly scopes?: readonly string[] | null;
  readonly facilities?: readonly string[] | null;
  readonly purpose?: string | null;
}

export interface FieldAccessFilter {
  readonly type?: readonly string[] | null;
  readonly class?: readonly string[] | null;
}

/** What one request may still have explained. Each takes as long as judging an operation for the first time. */
export interface ExplainBudget {
  left: number;
}

export const explainBudget = (): ExplainBudget => ({ left: 10 });

/** Who may see what, as the rulebook has it. */
export const accessIn = (rulebook: Rulebook, budget: ExplainBudget, asker: Identity) => ({
  /** @throws BAD_USER_INPUT; OPERATION_TOO_LARGE, also for one explanation too many in a request */
  explain: ({ document, operationName, variables, as }: ExplainArgs) => {
    budget.left -= 1;
    if (budget.left < 0) throw fail('OPERATION_TOO_LARGE');
    const clients = rulebook.clients();
    const client = clients.get(as?.client ?? asker.client);
    if (as != null && client === undefined) throw refused('There is no such client.');
    const identity = as == null || client === undefined ? asker : callerAs(client, as);
    const explanation = explain(
      rulebook.graph(),
      { document, operationName, variables: variablesFrom(variables) },
      identity,
      { client, today: today(), isToldOfTheWhole: as != null },
    );
    return toGraph(explanation);
  },

  fieldAccess: (coordinate: string) => {
    const guard = guardAt(rulebook.graph(), coordinate);
    return guard === undefined ? null : fieldAccess(rulebook, guard);
  },

  matrix: ({ filter, first, after }: PageArgs & { readonly filter?: FieldAccessFilter | null }) => {
    const size = pageSize(first);
    const from = after === null || after === undefined ? -1 : decodeCursor(after).id;
    const found = fieldGuards(rulebook.graph())
      .map((guard, place) => ({ guard, place }))
      .filter(({ guard }) => passes(guard, filter ?? {}));
    const rest = found.filter(({ place }) => place > from);
    const edges = rest.slice(0, size).map(({ guard, place }) => ({
      cursor: encodeCursor({ value: null, id: place }),
      node: fieldAccess(rulebook, guard),
    }));
    return toConnection(edges, rest.length > size, after, found.length);
  },

  clients: () =>
    [...rulebook.clients().values()].map(({ id, name, owner, audience, purposes, scopes, facilities, ...client }) => ({
      id,
      name,
      owner,
      audience,
      purposes,
      scopes: scopes === '*' ? null : scopes,
      facilities: facilities === '*' ? null : facilities,
      onDenied: MODES[client.onDenied.default],
      active: client.active,
    })),
});

const callerAs = (client: Client, { scopes, facilities, purpose }: CallerInput): Identity => {
  const granted = { subject: client.id, scopes: scopes ?? ALL_SCOPES, facilities: facilities ?? [] };
  try {
    return identityOf(client, granted, purpose ?? undefined);
  } catch (error) {
    throw codeOf(error) === 'FORBIDDEN' ? refused('The client is not registered for that purpose.') : error;
  }
};

const variablesFrom = (text: string | null | undefined): Readonly<Record<string, unknown>> => {
  let value: unknown;
  try {
    value = JSON.parse(text ?? '{}');
  } catch {
    throw refused('`variables` is not JSON.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw refused('`variables` is not the JSON of an object.');
  return value as Readonly<Record<string, unknown>>;
};

const refused = (message: string) => fail('BAD_USER_INPUT', { message });

const today = (): string => new Date().toISOString().slice(0, 'yyyy-mm-dd'.length);

const MODES = { filter: 'FILTER', reject: 'REJECT', dryRun: 'DRY_RUN' } as const;

const toGraph = ({ identity, mode, outcome, paths }: Explanation) => ({
  audience: identity.audience,
  purpose: identity.purpose,
  client: identity.client,
  scopes: [...identity.scopes],
  facilities: identity.facilities,
  onDenied: MODES[mode],
  outcome,
  paths: paths.map(toPath),
});

const toPath = ({ isOutsideContract, needs, ...path }: ExplainedPath) => ({
  ...path,
  outsideContract: isOutsideContract,
  needs: needs.map(toNeed),
});

const passes = ({ type, class: ofClass }: FieldGuard, filter: FieldAccessFilter): boolean =>
  (filter.type == null || filter.type.includes(type)) &&
  (filter.class == null || (ofClass !== null && filter.class.includes(ofClass)));

/** Resolved field by field: what nobody asks for is not worked out. */
const fieldAccess = (rulebook: Rulebook, guard: FieldGuard) => ({
  ...guard,
  needs: () => toNeeds(guard),
  audiences: () =>
    matrixRow(rulebook.graph(), guard, purposesByAudience(rulebook.clients())).audiences.flatMap(
      ({ audience, byPurpose }) => [...byPurpose].map(([purpose, access]) => ({ audience, purpose, ...seen(access) })),
    ),
  clients: () =>
    [...rulebook.clients().values()].flatMap((client) =>
      [...clientAccess(rulebook.graph(), guard, client)].map(([purpose, access]) => ({
        client: client.id,
        audience: client.audience,
        purpose,
        ...seen(access),
      })),
    ),
});

const seen = ({ verdict, mask, rows }: FieldAccess) => ({ verdict, mask, rows });
