import type { Field } from '../catalogue/catalogue.ts';
import type { Method } from '../engine/behaviour.ts';
import type { Env, Values } from '../engine/env.ts';
import { OdooError, validationError } from '../engine/errors.ts';
import { search } from '../engine/search.ts';
import { createRecords, writeRecords } from '../engine/write.ts';
import { listIn, textsIn } from './arguments.ts';
import { nameDomain } from './reading.ts';

/** `load`: create or update by external id, in one transaction; every error is an answer, not a fault. */
export const LOADING: Readonly<Record<string, Method>> = {
  load: {
    on: 'model',
    parameters: ['fields!', 'data!'],
    run: (env, model, _ids, named) =>
      load(env, model, textsIn(named, 'fields') ?? [], (listIn(named, 'data') ?? []) as string[][]),
  },
};

const load = (env: Env, model: string, fields: readonly string[], data: readonly string[][]): Values => {
  const start = env.db.savepoint();
  const ids: number[] = [];
  const messages: Values[] = [];
  for (const block of blocksOf(fields, data)) {
    try {
      ids.push(save(env, model, fields, block.rows));
    } catch (error) {
      if (!(error instanceof OdooError)) throw error;
      messages.push(messageOf(error, block));
    }
  }
  if (messages.length === 0) return { ids, messages, nextrow: 0 };
  env.db.rollbackTo(start);
  return { ids: false, messages, nextrow: 0 };
};

/** One record: its own row, and the rows below that hold only more of its lines. */
interface Block {
  readonly rows: readonly string[][];
  readonly from: number;
  readonly record: number;
}

const blocksOf = (fields: readonly string[], data: readonly string[][]): Block[] => {
  const isLine = fields.map((path) =>
    path.includes('/') && !path.endsWith('/id') && !path.endsWith('/.id') ? true : path.split('/').length > 2,
  );
  const blocks: { rows: string[][]; from: number; record: number }[] = [];
  for (const [at, row] of data.entries()) {
    const continues =
      blocks.length > 0 &&
      row.every((cell, column) => isLine[column] === true || isBlank(cell)) &&
      isLine.includes(true);
    if (continues) blocks.at(-1)?.rows.push(row);
    else blocks.push({ rows: [row], from: at, record: blocks.length });
  }
  return blocks;
};

const isBlank = (cell: unknown): boolean => cell === '' || cell === null || cell === undefined || cell === false;

class ImportError extends OdooError {
  readonly field: Field;
  readonly searched: string;

  constructor(field: Field, message: string, searched: string) {
    super('odoo.exceptions.ValidationError', message);
    this.field = field;
    this.searched = searched;
  }
}

const messageOf = (error: OdooError, { from, rows, record }: Block): Values => {
  const where = { rows: { from, to: from + rows.length - 1 }, type: 'error', record };
  if (!(error instanceof ImportError)) return { ...where, message: error.message };
  const { field, searched } = error;
  const moreinfo = {
    name: 'Possible Values',
    type: 'ir.actions.act_window',
    target: 'new',
    view_mode: 'list,form',
    views: [
      [false, 'list'],
      [false, 'form'],
    ],
    context: { create: false },
    help: 'See all possible values',
    res_model: searched,
    domain: searched === 'ir.model.data' ? [['model', '=', field.relation]] : [],
  };
  return { ...where, field: field.name, message: error.message, moreinfo, field_name: field.string };
};

const save = (env: Env, model: string, fields: readonly string[], rows: readonly string[][]): number => {
  const { values, externalId, id: given } = valuesOf(env, model, fields, rows);
  const known = given ?? (externalId === undefined ? undefined : findExternal(env, externalId)?.id);
  if (known !== undefined) {
    writeRecords(env, model, [known], values);
    return known;
  }
  const [id = 0] = createRecords(env, model, [values]);
  if (externalId !== undefined) nameRecord(env, externalId, model, id);
  return id;
};

interface Imported {
  readonly values: Values;
  readonly externalId?: string;
  readonly id?: number;
}

