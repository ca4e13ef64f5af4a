import type { AccessEntry, AccessFeed } from '../../platform/access/feed.ts';
import type { Audit } from '../../platform/audit/open-audit.ts';
import type { EmergencyRecord } from '../../platform/audit/records.ts';
import type { PageArgs } from '../../platform/connection.ts';
import { fail } from '../../platform/errors.ts';
import { decodeId, encodeId } from '../../platform/ids.ts';
import type { Identity } from '../../platform/identity.ts';
import {
  type Actor,
  decideGrant,
  type EmergencyGrant,
  type EmergencyState,
  type EmergencyWish,
  endGrant,
  listGrants,
  requestGrant,
  reviewGrant,
  toEnded,
  toFeed,
} from '../../platform/store/emergency-grants.ts';
import type { Store } from '../../platform/store/owner.ts';
import { isScope } from '../../policies/scopes.ts';

export interface EmergencyListFilter {
  readonly state?: readonly EmergencyState[] | null;
}

/** May see and do something about the grants of others. */
const APPROVES = 'emergency:approve';

/**
 * Breaking the glass: somebody asks, somebody else confirms, gateways hear of it, and somebody looks at it afterwards. Each
 * step is in the audit trail before it is answered.
 */
export const emergencyIn = (store: Store, access: AccessFeed | null, audit: Audit | null) => {
  const record = (step: EmergencyRecord['step'], grant: EmergencyGrant, by: Actor): void => {
    const { id, subject: holder, scopes, facilities, minutes } = grant;
    const { subject, client } = by;
    audit?.journal.append({
      kind: 'emergency',
      step,
      grant: String(id),
      subject,
      client,
      holder,
      scopes,
      facilities,
      minutes,
    });
  };
  /** A step that could not be written down is not taken: what is in the store, gateways hear of sooner or later. */
  const assertRecorded = (): void => audit?.journal.check();
  const publish = async (entry: AccessEntry): Promise<void> => {
    if (access === null) throw fail('SOR_UNAVAILABLE');
    await access.publish(entry);
  };

  return {
    emergencyGrants: async (
      { state, ...page }: PageArgs & EmergencyListFilter,
      identity: Identity,
      counted: boolean,
    ) => {
      const of = identity.scopes.has(APPROVES) ? undefined : actorOf(identity);
      const { edges, ...rest } = await listGrants(store, { state: state ?? null, of }, page, counted);
      const shown = edges.map(({ cursor, node }) => ({ cursor, node: toGraph(node) }));
      return { ...rest, edges: shown, nodes: shown.map(({ node }) => node) };
    },

    /** @throws BAD_USER_INPUT; IDEMPOTENCY_KEY_REUSED */
    requestEmergencyAccess: async (wish: EmergencyWish, identity: Identity) => {
      assertBearable(wish);
      const by = actorOf(identity);
      assertRecorded();
      const grant = await requestGrant(store, wish, by);
      record('requested', grant, by);
      return { grant: toGraph(grant) };
    },

    /** @throws NOT_FOUND; FORBIDDEN for one's own; CONFLICT for one that is decided otherwise, or too old */
    decideEmergencyAccess: async ({ id, approve }: { id: string; approve: boolean }, identity: Identity) => {
      const by = actorOf(identity);
      assertRecorded();
      const grant = await decideGrant(store, localId(id), approve, by);
      record(approve ? 'approved' : 'refused', grant, by);
      if (approve && grant.state === 'ACTIVE') await publish(toFeed(grant));
      return { grant: toGraph(grant) };
    },

    /** By its holder, or by who may confirm. @throws NOT_FOUND; FORBIDDEN; CONFLICT */
    endEmergencyAccess: async ({ id }: { id: string }, identity: Identity) => {
      const by = actorOf(identity);
      if (!identity.scopes.has(APPROVES)) await assertOwn(store, localId(id), by);
      const grant = await endGrant(store, localId(id), by);
      // To end it is right even where that cannot be written down, or passed on, at the moment.
      try {
        await publish(toEnded(grant));
      } finally {
        record('ended', grant, by);
      }
      return { grant: toGraph(grant) };
    },

    /** @throws NOT_FOUND; FORBIDDEN for one's own; CONFLICT for one that has not ended, or was reviewed otherwise */
    reviewEmergencyAccess: async ({ id, review }: { id: string; review: string }, identity: Identity) => {
      assertText('review', review);
      const by = actorOf(identity);
      assertRecorded();
      const grant = await reviewGrant(store, localId(id), review, by);
      record('reviewed', grant, by);
      return { grant: toGraph(grant) };
    },
  };
};

/** @throws FORBIDDEN for who is known by no token */
const actorOf = ({ issuer, subject, client }: Identity): Actor => {
  if (issuer === undefined) throw fail('FORBIDDEN');
  return { issuer, subject, client };
};

const assertOwn = async (store: Store, id: number, of: Actor): Promise<void> => {
  const { nodes } = await listGrants(store, { of }, { first: 200 }, false);
  if (!nodes.some((grant) => grant.id === id)) throw fail('NOT_FOUND');
};

const localId = (id: string): number => {
  const local = Number(decodeId('EmergencyGrant', id) ?? Number.NaN);
  if (!Number.isSafeInteger(local)) throw fail('NOT_FOUND');
  return local;
};

const LONGEST = 1000;
const MOST_MINUTES = 60;

const assertBearable = ({ reason, scopes, facilities, minutes, idempotencyKey }: EmergencyWish): void => {
  assertText('reason', reason);
  assertText('idempotencyKey', idempotencyKey);
  if (!Number.isInteger(minutes) || minutes < 1 || minutes > MOST_MINUTES)
    throw fail('BAD_USER_INPUT', { message: `\`minutes\` is between 1 and ${MOST_MINUTES}.` });
  if (scopes.length === 0 && facilities.length === 0)
    throw fail('BAD_USER_INPUT', { message: 'Say which scopes or facilities are needed.' });
  if (!scopes.every(isBorrowable))
    throw fail('BAD_USER_INPUT', { message: '`scopes` holds one that cannot be granted in an emergency.' });
};

/** What would let somebody confirm their own emergencies is not to be had by one. */
const isBorrowable = (scope: string): boolean =>
  isScope(scope) && scope.endsWith(':read') && scope !== 'audit:read' && !scope.startsWith('access:');

const assertText = (name: string, text: string): void => {
  if (text.trim() === '' || text.length > LONGEST)
    throw fail('BAD_USER_INPUT', { message: `\`${name}\` has to have 1 to ${LONGEST} characters.` });
};

const toGraph = ({ id, ...grant }: EmergencyGrant) => ({ ...grant, id: encodeId('EmergencyGrant', id) });
