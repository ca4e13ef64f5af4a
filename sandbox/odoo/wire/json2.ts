import { envOf } from '../engine/env.ts';
import {
  accessError,
  HttpError,
  badRequest,
  notFound,
  OdooError,
  unauthorized,
  unprocessable,
} from '../engine/errors.ts';
import type { SeedUser } from '../seed.ts';
import { isValues } from '../methods/arguments.ts';
import { idsOf, isPrivate, methodOf, parametersOf } from '../methods/registry.ts';
import {
  type Answer,
  type Asked,
  asOdooError,
  errorObject,
  isJson,
  jsonAnswer,
  NO_DATABASE,
  parseFailure,
  wrongType,
} from './answer.ts';
import { type Service, userByKey } from './service.ts';

/** `POST /json/2/<model>/<method>`: named arguments in, the bare result out, an HTTP status for every kind of error. */
export const answerJson2 = (service: Service, asked: Asked): Answer => {
  const [, , , model = '', method = ''] = asked.path.split('/');
  if (!hasDatabase(service, asked)) return NO_DATABASE;
  if (asked.method !== 'GET' && !isJson(asked)) {
    return wrongType('&#39;http&#39;', '/json/2/&lt;__model__&gt;/&lt;__method__&gt;', 'json2');
  }
  try {
    const user = authenticate(service, asked);
    if (asked.method !== 'POST' || method === '') throw notFound('Did you mean POST /json/2/<model>/<method>?');
    return jsonAnswer(run(service, user, model, method, bodyOf(asked)));
  } catch (error) {
    return failure(asOdooError(error), model);
  }
};

/** `GET /doc-bearer/<model>.json`: what fields and methods a model has, for those who may read the documentation. */
export const answerDocument = (service: Service, asked: Asked): Answer => {
  const model = /^\/doc-bearer\/(.+)\.json$/.exec(asked.path)?.[1] ?? '';
  if (!hasDatabase(service, asked)) return NO_DATABASE;
  try {
    const user = authenticate(service, asked);
    const { engine } = service.running;
    if (!user.groups.includes('api_doc.group_allow_doc')) {
      throw accessError('This page is only accessible to Technical Documentation users.');
    }
    const known = engine.catalogue.get(model);
    if (known === undefined) throw notFound(`the model '${model}' does not exist`);
    const own = Object.entries(engine.behaviours.get(model)?.methods ?? {});
    const fields = Object.fromEntries(
      [...known.fields].map(([name, { type, string }]) => [name, { name, type, string }]),
    );
    const methods = Object.fromEntries(
      own.map(([name, { parameters }]) => [
        name,
        { signature: `(${parameters.join(', ')})`, parameters: {}, model, module: model.split('.')[0] },
      ]),
    );
    return jsonAnswer({ model, name: known.label, doc: null, fields, methods });
  } catch (error) {
    return failure(asOdooError(error), model);
  }
};

/** With one database on the server the header may be left out; a wrong one finds nothing. */
const hasDatabase = (service: Service, asked: Asked): boolean => {
  const named = asked.headers['x-odoo-database'];
  return named === undefined || named === service.db;
};

const authenticate = (service: Service, asked: Asked): SeedUser => {
  const [scheme = '', key = ''] = String(asked.headers['authorization'] ?? '').split(' ');
  if (scheme.toLowerCase() !== 'bearer') {
    throw unauthorized('User not authenticated, use an API Key with a Bearer Authorization header.');
  }
  const user = userByKey(service, key);
  if (user === undefined) throw unauthorized('Invalid apikey');
  return user;
};

/** A body that is JSON but no object counts as no arguments. Real Odoo does the same, and answers everything there is. */
const bodyOf = (asked: Asked): Record<string, unknown> => {
  if (asked.body === '') return {};
  try {
    const parsed: unknown = JSON.parse(asked.body);
    return isValues(parsed) ? parsed : {};
  } catch (error) {
    throw badRequest(`could not parse the body as json: ${parseFailure(asked.body, error)}`);
  }
};

const run = (service: Service, user: SeedUser, model: string, name: string, body: Record<string, unknown>): unknown => {
  const { engine, transaction } = service.running;
  service.log({ model, method: name, body });
  if (!engine.catalogue.has(model)) throw notFound(`the model '${model}' does not exist`);
  if (isPrivate(name)) throw accessError(`Private methods (such as '${model}.${name}') cannot be called remotely.`);
  const method = methodOf({ engine }, model, name);
  if (method === undefined) throw notFound(`The method '${model}.${name}' does not exist`);
  const { ids, context, ...named } = body;
  if (method.on === 'model' && idsOf(ids).length > 0) throw unprocessable(`cannot call ${model}.${name} with ids`);
  const { names, required, open } = parametersOf(method);
  const missing = required.find((parameter) => !(parameter in named));
  if (missing !== undefined) throw unprocessable(`missing a required argument: '${missing}'`);
  const strange = Object.keys(named).find((parameter) => !names.includes(parameter));
  if (strange !== undefined && !open) throw unprocessable(`got an unexpected keyword argument '${strange}'`);
  const injected = service.injected({ model, method: name, body });
  if (injected !== null) throw injected;
  return transaction(() => {
    const env = envOf(engine, user, isValues(context) ? context : {});
    return method.run(env, model, idsOf(ids) as readonly number[], named);
  }, service.commit);
};

const STATUS: Readonly<Record<string, number>> = {
  'odoo.exceptions.AccessDenied': 403,
  'odoo.exceptions.AccessError': 403,
  'odoo.exceptions.LockError': 409,
  'odoo.exceptions.MissingError': 404,
  'odoo.exceptions.RedirectWarning': 422,
  'odoo.exceptions.UserError': 422,
  'odoo.exceptions.ValidationError': 422,
};

const failure = (error: OdooError, model: string): Answer => {
  const status = error instanceof HttpError ? error.status : (STATUS[error.python] ?? 500);
  const answer = jsonAnswer(errorObject(error, model, 19), status);
  return status === 401 ? { ...answer, headers: { 'WWW-Authenticate': 'Bearer ' } } : answer;
};
