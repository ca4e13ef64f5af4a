import { type CallName, contractFault, OdooFault, shapeFault, toError, transportFault } from './faults.ts';
import type { Spending } from './calls.ts';
import { fail } from '../errors.ts';
import { LoggableError } from '../log.ts';
import { type Transport, TransportFailure, type WireRequest } from '../outbound/transport.ts';
import type { OdooServerInfo, OdooSettings, Protocol } from './types.ts';
import { isRecord } from './values.ts';
import { json2, parse, rpcRequest, rpcResult } from './wire.ts';

const OLDEST = 14;
const FIRST_WITH_JSON_2 = 19;

/**
 * Finds out what a server is and who we are there: its version, the protocol to speak, and the service user's id.
 * Four requests at most, none of which touches a record.
 *
 * @throws SOR_ACCESS when the key or login is refused
 * @throws SOR_CONTRACT_BROKEN when it is no Odoo, an Odoo too old, or has no such database
 * @throws SOR_UNAVAILABLE, SOR_TIMEOUT
 */
export const probe = async (
  transport: Transport,
  settings: OdooSettings,
  spending: Spending,
): Promise<OdooServerInfo> => {
  try {
    const { major, version } = await askVersion(transport, settings, spending);
    const protocol = protocolFor(major, settings.protocol ?? 'auto');
    const uid = await (protocol === 'json-2' ? whoAmI : authenticate)(transport, settings, spending);
    return Object.freeze({ version, major, protocol, uid });
  } catch (error) {
    throw error instanceof OdooFault ? toError(error, 'read') : error;
  }
};

const protocolFor = (major: number, wanted: Protocol | 'auto'): Protocol => {
  if (wanted !== 'auto') return wanted;
  return major >= FIRST_WITH_JSON_2 ? 'json-2' : 'json-rpc';
};

interface Version {
  readonly version: string;
  readonly major: number;
}

const VERSION: CallName = { model: 'common', method: 'version' };

/** `/web/version` exists from 19 on, `/jsonrpc` up to 19; whichever of the two answers will do. */
const askVersion = async (transport: Transport, settings: OdooSettings, spending: Spending): Promise<Version> => {
  const [first, second] = settings.protocol === 'json-rpc' ? [rpcVersion, webVersion] : [webVersion, rpcVersion];
  try {
    return await first(transport, settings, spending);
  } catch (error) {
    // A server that cannot be reached, or is in trouble, is not asked twice.
    if (!(error instanceof OdooFault) || error.verdict.read !== 'SOR_CONTRACT_BROKEN') throw error;
    return second(transport, settings, spending);
  }
};

const webVersion = async (transport: Transport, _: OdooSettings, spending: Spending): Promise<Version> => {
  const request: WireRequest = { method: 'GET', path: '/web/version', headers: {}, body: null };
  const answer = await send(transport, request, spending, VERSION);
  const body = parse(answer, VERSION);
  return toVersion(isRecord(body) ? body['version_info'] : undefined, answer.status);
};

const rpcVersion = async (transport: Transport, { db }: OdooSettings, spending: Spending): Promise<Version> => {
  const answer = await send(transport, rpcRequest('common', 'version', []), spending, VERSION);
  const result = rpcResult(answer, VERSION, db);
  return toVersion(isRecord(result) ? result['server_version_info'] : undefined, answer.status);
};

/** `[19, 0, 0, "final", 0, ""]`; online editions write `["saas~18", 2, ...]`. */
const toVersion = (info: unknown, status: number): Version => {
  const [head, minor]: readonly unknown[] = Array.isArray(info) ? info : [];
  const major = Number(/\d+$/.exec(String(head))?.[0]);
  if (!Number.isInteger(major) || !Number.isInteger(minor))
    throw shapeFault('no version in the answer', VERSION, status);
  if (major < OLDEST) throw contractFault(`Odoo ${major} is older than ${OLDEST}`, VERSION);
  return { major, version: `${major}.${String(minor)}` };
};

type Identify = (transport: Transport, settings: OdooSettings, spending: Spending) => Promise<number>;

const whoAmI: Identify = async (transport, settings, spending) => {
  const call = { model: 'res.users', method: 'context_get' };
  const wire = json2(settings);
  const request = wire.encode({ ...call, ids: null, args: {}, context: {} });
  const result = wire.decode(await send(transport, request, spending, call), call);
  return toUid(isRecord(result) ? result['uid'] : undefined, call);
};

const authenticate: Identify = async (transport, settings, spending) => {
  const call = { model: 'common', method: 'authenticate' };
  if (settings.login === undefined) throw contractFault('JSON-RPC needs a login', call);
  const args = [settings.db, settings.login, settings.apiKey.reveal(), {}];
  const result = rpcResult(
    await send(transport, rpcRequest(call.model, call.method, args), spending, call),
    call,
    settings.db,
  );
  // Not an exception: Odoo answers `false` for a wrong login or key.
  if (result === false) throw fail('SOR_ACCESS', { cause: new LoggableError('authenticate answered false') });
  return toUid(result, call);
};

const toUid = (uid: unknown, call: CallName): number => {
  if (typeof uid !== 'number' || !Number.isInteger(uid) || uid < 1) throw shapeFault('no user id in the answer', call);
  return uid;
};

const send = async (transport: Transport, request: WireRequest, { deadline, signal }: Spending, call: CallName) => {
  try {
    return await transport.send('read', request, deadline, signal);
  } catch (error) {
    throw error instanceof TransportFailure ? transportFault(error, call) : error;
  }
};
