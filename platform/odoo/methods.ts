import type { LaneName } from '../outbound/lane.ts';
import type { Caller } from './calls.ts';
import type { Describer } from './describe.ts';
import { contractFault, loadFault, misuse, shapeFault, toError } from './faults.ts';
import { readGroup } from './group.ts';
import type {
  CallContext,
  ExecuteOptions,
  LoadResult,
  ModelDescription,
  OdooClient,
  OdooRow,
  OdooServerInfo,
  OdooValue,
} from './types.ts';
import { isId, isRecord, rowReader, ValueProblem } from './values.ts';
import type { WireCall } from './wire.ts';
import { writeValues } from './write-values.ts';

export type Methods = Omit<OdooClient, 'server' | 'onCall' | 'close'>;

/** The calls of a client: arguments checked before sending, answers checked and normalised after. */
export const methodsOf = (server: OdooServerInfo, caller: Caller, describer: Describer): Methods => {
  const described = async (model: string, lane: LaneName, ctx?: CallContext): Promise<ModelDescription> => {
    const description = await describer.model(modelName(model), ctx);
    if (description === undefined) throw toError(contractFault('no such model', { model, method: 'fields_get' }), lane);
    return description;
  };

  /** Reads rows by their description. */
  const rows = async (
    method: string,
    model: string,
    fields: readonly string[],
    options: ExecuteOptions,
    ctx: CallContext,
  ) => {
    const call = wireCall(model, method, options, ctx);
    const description = await described(model, 'read', ctx);
    const unknown = fields.filter((field) => !description.has(field));
    if (unknown.length > 0) throw toError(contractFault(`no field ${unknown.join(', ')}`, call), 'read');
    const read = rowReader(fields, description);
    return caller.call('read', call, ctx, (result) => toRows(result, read, call));
  };

  return {
    searchRead: async (model, options, ctx) => {
      const { domain, fields, order, limit, offset = 0, activeTest = true, names = true } = options;
      if (limit !== 'all' && !(Number.isInteger(limit) && limit > 0))
        throw misuse('a limit is a positive number or all');
      if (!Number.isInteger(offset) || offset < 0) throw misuse('an offset is not negative');
      if (order === '') throw misuse('an order is needed');
      const args = {
        domain,
        fields: needFields(fields),
        order,
        // Odoo takes `false` for "no limit"; left out would mean the same, and would hide what is meant.
        limit: limit === 'all' ? false : limit,
        offset,
        // 14 to 16 have no such argument here, and always look names up.
        ...(names || server.major < 17 ? {} : { load: '' }),
      };
      return rows('search_read', model, fields, { args, context: activeTest ? {} : { active_test: false } }, ctx);
    },
    read: async (model, ids, fields, ctx, { names = true } = {}) => {
      needCompanies(ctx);
      if (ids.length === 0) return [];
      const args = { fields: needFields(fields), ...(names ? {} : { load: '' }) };
      return rows('read', model, fields, { ids, args }, ctx);
    },
    searchCount: async (model, domain, ctx) => {
      const call = wireCall(model, 'search_count', { args: { domain } }, ctx);
      return caller.call('read', call, ctx, (result) => {
        if (typeof result === 'number' && Number.isInteger(result) && result >= 0) return result;
        throw shapeFault('not a count', call);
      });
    },
    readGroup: async (model, options, ctx) => {
      needCompanies(ctx);
      const group = readGroup(options, await described(model, 'read', ctx), server.major >= 19);
      const call = wireCall(model, group.method, { args: group.args }, ctx);
      return caller.call('read', call, ctx, (result) => toRows(result, group.read, call));
    },
    query: async (model, method, options, ctx) =>
      caller.call('read', wireCall(model, method, options, ctx), ctx, (result) => result),
    execute: async (model, method, options, ctx) =>
      caller.call('write', wireCall(model, method, options, ctx), ctx, (result) => result),
    create: async (model, values, ctx) => {
      needCompanies(ctx);
      if (values.length === 0) throw misuse('nothing to create');
      const describe = (name: string) => described(name, 'write', ctx);
      const vals = await Promise.all(values.map((each) => writeValues(model, each, describe)));
      const call = wireCall(model, 'create', { args: { vals_list: vals } }, ctx);
      return caller.call('write', call, ctx, (result) => {
        if (Array.isArray(result) && result.length === vals.length && result.every(isId)) return result;
        throw shapeFault('not the ids of the new records', call);
      });
    },
    write: async (model, ids, values, ctx) => {
      needCompanies(ctx);
      const vals = await writeValues(model, values, (name) => described(name, 'write', ctx));
      const call = wireCall(model, 'write', { ids, args: { vals } }, ctx);
      await caller.call('write', call, ctx, (result) => {
        if (result !== true) throw shapeFault('a write is answered by true', call);
      });
    },
    load: async (model, fields, data, ctx) => {
      if (data.length === 0 || data.some((row) => row.length !== fields.length))
        throw misuse('rows do not fit the fields');
      const call = wireCall(model, 'load', { args: { fields, data } }, ctx);
      return caller.call('write', call, ctx, (result) => toLoadResult(result, data.length, call));
    },
    companies: async (ctx) => {
      const call = {
        model: 'res.users',
        method: 'read',
        ids: [server.uid],
        args: { fields: ['company_ids'] },
        context: {},
      };
      return caller.call('read', call, ctx, (result) => {
        const user: unknown = Array.isArray(result) ? result[0] : undefined;
        const ids: unknown = isRecord(user) ? user['company_ids'] : undefined;
        if (Array.isArray(ids) && ids.length > 0 && ids.every(isId)) return ids;
        throw shapeFault('the user has no companies', call);
      });
    },
    describe: async (models, ctx) => {
      const each = models.map(async (model) => [model, await describer.model(modelName(model), ctx)] as const);
      const found = await Promise.all(each);
      return new Map(found.flatMap(([model, fields]) => (fields === undefined ? [] : [[model, fields] as const])));
    },
  };
};

