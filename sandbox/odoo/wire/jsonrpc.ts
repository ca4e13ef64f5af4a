import { envOf, type Values } from '../engine/env.ts';
import {
  accessDenied,
  accessError,
  attributeError,
  keyError,
  OdooError,
  typeError,
  userError,
} from '../engine/errors.ts';
import { isValues } from '../methods/arguments.ts';
import { idsOf, isPrivate, methodOf, parametersOf } from '../methods/registry.ts';
import {
  type Answer,
  type Asked,
  asOdooError,
  errorObject,
  htmlAnswer,
  isJson,
  jsonAnswer,
  oldErrorPage,
  wrongType,
} from './answer.ts';
import type { SeedUser } from '../seed.ts';
import { type ModelCall, type Service, userById, userByLogin } from './service.ts';

/** `POST /jsonrpc`: services `common`, `object` and `db`. Always HTTP 200, unless the envelope itself is wrong. */
export const answerJsonRpc = (service: Service, asked: Asked): Answer => {
  const { version } = service.running.engine;
  if (asked.method !== 'POST' || !isJson(asked)) return wrongEnvelope(version, asked);
  let request: unknown;
  try {
    request = JSON.parse(asked.body);
  } catch {
    return malformed(version, asked.body);
  }
  if (!isValues(request)) return notAnObject(version);
  const envelope = { jsonrpc: '2.0', id: request['id'] ?? null };
  const type = version === 14 ? 'application/json' : undefined;
  try {
    const result = dispatch(service, request['params']);
    // A method that returns None leaves no result at all.
    return jsonAnswer(result === null || result === undefined ? envelope : { ...envelope, result }, 200, type);
  } catch (error) {
    const data = errorObject(asOdooError(error), 'base', version);
    return jsonAnswer(
      { ...envelope, error: { code: version === 14 ? 200 : 0, message: 'Odoo Server Error', data } },
      200,
      type,
    );
  }
};

const dispatch = (service: Service, params: unknown): unknown => {
  const { version } = service.running.engine;
  if (!isValues(params) || !('service' in params) || !('method' in params) || !('args' in params)) {
    throw typeError(
      `${version === 14 ? '' : 'JSONRPC.'}jsonrpc() missing 2 required positional arguments: 'method' and 'args'`,
    );
  }
  const args = Array.isArray(params['args']) ? (params['args'] as readonly unknown[]) : [];
  const method = String(params['method']);
  switch (params['service']) {
    case 'common':
      return common(service, method, args);
    case 'object':
      return object(service, method, args);
    case 'db':
      return databases(service, method);
    default:
      if (version === 19) throw keyError(String(params['service']));
      throw new OdooError('builtins.UnboundLocalError', "local variable 'dispatch' referenced before assignment");
  }
};

export const versionOf = (version: 14 | 19) => ({
  server_version: `${version}.0`,
  server_version_info: [version, 0, 0, 'final', 0, ''],
  server_serie: `${version}.0`,
  protocol_version: 1,
});

const common = (service: Service, method: string, args: readonly unknown[]): unknown => {
  if (method === 'version') return versionOf(service.running.engine.version);
  if (method !== 'authenticate' && method !== 'login') throw attributeError(`Method not found: ${method}`);
  const [db, login, secret] = args;
  checkDatabase(service, db);
  // A wrong password is no error: the answer is false.
  return userByLogin(service, String(login), String(secret))?.id ?? false;
};

const databases = (service: Service, method: string): unknown => {
  if (method === 'list') return [service.db];
  if (method === 'server_version') return `${service.running.engine.version}.0`;
  if (method === 'db_exist') return true;
  throw attributeError(`Method not found: ${method}`);
};

const object = (service: Service, method: string, args: readonly unknown[]): unknown => {
  const [db, uid, secret, model, name, ...rest] = args;
  checkDatabase(service, db);
  const user = userById(service, uid, secret);
  if (user === undefined) throw accessDenied();
  const positional = method === 'execute' ? rest : Array.isArray(rest[0]) ? (rest[0] as readonly unknown[]) : [];
  const named = method === 'execute_kw' && isValues(rest[1]) ? rest[1] : {};
  return execute(service, user, String(model), String(name), positional, named);
};

const checkDatabase = (service: Service, name: unknown): void => {
  if (name === service.db) return;
  const fatal = `FATAL:  database "${String(name)}" does not exist\n`;
  const at = 'connection to server on socket "/run/postgresql/.s.PGSQL.5432" failed: ';
  throw new OdooError('psycopg2.OperationalError', service.running.engine.version === 14 ? fatal : at + fatal);
};

