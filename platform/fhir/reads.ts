import { codeOf } from '../errors.ts';
import type { Base } from './bundles.ts';
import { readPage, readPages, readVersioned } from './bundles.ts';
import type { Caller, FhirCall } from './calls.ts';
import { shapeFault } from './faults.ts';
import { type Criteria, criteriaPairs, isNothing, queryText } from './query.ts';
import type { FhirClient, SearchPage, SearchRequest } from './types.ts';

/** A query that is longer goes by POST: proxies in between cut addresses off, from about 2,000 characters on. */
const LONGEST_QUERY = 1800;

// Without `strict` a server may leave out a condition that it does not know, and answer with everybody's rows.
const HEADERS = { accept: 'application/fhir+json', prefer: 'handling=strict' };
const FORM = { ...HEADERS, 'content-type': 'application/x-www-form-urlencoded' };

const EMPTY: SearchPage = Object.freeze({ rows: [], included: [], next: null, total: 0 });

type Reads = Pick<FhirClient, 'read' | 'search' | 'follow' | 'searchAll' | 'count'>;

/** What a client reads with. Nothing here changes anything at the server, whatever the HTTP method. */
export const readsOf = (call: Caller, base: Base): Reads => ({
  read: async (type, id, spending) => {
    const about = { type, interaction: 'read', lane: 'read' } as const;
    try {
      return await call({ ...about, ...get(`/${type}/${id}`) }, spending, (body, answer) =>
        readVersioned(body, answer, about),
      );
    } catch (error) {
      if (codeOf(error) === 'NOT_FOUND') return null;
      throw error;
    }
  },
  search: async (request, spending) => {
    if (isNothing(request.criteria)) return EMPTY;
    const about = searching(request.type);
    return call({ ...about, ...query(request.type, queryOf(request)) }, spending, (body) =>
      readPage(body, request.type, base, about),
    );
  },
  follow: (type, next, spending) => {
    const about = searching(type);
    return call({ ...about, ...get(next) }, spending, (body) => readPage(body, type, base, about));
  },
  searchAll: async (requests, spending) => {
    const asked = requests.filter(({ criteria }) => !isNothing(criteria));
    if (asked.length === 0) return requests.map(() => EMPTY);
    const about = { type: '*', interaction: 'batch', lane: 'read' } as const;
    const bundle = {
      resourceType: 'Bundle',
      type: 'batch',
      entry: asked.map((each) => ({ request: { method: 'GET', url: `${each.type}?${queryOf(each)}` } })),
    };
    const headers = { ...HEADERS, 'content-type': 'application/fhir+json' };
    const pages = await call(
      { ...about, method: 'POST', path: '', headers, body: JSON.stringify(bundle) },
      spending,
      (body) =>
        readPages(
          body,
          asked.map(({ type }) => type),
          base,
          about,
        ),
    );
    const byRequest = new Map(asked.map((each, index) => [each, pages[index]]));
    return requests.map((each) => byRequest.get(each) ?? EMPTY);
  },
  count: async ({ type, criteria }, spending) => {
    if (isNothing(criteria)) return 0;
    const about = searching(type);
    return call({ ...about, ...query(type, queryOf({ type, criteria, counted: true })) }, spending, (body) => {
      const { total } = readPage(body, type, base, about);
      if (total === null) throw shapeFault('a count has no total', about);
      return total;
    });
  },
});

const searching = (type: string) => ({ type, interaction: 'search', lane: 'read' }) as const;

type Wire = Pick<FhirCall, 'method' | 'path' | 'headers' | 'body'>;

const get = (path: string): Wire => ({ method: 'GET', path, headers: HEADERS, body: null });

const query = (type: string, text: string): Wire =>
  text.length <= LONGEST_QUERY
    ? get(`/${type}?${text}`)
    : { method: 'POST', path: `/${type}/_search`, headers: FORM, body: text };

const queryOf = ({ criteria, elements, include = [], sort, count, counted }: SearchRequest): string =>
  queryText([
    ...criteriaPairs(criteria satisfies Criteria),
    ...include.map((each) => ['_include', each] as const),
    ...(elements === undefined ? [] : [['_elements', [...new Set(['id', ...elements])].join(',')] as const]),
    ...(sort === undefined ? [] : [['_sort', sort] as const]),
    ...(count === undefined ? [] : [['_count', String(count)] as const]),
    ...(counted === undefined ? [] : [['_summary', 'count'] as const]),
  ]);
