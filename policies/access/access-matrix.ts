import { createIdentity, type Identity } from '../../platform/identity.ts';
import { AUDIENCES, type AudienceName } from '../audiences.ts';
import type { Client, Clients } from '../clients.ts';
import { identityOf } from '../identity-of.ts';
import type { PurposeName } from '../purposes.ts';
import { SCOPES } from '../scopes.ts';
import type { AccessGraph } from './access-graph.ts';
import { AUDIENCE_NAMES, PURPOSE_NAMES } from './explain-need.ts';
import { accessTo, type FieldAccess, type FieldGuard, fieldGuards } from './field-access.ts';

/** What an audience sees of a field for each purpose it may have, when it lacks no scope. */
export interface AudienceAccess {
  readonly audience: AudienceName;
  readonly byPurpose: ReadonlyMap<PurposeName, FieldAccess>;
}

/** One field of the matrix: what it takes, and what each audience sees of it. */
export interface MatrixRow extends FieldGuard {
  readonly audiences: readonly AudienceAccess[];
}

export const ALL_SCOPES = Object.keys(SCOPES);

/** Audience by field, for every field of the graph. */
export const accessMatrix = (graph: AccessGraph, clients: Clients): readonly MatrixRow[] => {
  const callers = purposesByAudience(clients);
  return fieldGuards(graph).map((guard) => matrixRow(graph, guard, callers));
};

type Callers = readonly (readonly [AudienceName, readonly PurposeName[]])[];

export const purposesByAudience = (clients: Clients): Callers =>
  AUDIENCE_NAMES.map((audience) => [audience, purposesOf(audience, clients)]);

/** The purposes for which some client of the audience is registered; all, where it has no client. */
const purposesOf = (audience: AudienceName, clients: Clients): readonly PurposeName[] => {
  const registered = [...clients.values()].filter((client) => client.audience === audience);
  const stated = new Set(registered.flatMap(({ purposes }) => purposes));
  return stated.size === 0 ? PURPOSE_NAMES : PURPOSE_NAMES.filter((purpose) => stated.has(purpose));
};

export const matrixRow = (graph: AccessGraph, guard: FieldGuard, callers: Callers): MatrixRow => ({
  ...guard,
  audiences: callers.map(([audience, purposes]) => ({
    audience,
    byPurpose: new Map(purposes.map((purpose) => [purpose, accessTo(graph, guard, anyOf(audience, purpose))])),
  })),
});

/** A caller of the audience that has every scope. */
export const anyOf = (
  audience: AudienceName,
  purpose: PurposeName,
  scopes: Iterable<string> = ALL_SCOPES,
): Identity => {
  const { party } = AUDIENCES[audience];
  return createIdentity({
    subject: 'anybody',
    client: 'anybody',
    scopes,
    facilities: [],
    audience,
    purpose,
    ...(party === null ? {} : { party: { kind: party, id: '' } }),
  });
};

/** What a client sees of a field, for each of its purposes, with all the scopes it may be granted. */
export const clientAccess = (
  graph: AccessGraph,
  guard: FieldGuard,
  client: Client,
): ReadonlyMap<PurposeName, FieldAccess> =>
  new Map(
    client.purposes.map((purpose) => [
      purpose,
      accessTo(graph, guard, identityOf(client, { subject: client.id, scopes: ALL_SCOPES, facilities: [] }, purpose)),
    ]),
  );
