/**
 * Writes a catalogue of models and fields for the sandbox Odoo from what a real Odoo answered.
 *
 *   npx tsx scripts/odoo/catalogue.ts OUT.json ANSWERS.json...
 *
 * Each ANSWERS file is JSON: either `{ "models": { "<model>": <answer of fields_get> } }`, or recorded exchanges
 * `{ "exchanges": [{ "request", "response" }] }` (JSON-2 or JSON-RPC) of `fields_get`, of `ir.model/search_read` with
 * `model, name, order`, of `ir.model.fields/search_read` with `model, name, related`, of `res.groups/get_external_id`,
 * and, after those, of `ir.model.access/search_read` with plain ids. Later files win.
 */
import { readFileSync, writeFileSync } from 'node:fs';

interface Exchange {
  readonly request: { readonly path: string; readonly body: unknown };
  readonly response: { readonly body: unknown };
}

type Attributes = Record<string, unknown>;

interface Model {
  name?: string;
  order?: string;
  /** Group ('' for everybody) → what it may do: some of `r`, `w`, `c`, `d`. */
  access?: Record<string, string>;
  fields: Record<string, Attributes>;
}

/** What the exchanges say about ids, needed to understand later ones. */
const modelById = new Map<number, string>();
const groupById = new Map<number, string>();

const KEPT = [
  'type',
  'string',
  'relation',
  'relation_field',
  'selection',
  'groups',
  'company_dependent',
  'translate',
  'digits',
  'currency_field',
] as const;

const main = (): void => {
  const [out, ...files] = process.argv.slice(2);
  if (out === undefined || files.length === 0) {
    console.error('usage: catalogue.ts OUT.json ANSWERS.json...');
    process.exit(2);
  }
  const models = new Map<string, Model>();
  for (const file of files) read(models, JSON.parse(readFileSync(file, 'utf8')) as Attributes);
  const lines = [...models].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, model]) => render(name, model));
  writeFileSync(out, `{\n${lines.join(',\n')}\n}\n`);
  console.log(`${out}: ${models.size} models`);
};

const read = (models: Map<string, Model>, answers: Attributes): void => {
  for (const [model, fields] of Object.entries(
    (answers['models'] ?? {}) as Record<string, Record<string, Attributes>>,
  )) {
    addFields(models, model, fields);
  }
  for (const exchange of (answers['exchanges'] ?? []) as readonly Exchange[]) {
    const { model, method, result } = callOf(exchange);
    if (method === 'fields_get') addFields(models, model, result as Record<string, Attributes>);
    else if (method === 'get_external_id') addGroups(result as Record<string, string>);
    else for (const row of result as readonly Attributes[]) addRow(models, model, row);
  }
};

const callOf = ({ request, response }: Exchange): { model: string; method: string; result: unknown } => {
  const [, , , model, method] = request.path.split('/');
  if (model !== undefined && method !== undefined) return { model, method, result: response.body };
  const { params } = request.body as { readonly params: { readonly args: readonly string[] } };
  const { result } = response.body as { readonly result: unknown };
  return { model: params.args[3] ?? '', method: params.args[4] ?? '', result };
};

const modelOf = (models: Map<string, Model>, name: string): Model => {
  const known = models.get(name) ?? { fields: {} };
  models.set(name, known);
  return known;
};

const addFields = (models: Map<string, Model>, model: string, fields: Record<string, Attributes>): void => {
  const target = modelOf(models, model);
  for (const [name, answered] of Object.entries(fields)) {
    if (name === 'id') continue;
    const field: Attributes = {};
    for (const key of KEPT) if (answered[key] !== undefined && answered[key] !== false) field[key] = answered[key];
    if (answered['required'] === true) field['required'] = true;
    if (answered['readonly'] === true) field['readonly'] = true;
    // Defaults are left out: stored, searchable, and sortable exactly when stored.
    if (answered['store'] === false) field['store'] = false;
    if (answered['searchable'] === false) field['searchable'] = false;
    if (answered['sortable'] !== answered['store']) field['sortable'] = answered['sortable'];
    target.fields[name] = field;
  }
};

const addGroups = (names: Record<string, string>): void => {
  for (const [id, name] of Object.entries(names)) groupById.set(Number(id), name);
};

const addAccess = (models: Map<string, Model>, row: Attributes): void => {
  const target = models.get(modelById.get(row['model_id'] as number) ?? '');
  if (target === undefined) return;
  const group = row['group_id'] === false ? '' : (groupById.get(row['group_id'] as number) ?? '?');
  const letters = (['read', 'write', 'create', 'unlink'] as const).map((right) =>
    row[`perm_${right}`] === true ? LETTER[right] : '',
  );
  const known = target.access?.[group] ?? '';
  target.access = { ...target.access, [group]: [...new Set(known + letters.join(''))].join('') };
};

const LETTER = { read: 'r', write: 'w', create: 'c', unlink: 'd' } as const;

const addRow = (models: Map<string, Model>, source: string, row: Attributes): void => {
  if (source === 'ir.model.access') return addAccess(models, row);
  const target = models.get(row['model'] as string);
  if (target === undefined) return;
  if (source === 'ir.model') {
    modelById.set(row['id'] as number, row['model'] as string);
    target.name = row['name'] as string;
    if (typeof row['order'] === 'string') target.order = row['order'];
    return;
  }
  const field = target.fields[row['name'] as string];
  if (field !== undefined) field['related'] = row['related'];
};

const render = (name: string, { name: label, order, access, fields }: Model): string => {
  const head = JSON.stringify({ name: label ?? name, order: order ?? 'id', access: access ?? {} }).slice(1, -1);
  const rows = Object.entries(fields)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([field, attributes]) => `    ${JSON.stringify(field)}: ${JSON.stringify(attributes)}`);
  return `  ${JSON.stringify(name)}: {${head},"fields":{\n${rows.join(',\n')}\n  }}`;
};

main();
