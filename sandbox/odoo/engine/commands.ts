import type { Field } from '../catalogue/catalogue.ts';
import type { Env, Values } from './env.ts';
import { idsIn } from './filter.ts';
import { createRecords, unlinkRecords, writeRecords } from './write.ts';

/** Applies x2many commands (`[0, 0, values]` and its six siblings), or a plain list of ids as a replacement. */
export const applyCommands = (env: Env, field: Field, id: number, given: unknown): void => {
  const relation = field.relation ?? '';
  if (!Array.isArray(given) || !env.engine.catalogue.has(relation)) return;
  const commands = given.every((each) => typeof each === 'number') ? [[6, 0, given]] : (given as readonly unknown[][]);
  const links = field.type === 'one2many' ? lines(env, field, id) : list(env, field, id);
  for (const [code, target, argument] of commands) {
    switch (code) {
      case 0:
        links.create(argument as Values);
        break;
      case 1:
        writeRecords(env, relation, [Number(target)], argument as Values);
        break;
      case 2:
        unlinkRecords(env, relation, [Number(target)]);
        links.forget(Number(target));
        break;
      case 3:
        links.unlink(Number(target));
        break;
      case 4:
        links.link(Number(target));
        break;
      case 5:
        links.replace([]);
        break;
      case 6:
        links.replace(argument as readonly number[]);
        break;
      default:
    }
  }
};

interface Links {
  create(values: Values): void;
  link(target: number): void;
  unlink(target: number): void;
  /** The target is already gone. */
  forget(target: number): void;
  replace(targets: readonly number[]): void;
}

/** one2many: the link is stored on the other side. */
const lines = (env: Env, field: Field, id: number): Links => {
  const relation = field.relation ?? '';
  const inverse = field.relation_field ?? '';
  const required = env.field(relation, inverse)?.required === true;
  const links: Links = {
    create: (values) => createRecords(env, relation, [{ ...values, [inverse]: id }]),
    link: (target) => writeRecords(env, relation, [target], { [inverse]: id }),
    unlink: (target) => {
      if (required) unlinkRecords(env, relation, [target]);
      else writeRecords(env, relation, [target], { [inverse]: false });
    },
    forget: () => {},
    replace: (targets) => {
      for (const old of Array.from(env.db.idsBy(relation, inverse, id))) if (!targets.includes(old)) links.unlink(old);
      for (const target of targets) links.link(target);
    },
  };
  return links;
};

/** many2many: the row holds the ids. */
const list = (env: Env, field: Field, id: number): Links => {
  const { model, name } = field;
  const current = (): readonly number[] => idsIn(env.db.row(model, id)?.[name] ?? []);
  const set = (ids: readonly number[]) => env.db.update(model, id, { [name]: [...new Set(ids)] });
  const without = (target: number) => set(current().filter((each) => each !== target));
  return {
    create: (values) => set([...current(), ...createRecords(env, field.relation ?? '', [values])]),
    link: (target) => set([...current(), target]),
    unlink: without,
    forget: without,
    replace: set,
  };
};
