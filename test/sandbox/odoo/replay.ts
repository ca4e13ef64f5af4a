import { type Catalogue, loadCatalogue } from '../../../sandbox/odoo/catalogue/catalogue.ts';
import type { OdooSandbox } from '../../../sandbox/odoo/server.ts';
import { SMALL_USERS } from '../../fixtures/odoo/small-seed.ts';
import type { Exchange } from './recorded.ts';

/** What the placeholders of the recordings stand for here. */
const PLACEHOLDERS: Readonly<Record<string, string>> = {
  '<ADMIN_API_KEY>': SMALL_USERS.admin.apiKey,
  '<GATEWAY_API_KEY>': SMALL_USERS.gateway.apiKey,
  '<PURCHASE_ONLY_API_KEY>': SMALL_USERS.purchaseOnly.apiKey,
  '<ADMIN_PASSWORD>': SMALL_USERS.admin.password,
};

export interface Answered {
  readonly status: number;
  readonly type: string;
  readonly body: unknown;
}

/** Recorded ids by model, and the ids of the same records here. */
export type Ids = Map<string, Map<number, number>>;

/**
 * Plays recorded requests against a sandbox. Ids depend on the database: those that a recorded answer made known are
 * replaced by the ones the sandbox answered at that place, and the rest by what the test has set.
 */
export class Replay {
  readonly odoo: OdooSandbox;
  readonly ids: Ids = new Map();
  readonly #catalogue: Catalogue;

  constructor(odoo: OdooSandbox, version: 14 | 19) {
    this.odoo = odoo;
    this.#catalogue = loadCatalogue(version);
  }

  know(model: string, recordedId: number, id: number): void {
    const known = this.ids.get(model) ?? new Map<number, number>();
    // The first place that tells is the surest: later lists may be in an order that depends on the second they were made in.
    if (!known.has(recordedId)) this.ids.set(model, known.set(recordedId, id));
  }

  async play(exchange: Exchange): Promise<Answered> {
    const { method, path, headers, body } = exchange.request;
    const text = typeof body === 'string' ? body : JSON.stringify(this.#translated(path, body));
    const response = await fetch(this.odoo.url + path, {
      method,
      headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, this.#filled(name, value)])),
      ...(method !== 'GET' && { body: fill(text) }),
    });
    const answer = await response.text();
    const type = response.headers.get('content-type') ?? '';
    const parsed: unknown = type.startsWith('application/json') ? JSON.parse(answer) : answer;
    this.#learn(exchange, parsed);
    return { status: response.status, type, body: parsed };
  }

  #filled(name: string, value: string): string {
    // The recorded database is ours under another name; a name that was wrong stays wrong.
    if (name === 'X-Odoo-Database') return value.startsWith('erp') ? this.odoo.db : value;
    return fill(value);
  }

