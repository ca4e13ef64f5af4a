import type { Resource } from '../resource.ts';
import type { Searched } from './filters.ts';
import type { Parameter } from './parameters.ts';
import type { Include } from './query.ts';

/** What `_include` and `_revinclude` add to a page: each resource once, and none that is on the page itself. */
export const included = (
  searched: Searched,
  includes: readonly Include[],
  page: readonly Resource[],
): readonly Resource[] => {
  const seen = new Set(page.map(keyOf));
  const found: Resource[] = [];
  const add = (from: readonly Resource[], some: readonly Include[]): readonly Resource[] => {
    const fresh = new Map(
      some
        .flatMap((include) => from.flatMap((resource) => follow(searched, include, resource)))
        .filter((resource) => !seen.has(keyOf(resource)))
        .map((resource) => [keyOf(resource), resource]),
    );
    for (const key of fresh.keys()) seen.add(key);
    found.push(...fresh.values());
    return [...fresh.values()];
  };
  let last = add(page, includes);
  const iterated = includes.filter(({ isIterated }) => isIterated);
  while (last.length > 0 && iterated.length > 0) last = add(last, iterated);
  return found;
};

const keyOf = ({ resourceType, id }: Resource): string => `${resourceType}/${id}`;

const follow = (searched: Searched, include: Include, resource: Resource): readonly Resource[] => {
  const { isReverse, source, target } = include;
  if (isReverse) {
    if (target !== undefined && target !== resource.resourceType) return [];
    return parametersOf(searched, include).flatMap((parameter) =>
      [...searched.columns.of(source, parameter).having(keyOf(resource))].flatMap(
        (id) => searched.store.get(source, id) ?? [],
      ),
    );
  }
  if (source !== resource.resourceType) return [];
  return parametersOf(searched, include).flatMap((parameter) =>
    (searched.columns.of(source, parameter).values(resource.id)?.keys ?? []).flatMap((key) => {
      const [type = '', id] = key.split('/');
      return id === undefined || (target !== undefined && target !== type) ? [] : (searched.store.get(type, id) ?? []);
    }),
  );
};

const parametersOf = ({ parameters }: Searched, { source, code }: Include): readonly Parameter[] => {
  const table = parameters.get(source);
  if (code !== '*') return [table?.get(code)].filter((one) => one !== undefined);
  return [...(table?.values() ?? [])].filter(({ type }) => type === 'reference');
};