const execute = (
  service: Service,
  user: SeedUser,
  model: string,
  name: string,
  positional: readonly unknown[],
  keywords: Values,
): unknown => {
  const { engine, transaction } = service.running;
  const { version } = engine;
  const { context, ...given } = keywords;
  service.log({ model, method: name, body: { args: positional, kwargs: keywords } });
  const asCalled: ModelCall = {
    user,
    model,
    method: name,
    ids: [],
    named: given,
    context: isValues(context) ? context : {},
  };
  const names = service.translate?.names(asCalled) ?? { model, method: name };
  if (names.model === null) throw userError(`Object ${model} doesn't exist`);
  const closed = version === 14 ? name.startsWith('_') : isPrivate(name);
  if (closed) {
    throw accessError(
      `Private methods (such as ${version === 14 ? name : `'${model}.${name}'`}) cannot be called remotely.`,
    );
  }
  const method = names.method === null ? undefined : methodOf({ engine }, names.model, names.method);
  if (!engine.catalogue.has(names.model)) throw userError(`Object ${model} doesn't exist`);
  if (method === undefined || names.method === null) {
    throw attributeError(
      version === 14
        ? `type object '${model}' has no attribute '${name}'`
        : `The method '${model}.${name}' does not exist`,
    );
  }
  const [first, ...others] = positional;
  const ids = method.on === 'records' ? idsOf(first) : [];
  const parameters = service.translate?.parameters(name) ?? parametersOf(method).names;
  const rest = method.on === 'records' ? others : positional;
  const named = { ...Object.fromEntries(rest.map((value, at) => [parameters[at] ?? `#${at}`, value])), ...given };
  const missing = parametersOf(method).required.find((parameter) => !(parameter in named));
  if (missing !== undefined) {
    throw typeError(
      `${version === 14 ? '' : `${classOf(model)}.`}${name}() missing 1 required positional argument: '${missing}'`,
    );
  }
  const injected = service.injected({ model, method: name, body: { args: positional, kwargs: keywords } });
  if (injected !== null) throw injected;
  const call = { ...asCalled, ids, named };
  const { call: translated, answer } = service.translate?.call(call) ?? { call, answer: (result: unknown) => result };
  return transaction(() => {
    const env = envOf(engine, user, translated.context);
    const result = method.run(env, translated.model, translated.ids as readonly number[], translated.named);
    return downgraded(version, name, positional, answer(result));
  }, service.commit);
};

/** One dict in, one id out. */
const downgraded = (version: 14 | 19, name: string, positional: readonly unknown[], result: unknown): unknown => {
  const isOne =
    (name === 'create' && isValues(positional[0])) ||
    (name === 'copy' && (version === 14 || typeof positional[0] === 'number'));
  return isOne && Array.isArray(result) ? result[0] : result;
};

/** `res.partner` → `ResPartner`. */
const classOf = (model: string): string =>
  model
    .split('.')
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('');

const wrongEnvelope = (version: 14 | 19, asked: Asked): Answer => {
  if (version === 19) {
    return wrongType(
      asked.method === 'GET' ? '&#39;http&#39;, &#39;json2&#39;' : '&#39;http&#39;',
      '/jsonrpc',
      'jsonrpc',
    );
  }
  const text =
    asked.method === 'GET'
      ? "&lt;function RPC.jsonrpc at 0x7f0000000000&gt;, /jsonrpc: Function declared as capable of handling request of type 'json' but called with a request of type 'http'"
      : 'Session expired (invalid CSRF token)';
  return htmlAnswer(400, oldErrorPage('400 Bad Request', text));
};

const malformed = (version: 14 | 19, body: string): Answer =>
  version === 19
    ? htmlAnswer(400, 'Invalid JSON data')
    : htmlAnswer(
        400,
        oldErrorPage(
          '400 Bad Request',
          `Invalid JSON data: '${body.slice(0, 200).replaceAll('"', '&quot;').replaceAll('<', '&lt;')}'`,
        ),
      );

/** Batches are refused by both versions, each in its way. */
const notAnObject = (version: 14 | 19): Answer =>
  version === 19
    ? htmlAnswer(400, 'Invalid JSON-RPC data')
    : htmlAnswer(
        500,
        oldErrorPage(
          '500 Internal Server Error',
          'The server encountered an internal error and was unable to complete your request. Either the server is overloaded or there is an error in the application.',
        ),
      );
