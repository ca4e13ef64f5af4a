import type { Field } from '../catalogue/catalogue.ts';
import type { Env } from './env.ts';
import { type Leaf, type Node, parseDomain, type Predicate } from './domain.ts';
import { displayNameOf } from './names.ts';
import { denied, isSet, matches } from './operators.ts';
import { Rec } from './record.ts';
import { visible } from './rules.ts';
import { accessor } from './values.ts';

/** A parsed domain as a question to ask of each row. */
export const filterOf = (env: Env, node: Node): Predicate => {
  switch (node.kind) {
    case 'constant':
      return () => node.value;
    case 'not': {
      const inner = filterOf(env, node.node);
      return (row) => !inner(row);
    }
    case 'all': {
      const all = node.nodes.map((each) => filterOf(env, each));
      return (row) => all.every((each) => each(row));
    }
    case 'any': {
      const any = node.nodes.map((each) => filterOf(env, each));
      return (row) => any.some((each) => each(row));
    }
    default:
      return leafFilter(env, node);
  }
};

const leafFilter = (env: Env, leaf: Leaf): Predicate => {
  const { field, rest, operator, value } = leaf;
  if (rest !== '') return through(env, field, parseDomain(env, field.relation ?? '', [[rest, operator, value]]));
  if (operator === 'any' || operator === 'not any') {
    const some = through(env, field, parseDomain(env, field.relation ?? '', value));
    return operator === 'any' ? some : (row) => !some(row);
  }
  const positive = denied(operator);
  if (positive !== undefined) {
    const inner = leafFilter(env, { ...leaf, operator: positive });
    return (row) => !inner(row);
  }
  if (operator === 'child_of' || operator === 'parent_of') return inTree(env, field, operator, value);
  if (field.relation !== undefined && field.type !== 'reference') return related(env, field, operator, value);
  const read = accessor(env, field);
  const test = matches(field, operator, value);
  return (row) => test(read(row));
};

/** At least one linked record answers the condition. Each is asked once, however many rows point at it. */
const through = (env: Env, field: Field, node: Node): Predicate => {
  const relation = field.relation ?? '';
  const read = accessor(env.with({ active_test: false }), field);
  const inner = filterOf(env, node);
  const may = visible(env, relation);
  const answers = new Map<number, boolean>();
  const holds = (id: number): boolean => {
    const known = answers.get(id);
    if (known !== undefined) return known;
    const row = env.db.row(relation, id);
    const answer = row !== undefined && (may === null || may(row)) && inner(row);
    answers.set(id, answer);
    return answer;
  };
  return (row) => idsIn(read(row)).some(holds);
};

/** A condition on the linked records themselves: by id, or by name where a text is given. */
const related = (env: Env, field: Field, operator: string, value: unknown): Predicate => {
  const read = accessor(field.type === 'many2one' ? env : env.with({ active_test: false }), field);
  const wanted = Array.isArray(value) ? value : [value];
  if (operator === '=' || operator === 'in' || operator === '=?') {
    if (operator === '=?' && !isSet(value)) return () => true;
    const ids = new Set(wanted.filter((each) => typeof each === 'number'));
    const names = wanted.filter((each) => typeof each === 'string' && each !== '');
    const orNothing = wanted.some((each) => !isSet(each));
    const named = names.length === 0 ? null : byName(env, field, (name) => names.includes(name));
    return (row) => {
      const linked = idsIn(read(row));
      if (linked.length === 0) return orNothing;
      return linked.some((id) => ids.has(id) || named?.(id) === true);
    };
  }
  if (operator.endsWith('like')) {
    const test = matches({ ...field, type: 'char' }, operator, value);
    const named = byName(env, field, test);
    return (row) => idsIn(read(row)).some(named);
  }
  const test = matches({ ...field, type: 'integer' }, operator, value);
  return (row) => idsIn(read(row)).some(test);
};

const byName = (env: Env, field: Field, test: (name: string) => boolean): ((id: number) => boolean) => {
  const answers = new Map<number, boolean>();
  return (id) => {
    const known = answers.get(id);
    if (known !== undefined) return known;
    const row = env.db.row(field.relation ?? '', id);
    const answer = row !== undefined && test(displayNameOf(new Rec(env, field.relation ?? '', id)));
    answers.set(id, answer);
    return answer;
  };
};

const inTree = (env: Env, field: Field, operator: 'child_of' | 'parent_of', value: unknown): Predicate => {
  const relation = field.name === 'id' ? field.model : (field.relation ?? field.model);
  const roots = (Array.isArray(value) ? value : [value]).filter((each): each is number => typeof each === 'number');
  const ids = operator === 'child_of' ? descendants(env, relation, roots) : ancestors(env, relation, roots);
  if (field.name === 'id') return (row) => ids.has(row.id);
  const read = accessor(env, field);
  return (row) => idsIn(read(row)).some((id) => ids.has(id));
};

/** The roots and everything below them. */
export const descendants = (env: Env, model: string, roots: readonly number[]): ReadonlySet<number> => {
  const parent = parentOf(env, model);
  const found = new Set(roots);
  for (const id of found) for (const child of env.db.idsBy(model, parent, id)) found.add(child);
  return found;
};

const ancestors = (env: Env, model: string, roots: readonly number[]): ReadonlySet<number> => {
  const parent = parentOf(env, model);
  const found = new Set(roots);
  for (const id of found) {
    const above = env.db.row(model, id)?.[parent];
    if (typeof above === 'number') found.add(above);
  }
  return found;
};

const parentOf = (env: Env, model: string): string => env.engine.behaviours.get(model)?.parent ?? 'parent_id';

/** A many2one or x2many value as a list of ids. */
export const idsIn = (value: unknown): readonly number[] => {
  if (typeof value === 'number') return [value];
  return Array.isArray(value) ? (value as readonly number[]) : [];
};
