import { type CallName, namedFault, type OdooException, shapeFault, unnamedFault } from './faults.ts';
import type { WireAnswer, WireRequest } from '../outbound/transport.ts';
import type { OdooSettings, OdooValue } from './types.ts';
import { isRecord } from './values.ts';

/** One method call in words both protocols share. */
export interface WireCall extends CallName {
  readonly ids: readonly number[] | null;
  readonly args: Readonly<Record<string, OdooValue>>;
  readonly context: Readonly<Record<string, OdooValue>>;
}

/** How calls and answers look on the wire. */
export interface Wire {
  encode(call: WireCall): WireRequest;
  /** The result of the method. Throws OdooFault. */
  decode(answer: WireAnswer, call: CallName): unknown;
}

/** JSON-2 (Odoo 19+): one path per method, named arguments, the bare result. */
export const json2 = (settings: OdooSettings): Wire => ({
  encode: ({ model, method, ids, args, context }) => ({
    method: 'POST',
    path: `/json/2/${model}/${method}`,
    headers: {
      'content-type': 'application/json',
      authorization: `bearer ${settings.apiKey.reveal()}`,
      'x-odoo-database': settings.db,
    },
    // Always an object: Odoo ignores any other body and runs the method without arguments.
    body: JSON.stringify({ ...args, ...(ids === null ? {} : { ids }), context }),
  }),
  decode: (answer, call) => {
    const body = parse(answer, call);
    if (answer.status === 200) return body;
    const exception = exceptionIn(body);
    throw exception === undefined
      ? unnamedFault(answer.status, call)
      : namedFault(exception, answer.status, call, settings.db);
  },
});

/** JSON-RPC (`execute_kw`, 14 to 19): one path, database, user and key inside the arguments, errors with status 200. */
export const jsonRpc = (settings: OdooSettings, uid: number): Wire => ({
  encode: (call) =>
    rpcRequest('object', 'execute_kw', [
      settings.db,
      uid,
      settings.apiKey.reveal(),
      call.model,
      call.method,
      ...positional(call),
    ]),
  decode: (answer, call) => rpcResult(answer, call, settings.db),
});

export const rpcRequest = (service: string, method: string, args: readonly OdooValue[]): WireRequest => ({
  method: 'POST',
  path: '/jsonrpc',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ jsonrpc: '2.0', method: 'call', id: 1, params: { service, method, args } }),
});

/** The result of a JSON-RPC answer. Throws OdooFault. */
export const rpcResult = (answer: WireAnswer, call: CallName, db: string): unknown => {
  const body = parse(answer, call);
  if (!isRecord(body) || body['jsonrpc'] !== '2.0') throw unnamedFault(answer.status, call);
  const error = body['error'];
  // A method that returns None answers without `result`: no error is success.
  if (error === undefined) return body['result'] ?? null;
  const exception = isRecord(error) ? exceptionIn(error['data']) : undefined;
  if (exception === undefined) throw shapeFault('an error without a name', call, answer.status);
  throw namedFault(exception, answer.status, call, db);
};

/** Parses a JSON answer. Throws OdooFault. */
export const parse = (answer: WireAnswer, call: CallName): unknown => {
  try {
    return JSON.parse(answer.body) as unknown;
  } catch {
    throw unnamedFault(answer.status, call);
  }
};

const exceptionIn = (body: unknown): OdooException | undefined => {
  if (!isRecord(body) || typeof body['name'] !== 'string') return undefined;
  return { name: body['name'], message: typeof body['message'] === 'string' ? body['message'] : '' };
};

/**
 * Arguments that go by position over JSON-RPC. Modules override these methods with parameter names of their own
 * (`write(self, values)`), and 14 calls the domain of `search_count` `args`, so names are not safe for them.
 */
const POSITIONS: ReadonlyMap<string, readonly string[]> = new Map([
  ['create', ['vals_list']],
  ['write', ['vals']],
  ['read', ['fields']],
  ['load', ['fields', 'data']],
  ['search', ['domain']],
  ['search_count', ['domain']],
  ['search_read', ['domain', 'fields']],
  ['read_group', ['domain', 'fields', 'groupby']],
  ['formatted_read_group', ['domain', 'groupby', 'aggregates']],
]);

const positional = ({ method, ids, args, context }: WireCall): readonly [OdooValue, OdooValue] => {
  const names = POSITIONS.get(method)?.filter((name) => Object.hasOwn(args, name)) ?? [];
  const rest = Object.entries(args).filter(([name]) => !names.includes(name));
  const values = names.map((name) => args[name] ?? null);
  return [ids === null ? values : [ids, ...values], { ...Object.fromEntries(rest), context }];
};
