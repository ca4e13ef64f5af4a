import type { Method } from '../engine/behaviour.ts';
import { checkAccess } from '../engine/access.ts';
import type { Env, Values } from '../engine/env.ts';
import { typeError } from '../engine/errors.ts';
import { nameGet, recNameOf } from '../engine/names.ts';
import { readRecords } from '../engine/read.ts';
import { count, search, type SearchOptions } from '../engine/search.ts';
import { type Specification, webRead } from '../engine/web-read.ts';
import { numberIn, recordIn, textIn, textsIn } from './arguments.ts';

const pageOf = (named: Values): SearchOptions => ({
  order: textIn(named, 'order'),
  offset: numberIn(named, 'offset'),
  limit: numberIn(named, 'limit'),
});

const found = (env: Env, model: string, named: Values): number[] => {
  checkAccess(env, model, 'read');
  return search(env, model, named['domain'], pageOf(named));
};

/** The methods of every model that read. */
export const READING: Readonly<Record<string, Method>> = {
  search: {
    on: 'model',
    parameters: ['domain!', 'offset', 'limit', 'order'],
    run: (env, model, _ids, named) => found(env, model, named),
  },
  search_count: {
    on: 'model',
    parameters: ['domain!', 'limit'],
    run: (env, model, _ids, named) => {
      checkAccess(env, model, 'read');
      return count(env, model, named['domain'], numberIn(named, 'limit'));
    },
  },
  search_read: {
    on: 'model',
    parameters: ['domain', 'fields', 'offset', 'limit', 'order', '**'],
    run: (env, model, _ids, named) => {
      for (const name of Object.keys(named)) if (!SEARCH_READ.has(name)) throw unexpected(env, name);
      return readRecords(env, model, found(env, model, named), textsIn(named, 'fields'), loadOf(named));
    },
  },
  read: {
    on: 'records',
    parameters: ['fields', 'load'],
    run: (env, model, ids, named) => readRecords(env, model, ids, textsIn(named, 'fields'), loadOf(named)),
  },
  name_search: {
    on: 'model',
    parameters: ['name', 'domain', 'operator', 'limit'],
    run: (env, model, _ids, named) => {
      checkAccess(env, model, 'read');
      const domain = [
        ...nameDomain(env, model, textIn(named, 'name') ?? '', textIn(named, 'operator') ?? 'ilike'),
        ...listOf(named['domain']),
      ];
      return search(env, model, domain, { limit: numberIn(named, 'limit') ?? 100 }).map((id) =>
        nameGet(env, model, id),
      );
    },
  },
  web_search_read: {
    on: 'model',
    parameters: ['domain!', 'specification!', 'offset', 'limit', 'order', 'count_limit'],
    run: (env, model, _ids, named) => {
      const ids = found(env, model, named);
      const isPage = (numberIn(named, 'limit') ?? 0) > 0 || (numberIn(named, 'offset') ?? 0) > 0;
      const length = isPage ? count(env, model, named['domain'], numberIn(named, 'count_limit')) : ids.length;
      return { length, records: webRead(env, model, ids, recordIn(named, 'specification') as Specification) };
    },
  },
  /** Closed to remote calls since 18. */
  exists: {
    on: 'records',
    parameters: [],
    run: (env, model, ids) => ids.filter((id) => env.db.row(model, id) !== undefined),
  },
  web_read: {
    on: 'records',
    parameters: ['specification!'],
    run: (env, model, ids, named) => webRead(env, model, ids, recordIn(named, 'specification') as Specification),
  },
};

const SEARCH_READ: ReadonlySet<string> = new Set(['domain', 'fields', 'offset', 'limit', 'order', 'load']);

const unexpected = (env: Env, name: string): Error =>
  typeError(
    `${env.engine.version === 14 ? 'search_read()' : 'BaseModel._read_format()'} got an unexpected keyword argument '${name}'`,
  );

const loadOf = (named: Values): unknown => ('load' in named ? named['load'] : '_classic_read');

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** The domain that a name means: any of the model's name fields. */
export const nameDomain = (env: Env, model: string, name: string, operator: string): unknown[] => {
  if (name === '') return [];
  const fields = env.engine.behaviours.get(model)?.searchedByName ?? [recNameOf(env, model)];
  const leaves = fields
    .filter((field) => env.field(model, field) !== undefined)
    .map((field) => [field, operator, name]);
  return [...leaves.slice(1).map(() => '|'), ...leaves];
};