/** Puts a call together and refuses what Odoo would misunderstand silently. Nothing is sent from here. */
const wireCall = (model: string, method: string, options: ExecuteOptions, ctx: CallContext): WireCall => {
  const { ids, args = {}, context = {} } = options;
  if (!/^[a-z][a-z0-9_]*$/i.test(method)) throw misuse('not the name of a public method');
  // Odoo runs a record method on no records, answers `true`, and nothing has happened.
  if (ids !== undefined && (ids.length === 0 || !ids.every(isId)))
    throw misuse('ids are positive integers, at least one');
  if (!isRecord(args) || 'ids' in args || 'context' in args)
    throw misuse('arguments are named, without ids and context');
  return {
    model: modelName(model),
    method,
    ids: ids ?? null,
    args,
    context: {
      ...context,
      ...(ctx.lang === undefined ? {} : { lang: ctx.lang }),
      allowed_company_ids: needCompanies(ctx),
    },
  };
};

const modelName = (model: string): string => {
  if (!/^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$/.test(model)) throw misuse('not the name of a model');
  return model;
};

/** Without companies Odoo reads those of the service user, which are everybody's. */
const needCompanies = ({ companies }: CallContext): readonly number[] => {
  if (companies.length === 0 || !companies.every(isId)) throw misuse('a call needs the companies it is for');
  return companies;
};

/** No fields would mean every field, the expensive computed ones too. */
const needFields = (fields: readonly string[]): readonly OdooValue[] => {
  if (fields.length === 0) throw misuse('a read names its fields');
  return fields;
};

const toRows = (result: unknown, read: (raw: unknown) => OdooRow, call: WireCall): OdooRow[] => {
  if (!Array.isArray(result)) throw shapeFault('not a list of records', call);
  try {
    return result.map(read);
  } catch (error) {
    if (error instanceof ValueProblem) throw shapeFault(error.message, call);
    throw error;
  }
};

/** `{ids, messages}`; `ids: false` for every kind of failure, with status 200. */
const toLoadResult = (result: unknown, wanted: number, call: WireCall): LoadResult => {
  if (!isRecord(result)) throw shapeFault('not the result of a load', call);
  const { ids, messages } = result as { ids?: unknown; messages?: unknown };
  if (Array.isArray(ids) && ids.every(isId) && ids.length === wanted) return { ids };
  if (ids !== false) throw shapeFault('not the result of a load', call);
  const texts = (Array.isArray(messages) ? messages : []).map((each: unknown) =>
    isRecord(each) && typeof each['message'] === 'string' ? each['message'] : '',
  );
  throw loadFault(texts.join('\n'), call);
};