const valuesOf = (env: Env, model: string, fields: readonly string[], rows: readonly string[][]): Imported => {
  const [first = []] = rows;
  const values: Values = {};
  const lines = new Map<string, { readonly columns: number[]; readonly paths: string[] }>();
  let externalId: string | undefined;
  let id: number | undefined;
  for (const [column, path] of fields.entries()) {
    const cell = first[column];
    const [name = '', ...rest] = path.split('/');
    if (path === 'id') externalId = isBlank(cell) ? undefined : String(cell);
    else if (path === '.id') id = isBlank(cell) ? undefined : Number(cell);
    else {
      const field = env.field(model, name);
      if (field === undefined) throw validationError(`Unknown field '${name}'`);
      if (field.type === 'one2many') {
        const line = lines.get(name) ?? { columns: [], paths: [] };
        line.columns.push(column);
        line.paths.push(rest.join('/'));
        lines.set(name, line);
      } else if (!isBlank(cell)) values[name] = imported(env, field, rest[0], String(cell));
    }
  }
  for (const [name, { columns, paths }] of lines) {
    const relation = env.field(model, name)?.relation ?? '';
    const filled = rows.filter((row) => columns.some((column) => !isBlank(row[column])));
    values[name] = filled.map((row) =>
      lineCommand(
        env,
        relation,
        paths,
        columns.map((column) => row[column] ?? ''),
      ),
    );
  }
  return { values, ...(externalId !== undefined && { externalId }), ...(id !== undefined && { id }) };
};

const lineCommand = (env: Env, relation: string, paths: readonly string[], cells: readonly string[]): unknown[] => {
  const { values, id } = valuesOf(env, relation, paths, [[...cells]]);
  return id === undefined ? [0, 0, values] : [1, id, values];
};

const imported = (env: Env, field: Field, by: string | undefined, cell: string): unknown => {
  if (field.type === 'many2one' || field.type === 'many2many') {
    const ids = (field.type === 'many2one' ? [cell] : cell.split(',')).map((each) =>
      linked(env, field, by, each.trim()),
    );
    return field.type === 'many2one' ? ids[0] : [[6, 0, ids]];
  }
  if (field.type === 'boolean') return !['0', 'false', 'no', 'f', 'n'].includes(cell.toLowerCase());
  if (field.type === 'selection') {
    const option = field.selection?.find(([key, label]) => key === cell || label === cell);
    if (option === undefined)
      throw new ImportError(field, `Value '${cell}' not found in selection field '${field.string}'`, field.model);
    return option[0];
  }
  return cell;
};

const linked = (env: Env, field: Field, by: string | undefined, cell: string): number => {
  const relation = field.relation ?? '';
  if (by === '.id') {
    const id = Number(cell);
    if (env.engine.catalogue.has(relation) && env.db.row(relation, id) !== undefined) return id;
    throw new ImportError(
      field,
      `No matching record found for database id '${cell}' in field '${field.string}'`,
      relation,
    );
  }
  if (by === 'id') {
    const known = findExternal(env, cell);
    if (known !== undefined) return known.id;
    throw new ImportError(
      field,
      `No matching record found for external id '${cell}' in field '${field.string}'`,
      'ir.model.data',
    );
  }
  const [id] = search(env, relation, nameDomain(env, relation, cell, '='), { limit: 1 });
  if (id === undefined)
    throw new ImportError(field, `No matching record found for name '${cell}' in field '${field.string}'`, relation);
  return id;
};

/** The record an external id (`module.name`) stands for. */
export const findExternal = (env: Env, name: string): { readonly model: string; readonly id: number } | undefined => {
  const [module = '', ...rest] = name.includes('.') ? name.split('.') : ['__import__', name];
  for (const at of env.db.idsBy('ir.model.data', 'name', rest.join('.'))) {
    const row = env.db.row('ir.model.data', at);
    if (row?.['module'] === module) return { model: String(row['model']), id: Number(row['res_id']) };
  }
  return undefined;
};

const nameRecord = (env: Env, name: string, model: string, id: number): void => {
  const [module = '', ...rest] = name.includes('.') ? name.split('.') : ['__import__', name];
  createRecords(env.sudo(), 'ir.model.data', [{ module, name: rest.join('.'), model, res_id: id, noupdate: false }]);
};
