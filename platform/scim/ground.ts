import type { Log } from '../log.ts';
import { checkContract, type ResourceNeed } from './contract.ts';
import type { ScimServer } from './discovery.ts';
import type { FieldMapping, ScimEntity } from './entity.ts';
import { type KnownFacilities, knownFacilities } from './facilities.ts';
import type { Findings } from './findings.ts';
import type { ScimClient } from './types.ts';

/** What a session stands on: one connected server that has what the entities need. */
export interface ScimGround {
  readonly client: ScimClient;
  readonly server: ScimServer;
  readonly facilities: KnownFacilities;
  readonly findings: Findings;
  /** Most resources of one page. */
  readonly maxPage: number;
  /** The mapping of a canonical field; undefined for a name that is not ours, or whose attributes the server lacks. */
  field(spec: ScimEntity, name: string): FieldMapping | undefined;
  /** Whether a page starts behind the last one's key, which survives insertions; by its position otherwise. */
  readonly pagesByKey: boolean;
  /** The server will not compare keys. */
  pageByPosition(): void;
}

/** What has been found out about a server beyond what it says of itself. */
export interface Habits {
  pagesByKey: boolean;
}

export interface GroundOptions {
  readonly entities: readonly ScimEntity[];
  /** Codes of the facilities there are, where the configuration names them. */
  readonly facilities?: readonly string[] | undefined;
  readonly findings: Findings;
  /** Kept from one ground to the next. */
  readonly habits: Habits;
  readonly log: Log;
}

/** @throws ScimContractError */
export const toGround = (
  { server, client }: { readonly server: ScimServer; readonly client: ScimClient },
  { entities, facilities, findings, habits, log }: GroundOptions,
): ScimGround => {
  const lacking = checkContract(server, entities.map(needsOf));
  const pageByPosition = (): void => {
    if (habits.pagesByKey) log.warn({}, 'scim:paging-by-position');
    habits.pagesByKey = false;
  };
  if (!server.canSort) pageByPosition();
  const lacks = (spec: ScimEntity, { needs }: FieldMapping): boolean =>
    needs.some((path) => lacking.get(spec.resource)?.has(path) === true);
  return {
    client,
    server,
    facilities: knownFacilities(client, entities, facilities),
    findings,
    maxPage: server.filter?.maxResults ?? 1,
    field: (spec, name) => {
      const mapping = Object.hasOwn(spec.fields, name) ? spec.fields[name] : undefined;
      return mapping === undefined || lacks(spec, mapping) ? undefined : mapping;
    },
    get pagesByKey() {
      return habits.pagesByKey;
    },
    pageByPosition,
  };
};

const needsOf = ({ resource, key, facility, fields, filters = {}, relations = [] }: ScimEntity): ResourceNeed => ({
  resource,
  paths: [
    ...[key, facility, ...relations].map((path) => ({ path, optional: false })),
    ...[...Object.values(fields), ...Object.values(filters)].flatMap(({ needs, optional = false }) =>
      needs.map((path) => ({ path, optional })),
    ),
  ],
});
