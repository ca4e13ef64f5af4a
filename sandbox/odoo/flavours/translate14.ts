import type { Catalogue } from '../catalogue/catalogue.ts';
import { python } from '../engine/domain.ts';
import type { Values } from '../engine/env.ts';
import { valueError } from '../engine/errors.ts';
import { isValues } from '../methods/arguments.ts';
import type { ModelCall, Translator } from '../wire/service.ts';
import { MODELS_14, NEWER_THAN_14, PARAMETERS_14 } from './names14.ts';

/** Between a client of 14 and the engine: names of 19 are unknown, and some values look otherwise. */
export const translatorFor14 = (old: Catalogue): Translator => ({
  names: ({ model, method }) => ({
    model: old.has(model) ? (MODELS_14[model] ?? model) : null,
    method: NEWER_THAN_14.has(method) ? null : method,
  }),
  parameters: (method) => PARAMETERS_14[method],
  call: (call) => {
    const model = MODELS_14[call.model] ?? call.model;
    const { args: domain14, vals_list: list, vals, ...named } = call.named;
    const translated: ModelCall = {
      ...call,
      model,
      named: {
        ...named,
        ...('domain' in named && { domain: domainIn(old, call.model, named['domain']) }),
        ...(call.method === 'name_search' && { domain: domainIn(old, call.model, domain14 ?? []) }),
        ...(list !== undefined && {
          vals_list: Array.isArray(list)
            ? list.map((each) => valuesIn(old, call.model, each))
            : valuesIn(old, call.model, list),
        }),
        ...(vals !== undefined && { vals: valuesIn(old, call.model, vals) }),
        ...fieldsIn(old, call),
      },
    };
    return { call: translated, answer: (result) => answerOut(old, call, result) };
  },
});

const READS: ReadonlySet<string> = new Set(['read', 'search_read']);

/** No fields means all of them, and all of them are those of 14. */
const fieldsIn = (old: Catalogue, { model, method, named }: ModelCall): Values => {
  if (!READS.has(method)) return {};
  const { fields } = named;
  const own = old.get(model)?.fields;
  const asked = Array.isArray(fields) ? fields.filter((each) => typeof each === 'string') : [];
  for (const name of asked) if (own?.has(name) !== true) throw unknown(model, name);
  return { fields: asked.length > 0 ? asked : [...(own?.keys() ?? [])].filter((name) => name !== 'id') };
};

const unknown = (model: string, name: string): Error => valueError(`Invalid field '${name}' on model '${model}'`);

const valuesIn = (old: Catalogue, model: string, given: unknown): unknown => {
  if (!isValues(given)) return given;
  const fields = old.get(model)?.fields;
  const entries = Object.entries(given).map(([name, value]): [string, unknown] => {
    const field = fields?.get(name);
    if (field === undefined) throw unknown(model, name);
    const isLines = (field.type === 'one2many' || field.type === 'many2many') && Array.isArray(value);
    return [name, isLines ? value.map((command) => commandIn(old, field.relation ?? '', command)) : value];
  });
  return written(MODELS_14[model] ?? model, Object.fromEntries(entries));
};

const commandIn = (old: Catalogue, model: string, command: unknown): unknown => {
  if (!Array.isArray(command) || command.length < 3 || (command[0] !== 0 && command[0] !== 1)) return command;
  return [command[0], command[1], valuesIn(old, model, command[2])];
};

/** Values that say two things in 19. */
const written = (model: string, values: Values): Values => {
  const {
    quantity_done: moved,
    qty_done: done,
    type,
    account_analytic_id: costCenter,
    analytic_account_id: booked,
    ...rest
  } = values;
  const quantity = model === 'stock.move' ? moved : model === 'stock.move.line' ? done : undefined;
  const center = costCenter ?? booked;
  return {
    ...rest,
    ...(quantity !== undefined && { quantity, picked: Number(quantity) > 0 }),
    ...(type !== undefined && (type === 'product' ? { type: 'consu', is_storable: true } : { type })),
    ...(typeof center === 'number' && { analytic_distribution: { [center]: 100 } }),
  };
};

const domainIn = (old: Catalogue, model: string, domain: unknown): unknown => {
  if (!Array.isArray(domain)) return domain;
  return domain.map((leaf: unknown) => {
    if (!Array.isArray(leaf) || leaf.length !== 3 || typeof leaf[0] !== 'string') return leaf;
    const [path, operator, value] = leaf as [string, unknown, unknown];
    checkPath(old, model, path, leaf);
    const states = STATES_IN[`${model}.${path}`]?.[String(value)];
    if (states === undefined) return [path, operator, typeof value === 'string' ? value.replace(ISO, '$1 $2') : value];
    return [path, operator === '!=' ? 'not in' : 'in', states];
  });
};

/** 14 takes ISO 8601 in a domain, though not in values. */
const ISO = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})(?:\.\d+)?Z?$/;

const checkPath = (old: Catalogue, model: string, path: string, leaf: readonly unknown[]): void => {
  let at = model;
  for (const name of path.split('.')) {
    const field = old.get(at)?.fields.get(name);
    if (field === undefined)
      throw valueError(`Invalid field ${model}.${path} in leaf (${leaf.map(python).join(', ')})`);
    at = field.relation ?? '';
  }
};

const STATES_IN: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  'account.payment.state': { posted: ['in_process', 'paid'], cancelled: ['canceled', 'rejected'] },
  'purchase.requisition.state': { ongoing: ['confirmed'], in_progress: ['confirmed'], open: ['confirmed'] },
};

type Show = (value: unknown) => unknown;

/** Values that 14 shows otherwise. */
const SHOWN: Readonly<Record<string, Readonly<Record<string, Show>>>> = {
  'account.move': {
    name: (value) => (value === false ? '/' : value),
    auto_post: (value) => value !== 'no' && value !== false,
  },
  'account.move.line': { display_type: (value) => (value === 'line_section' || value === 'line_note' ? value : false) },
  'account.payment': {
    state: (value) => (value === 'draft' ? value : value === 'canceled' || value === 'rejected' ? 'cancel' : 'posted'),
  },
  'purchase.requisition': { state: (value) => (value === 'confirmed' ? 'ongoing' : value) },
  'uom.uom': { factor: (value) => (typeof value === 'number' && value !== 0 ? 1 / value : value) },
};

const answerOut = (old: Catalogue, { model, method, named }: ModelCall, result: unknown): unknown => {
  if (method === 'fields_get') return fieldsGet(old, model, named, result);
  const shown = SHOWN[model];
  if (!READS.has(method) || shown === undefined || !Array.isArray(result)) return result;
  return result.map((row: unknown) => {
    if (!isValues(row)) return row;
    return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, shown[name]?.(value) ?? value]));
  });
};

/** The engine has said which fields this user may see; what they are is in the catalogue of 14. */
const fieldsGet = (old: Catalogue, model: string, named: Values, result: unknown): unknown => {
  const seen = isValues(result) ? result : {};
  const attributes = Array.isArray(named['attributes']) ? new Set(named['attributes']) : null;
  const shown = [...(old.get(model)?.fields.values() ?? [])].filter(({ name }) => name in seen);
  return Object.fromEntries(
    shown.map(({ model: _model, name, related, ...field }) => {
      const all = { ...field, ...(related !== undefined && { related: related.join('.') }) };
      return [
        name,
        attributes === null ? all : Object.fromEntries(Object.entries(all).filter(([key]) => attributes.has(key))),
      ];
    }),
  );
};