  #translated(path: string, body: unknown): unknown {
    if (!isObject(body)) return body;
    const [, , , model] = path.split('/');
    if (path.startsWith('/json/2/') && model !== undefined) return this.#json2(model, body);
    const params = body['params'];
    if (!isObject(params) || !Array.isArray(params['args'])) return body;
    const [db, uid, key, target, method, ...rest] = params['args'] as unknown[];
    const named = typeof db === 'string' && db.startsWith('erp') ? this.odoo.db : db;
    if (params['service'] !== 'object')
      return {
        ...body,
        params: { ...params, args: [named, uid, key, target, method, ...rest].slice(0, params['args'].length) },
      };
    const args = [
      named,
      this.#id('res.users', uid),
      key,
      target,
      method,
      ...this.#positional(String(target), String(method), rest),
    ];
    return { ...body, params: { ...params, args } };
  }

  #json2(
    model: string,
    { ids, vals, vals_list: list, domain, context, data, ...rest }: Record<string, unknown>,
  ): unknown {
    const many = Array.isArray(list) ? list.map((each) => this.#values(model, each)) : this.#values(model, list);
    return {
      ...(ids !== undefined && { ids: this.#idList(model, ids) }),
      ...(vals !== undefined && { vals: this.#values(model, vals) }),
      ...(list !== undefined && { vals_list: many }),
      ...(domain !== undefined && { domain: this.#domain(model, domain) }),
      ...(context !== undefined && { context: this.#context(context) }),
      ...(data !== undefined && { data }),
      ...rest,
    };
  }

  #positional(model: string, method: string, [positional, named]: readonly unknown[]): unknown[] {
    const args = Array.isArray(positional) ? (positional as unknown[]) : positional;
    const keywords =
      isObject(named) && 'context' in named ? { ...named, context: this.#context(named['context']) } : named;
    const rest = named === undefined ? [] : [keywords];
    if (!Array.isArray(args)) return [positional, ...rest];
    const [first, second, ...others] = args;
    if (method === 'create') {
      const list = Array.isArray(first) ? first.map((each) => this.#values(model, each)) : this.#values(model, first);
      return [[list], ...rest];
    }
    if (['search', 'search_read', 'search_count', 'read_group'].includes(method)) {
      return [args.length === 0 ? [] : [this.#domain(model, first), ...args.slice(1)], ...rest];
    }
    if (method === 'write')
      return [
        [this.#idList(model, first), ...(args.length > 1 ? [this.#values(model, second)] : []), ...others],
        ...rest,
      ];
    if (Array.isArray(first) && first.every((each) => typeof each === 'number'))
      return [[this.#idList(model, first), ...args.slice(1)], ...rest];
    return [args, ...rest];
  }

  #id(model: string, id: unknown): unknown {
    return typeof id === 'number' ? (this.ids.get(model)?.get(id) ?? id) : id;
  }

  #idList(model: string, ids: unknown): unknown {
    return Array.isArray(ids) ? ids.map((id) => this.#id(model, id)) : this.#id(model, ids);
  }

  #context(context: unknown): unknown {
    if (!isObject(context)) return context;
    const { active_model: model, active_ids: ids, button_validate_picking_ids: pickings } = context;
    return {
      ...context,
      ...(ids !== undefined && { active_ids: this.#idList(String(model), ids) }),
      ...(pickings !== undefined && { button_validate_picking_ids: this.#idList('stock.picking', pickings) }),
    };
  }

  #values(model: string, values: unknown): unknown {
    if (!isObject(values)) return values;
    const fields = this.#catalogue.get(model)?.fields;
    return Object.fromEntries(
      Object.entries(values).map(([name, value]) => {
        const field = fields?.get(name);
        if (field?.relation === undefined) return [name, value];
        if (field.type === 'many2one') return [name, this.#id(field.relation, value)];
        return [
          name,
          Array.isArray(value) ? value.map((command) => this.#command(field.relation ?? '', command)) : value,
        ];
      }),
    );
  }

  #command(model: string, command: unknown): unknown {
    if (!Array.isArray(command)) return command;
    const [code, id, argument] = command as unknown[];
    const last = code === 6 ? this.#idList(model, argument) : this.#values(model, argument);
    return command.length < 3 ? [code, this.#id(model, id)] : [code, this.#id(model, id), last];
  }

  #domain(model: string, domain: unknown): unknown {
    if (!Array.isArray(domain)) return domain;
    return domain.map((leaf) => {
      if (!Array.isArray(leaf) || leaf.length !== 3 || typeof leaf[0] !== 'string') return leaf;
      const [path, operator, value] = leaf as [string, unknown, unknown];
      const target = path === 'id' ? model : this.#catalogue.get(model)?.fields.get(path)?.relation;
      return target === undefined ? leaf : [path, operator, this.#idList(target, value)];
    });
  }

  /** A call that answers ids of its own model tells which of ours is which of theirs. */
  #learn({ request, response }: Exchange, answer: unknown): void {
    const { model, method } = calledBy(request);
    const theirs = resultOf(response.body);
    const ours = resultOf(answer);
    if (method === 'create' || method === 'copy') pairs(theirs, ours, (a, b) => this.know(model, a, b));
    if (
      isObject(theirs) &&
      isObject(ours) &&
      typeof theirs['res_id'] === 'number' &&
      typeof ours['res_id'] === 'number'
    ) {
      this.know(String(theirs['res_model']), theirs['res_id'], ours['res_id']);
    }
    if (isObject(theirs) && isObject(ours) && method === 'load')
      pairs(theirs['ids'], ours['ids'], (a, b) => this.know(model, a, b));
    this.#learnFromRows(model, theirs, ours);
  }

  /** Rows in the same order are the same records, and so are those they point at. */
  #learnFromRows(model: string, theirs: unknown, ours: unknown): void {
    if (!Array.isArray(theirs) || !Array.isArray(ours)) return;
    for (const [at, row] of theirs.entries()) {
      const own: unknown = ours[at];
      if (!isObject(row) || !isObject(own)) continue;
      for (const [name, value] of Object.entries(row)) {
        if (name === 'id') pairs(value, own['id'], (a, b) => this.know(model, a, b));
        const relation = this.#catalogue.get(model)?.fields.get(name)?.relation;
        if (relation !== undefined && Array.isArray(value) && value.every((each) => typeof each === 'number')) {
          pairs(sorted(value), sorted(own[name]), (a, b) => this.know(relation, a, b));
        }
      }
    }
  }
}

export const calledBy = ({ path, body }: Exchange['request']): { model: string; method: string } => {
  const [, , , model = '', method = ''] = path.split('/');
  if (path.startsWith('/json/2/')) return { model, method };
  const params = isObject(body) ? body['params'] : undefined;
  const args = isObject(params) && Array.isArray(params['args']) ? params['args'] : [];
  return { model: String(args[3] ?? ''), method: String(args[4] ?? '') };
};

export const resultOf = (body: unknown): unknown => (isObject(body) && 'jsonrpc' in body ? body['result'] : body);

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const pairs = (theirs: unknown, ours: unknown, know: (a: number, b: number) => void): void => {
  const [left, right] = [theirs, ours].map((each) => (Array.isArray(each) ? (each as unknown[]) : [each]));
  for (const [at, a] of left?.entries() ?? []) {
    const b = right?.[at];
    if (typeof a === 'number' && typeof b === 'number') know(a, b);
  }
};

const sorted = (ids: unknown): unknown => (Array.isArray(ids) ? ids.toSorted((a, b) => Number(a) - Number(b)) : ids);

const fill = (text: string): string =>
  Object.entries(PLACEHOLDERS).reduce((filled, [placeholder, value]) => filled.replaceAll(placeholder, value), text);
