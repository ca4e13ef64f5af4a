import { issueOf, outcomeOf } from '../rest/outcome.ts';
import type { Fields, Resource } from '../resource.ts';
import { idsPassing, type Searched } from './filters.ts';
import { included } from './include.ts';
import { type Query, subsetOf } from './query.ts';
import { sorted } from './sort.ts';

/** Answers a search with a bundle of type `searchset`. `required` names the elements a type must have. */
export const search = (searched: Searched, query: Query, required: (type: string) => readonly string[]): Fields => {
  const { type, count, offset, elements, isCountOnly, hasTotal, ignored } = query;
  const ids = idsPassing(searched, type, query.conditions);
  const total = ids.length;
  if (isCountOnly)
    return { resourceType: 'Bundle', type: 'searchset', total, link: [linkOf(searched, query, 'self', offset)] };
  const page = sorted(searched, query, ids)
    .slice(offset, offset + count)
    .flatMap((id) => searched.store.get(type, id) ?? []);
  const shown = (resource: Resource): Fields =>
    elements === null ? resource : subsetOf(resource, elements, required(resource.resourceType));
  const entry = [
    ...page.map((resource) => entryOf(searched, resource, shown(resource), 'match')),
    ...included(searched, query.includes, page).map((resource) => entryOf(searched, resource, resource, 'include')),
    ...(ignored.length === 0 ? [] : [{ resource: warning(), search: { mode: 'outcome' } }]),
  ];
  return {
    resourceType: 'Bundle',
    type: 'searchset',
    ...(hasTotal && { total }),
    link: [
      linkOf(searched, query, 'self', offset),
      ...(offset > 0 ? [linkOf(searched, query, 'previous', Math.max(0, offset - count))] : []),
      ...(offset + count < total ? [linkOf(searched, query, 'next', offset + count)] : []),
    ],
    // An empty list is not FHIR.
    ...(entry.length > 0 && { entry }),
  };
};

/** The one resource that fits, null for none, and how many there are otherwise. */
export const matchesOf = (searched: Searched, query: Query): readonly string[] =>
  idsPassing(searched, query.type, query.conditions);

const entryOf = ({ base }: Searched, { resourceType, id }: Resource, resource: Fields, mode: string): Fields => ({
  fullUrl: `${base}/${resourceType}/${id}`,
  resource,
  search: { mode },
});

const linkOf = ({ base }: Searched, { type, used, count }: Query, relation: string, offset: number): Fields => {
  const kept = used.filter(([name]) => name !== '_offset' && name !== '_count');
  const paging: [string, string][] = [['_count', String(count)]];
  if (offset > 0) paging.push(['_offset', String(offset)]);
  const parameters = new URLSearchParams([...kept.map(([name, value]): [string, string] => [name, value]), ...paging]);
  return { relation, url: `${base}/${type}?${parameters.toString()}` };
};

const warning = (): Fields =>
  outcomeOf([issueOf('warning', 'not-supported', 'search parameters that are unknown were ignored')]);
