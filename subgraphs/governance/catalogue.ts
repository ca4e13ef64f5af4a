import { decodeCursor, encodeCursor, type PageArgs, pageSize, toConnection } from '../../platform/connection.ts';
import type { CatalogueEntry } from '../../policies/catalogue.ts';
import { CLASSES } from '../../policies/classes.ts';

export interface CatalogueFilter {
  readonly type?: readonly string[] | null;
  readonly class?: readonly string[] | null;
  readonly owner?: readonly string[] | null;
  readonly subgraph?: string | null;
  readonly freshness?: string | null;
}

/** One page of the catalogue, in the order of the supergraph. A cursor is the place of a field in the whole. */
export const pageOfCatalogue = (
  entries: readonly CatalogueEntry[],
  { filter, first, after }: PageArgs & { readonly filter?: CatalogueFilter | null },
) => {
  const size = pageSize(first);
  const from = after === null || after === undefined ? -1 : decodeCursor(after).id;
  const found = entries.map((entry, place) => ({ entry, place })).filter(({ entry }) => passes(entry, filter ?? {}));
  const rest = found.filter(({ place }) => place > from);
  const edges = rest.slice(0, size).map(({ entry, place }) => ({
    cursor: encodeCursor({ value: null, id: place }),
    node: { ...entry, class: entry.classes[0] ?? null },
  }));
  return toConnection(edges, rest.length > size, after, found.length);
};

export const classMeanings = () =>
  Object.entries(CLASSES).map(([name, { means, rank, isPersonal }]) => ({ class: name, means, rank, isPersonal }));

const passes = (entry: CatalogueEntry, filter: CatalogueFilter): boolean =>
  (filter.type == null || filter.type.includes(entry.type)) &&
  (filter.class == null || filter.class.some((name) => entry.classes.includes(name))) &&
  (filter.owner == null || entry.owners.some(({ system }) => filter.owner?.includes(system))) &&
  (filter.subgraph == null || entry.subgraphs.includes(filter.subgraph)) &&
  (filter.freshness == null || filter.freshness === entry.freshness.class);
