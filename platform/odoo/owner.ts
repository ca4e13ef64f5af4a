import type { Envelope } from '../envelope.ts';
import type { ErrorCode } from '../errors.ts';
import type { RecordFinding } from '../findings.ts';
import type { Log } from '../log.ts';
import type { DependencyHealth } from '../subgraph.ts';
import { spendingOf } from '../outbound/spending.ts';
import { deadlineIn, MINUTE, SECOND } from '../time.ts';
import { type BoundEntity, bindEntity, needsOf } from './binding.ts';
import { type FacilityDirectory, type FacilityMap, loadDirectory } from './directory.ts';
import type { ContractNeeds } from './contract.ts';
import type { EntitySpec } from './entity.ts';
import type { OdooGround } from './reader.ts';
import { OdooSession } from './session.ts';
import { type OdooConnection, type OdooState, superviseOdoo } from './supervisor.ts';
import type { CallEvent, OdooSettings } from './types.ts';

export interface OdooOwnerOptions {
  readonly settings: OdooSettings;
  /** Everything the connectors of this process read. */
  readonly entities: readonly EntitySpec[];
  readonly facilities?: FacilityMap | undefined;
  /** Most milliseconds one call may take, within what is left of the request. */
  readonly callWithin: number;
  /** Told of what is wrong with Odoo's values. */
  readonly recordFinding?: RecordFinding;
  readonly log: Log;
}

/** Odoo as an owning system: a supervised connection, the entities bound to it, and the facilities it knows. */
export interface OdooOwner {
  /** Opens reading for one request. @throws SOR_UNAVAILABLE while Odoo is not there */
  session(envelope: Envelope, signal?: AbortSignal): Promise<OdooSession>;
  /** Resolves with the facilities once Odoo was reached. Rejects with ContractError when it lacks what we need. */
  readonly ready: Promise<FacilityDirectory>;
  health(): readonly DependencyHealth[];
  onCall(listener: (event: CallEvent) => void): () => void;
  close(): Promise<void>;
}

/** How long companies and currencies are taken as they were read. */
const DIRECTORY_LIFE = 10 * MINUTE;
const DIRECTORY_WITHIN = 10 * SECOND;

export const openOdoo = (options: OdooOwnerOptions): OdooOwner => {
  const needs: ContractNeeds = Object.fromEntries(
    options.entities.map((spec, index) => [String(index), needsOf(spec)]),
  );
  const supervisor = superviseOdoo(options.settings, needs, options.log);
  let ground:
    | { readonly of: OdooConnection<ContractNeeds>; readonly at: number; readonly promise: Promise<OdooGround> }
    | undefined;

  /** The ground for the present connection: bound anew when the server changed, its directory read again when old. */
  const groundNow = (): Promise<OdooGround> => {
    const connection = supervisor.connection();
    if (ground?.of === connection && Date.now() - ground.at < DIRECTORY_LIFE) return ground.promise;
    const promise = toGround(connection, options);
    const made = { of: connection, at: Date.now(), promise };
    ground = made;
    promise.catch(() => {
      if (ground === made) ground = undefined;
    });
    return promise;
  };

  const ready = supervisor.ready.then(groundNow).then(({ directory }) => directory);
  ready.catch(() => undefined);

  return {
    ready,
    session: async (envelope, signal) => {
      const spending = spendingOf(envelope.deadline, options.callWithin, signal);
      return new OdooSession(await groundNow(), envelope.identity, spending);
    },
    health: () => [toHealth(supervisor.state())],
    onCall: (listener) => supervisor.onCall(listener),
    close: () => supervisor.close(),
  };
};

const toGround = async (
  { client, contract }: OdooConnection<ContractNeeds>,
  options: OdooOwnerOptions,
): Promise<OdooGround> => {
  const bound = new Map<EntitySpec, BoundEntity>();
  options.entities.forEach((spec, index) => {
    const found = contract[String(index)];
    if (found !== null && found !== undefined) bound.set(spec, bindEntity(spec, found.model, found.description));
  });
  const directory = await loadDirectory(client, options.facilities, { deadline: deadlineIn(DIRECTORY_WITHIN) });
  return {
    client,
    directory,
    recordFinding: options.recordFinding ?? (() => undefined),
    has: (spec) => bound.has(spec),
    bound: (spec) => {
      const entity = bound.get(spec);
      if (entity === undefined) throw new Error(`${spec.type} is not among the entities of this process`);
      return entity;
    },
  };
};

const CODES: Readonly<Partial<Record<OdooState['status'], ErrorCode>>> = {
  unavailable: 'SOR_UNAVAILABLE',
  'access-refused': 'SOR_ACCESS',
  'contract-broken': 'SOR_CONTRACT_BROKEN',
};

const toHealth = ({ status }: OdooState): DependencyHealth => {
  const code = CODES[status];
  if (code !== undefined) return { name: 'odoo', status: 'failing', code };
  return { name: 'odoo', status: status === 'ready' ? 'ok' : 'starting' };
};
