import DataLoader from 'dataloader';
import { badCursor, type Cursor } from '../connection.ts';
import { fail } from '../errors.ts';
import { groupBy } from '../group-by.ts';
import { encodeId } from '../ids.ts';
import type { ScimEntity } from './entity.ts';
import { faultOf, shapeFault, toError } from './faults.ts';
import { allOf, among, anyOf, compare, everything, type Filter, not, nothing, present } from './filter.ts';
import type { ScimGround } from './ground.ts';
import { valueAt } from './paths.ts';
import type { ScimPage, ScimQuery, ScimResource, Spending } from './types.ts';

/** A record of the canonical graph: the fields that were asked for, under their canonical names. */
export interface CanonicalRecord {
  readonly __typename: string;
  readonly id: string;
  /** The server's own id, by which its other resources refer to it. No field of the graph. */
  readonly self: string;
  readonly [field: string]: unknown;
}

/** A record at its place in a list. */
export interface Row {
  readonly cursor: Cursor;
  readonly record: CanonicalRecord;
  /** What it has at the path it was looked for by. */
  readonly value: string | null;
}

export interface Page {
  readonly rows: readonly Row[];
  /** Whether rows follow. */
  readonly more: boolean;
  /** How many match in all; known only where the page is the first. */
  readonly total: number | null;
}

export interface PageQuery {
  readonly filter: Filter;
  readonly descending?: boolean;
  readonly after?: Cursor | null;
  readonly size: number;
  readonly fields: ReadonlySet<string>;
  /** A path that the rows are looked for by. */
  readonly path?: string;
}

/** Most rows one nested list may fetch for all its parents together. */
export const MAX_NESTED_ROWS = 10_000;
/** Most values in one filter. */
const MAX_TERMS = 100;

/**
 * Reads of one request, batched and bounded.
 *
 * Every read carries the caller's facilities in its filter. There is no way to read without.
 */
export class ScimReader {
  readonly #ground: () => Promise<ScimGround>;
  readonly #codes: readonly string[];
  readonly #spending: Spending;
  readonly #loaders = new Map<ScimEntity, Map<string, Loader>>();

  constructor(ground: () => Promise<ScimGround>, codes: readonly string[], spending: Spending) {
    this.#ground = ground;
    this.#codes = codes;
    this.#spending = spending;
  }

  /** A page of what matches and the caller may see, in the order of the key. */
  async page(spec: ScimEntity, query: PageQuery): Promise<Page> {
    const ground = await this.#ground();
    const filter = allOf(await this.#visible(ground, spec), query.filter);
    const rows: Row[] = [];
    let at = query.after ?? null;
    let more = filter.kind !== 'none' && query.size > 0;
    let total: number | null = filter.kind === 'none' ? 0 : null;
    while (more && rows.length < query.size) {
      const found = await this.#fetch(ground, spec, { ...query, filter, after: at, size: query.size - rows.length });
      if (at === null) total = found.total;
      rows.push(...found.rows);
      more = found.more && found.rows.length > 0;
      at = found.rows.at(-1)?.cursor ?? at;
    }
    return { rows, more, total };
  }

  /**
   * All that some facilities have, each row with the code of its own; null where that would take more calls than asking
   * for each facility by itself.
   */
  async inFacilities(
    spec: ScimEntity,
    codes: readonly string[],
    query: Pick<PageQuery, 'filter' | 'descending' | 'fields'>,
  ): Promise<readonly Row[] | null> {
    const { maxPage } = await this.#ground();
    const path = spec.facility;
    const wanted = { ...query, filter: allOf(among(path, codes), query.filter), path };
    const head = await this.page(spec, { ...wanted, size: Math.min(maxPage, MAX_NESTED_ROWS) });
    if (!head.more) return head.rows;
    const most = Math.min(maxPage * codes.length, MAX_NESTED_ROWS);
    if (head.total === null || head.total > most) return null;
    const rest = await this.page(spec, { ...wanted, after: head.rows.at(-1)?.cursor ?? null, size: MAX_NESTED_ROWS });
    return rest.more ? null : [...head.rows, ...rest.rows];
  }

  async count(spec: ScimEntity, filter: Filter): Promise<number> {
    const ground = await this.#ground();
    const wanted = allOf(await this.#visible(ground, spec), filter);
    return (await this.#ask(ground, spec, { filter: wanted, count: 0 })).total;
  }

  /** The records that have the value at the path, in the order of their keys; one read for all that ask in a tick. */
  async having(spec: ScimEntity, path: string, value: string, fields: ReadonlySet<string>): Promise<readonly Row[]> {
    const loaders = this.#loaders.get(spec) ?? new Map<string, Loader>();
    this.#loaders.set(spec, loaders);
    const loader = loaders.get(path) ?? this.#loaderOf(spec, path);
    loaders.set(path, loader);
    return loader.load({ value, fields });
  }

  /** The caller's facilities, of those there are. */
  async facilities(): Promise<readonly string[]> {
    return (await this.#ground()).facilities.among(this.#codes, this.#spending);
  }

  #loaderOf(spec: ScimEntity, path: string): Loader {
    const ours = (fields: ReadonlySet<string>) => [...fields].filter((name) => Object.hasOwn(spec.fields, name));
    const batch = async (wanted: readonly Wanted[]) => {
      const fields = new Set(wanted.flatMap((each) => ours(each.fields)));
      const values = [...new Set(wanted.map(({ value }) => value))];
      const parts = await Promise.all(chunks(values, MAX_TERMS).map((part) => this.#all(spec, path, part, fields)));
      const [exact, folded] = [groupBy(parts.flat(), valueOf), groupBy(parts.flat(), foldedValueOf)];
      // Most attributes are compared in any case (RFC 7643, section 2.2): a login is written as its system likes.
      return wanted.map(({ value }) => exact.get(value) ?? folded.get(value.toLowerCase()) ?? []);
    };
    return new DataLoader(batch, {
      cacheKeyFn: ({ value, fields }) => JSON.stringify([value, ...ours(fields).toSorted()]),
    });
  }

  async #all(
    spec: ScimEntity,
    path: string,
    values: readonly string[],
    fields: ReadonlySet<string>,
  ): Promise<readonly Row[]> {
    const { rows, more } = await this.page(spec, { filter: among(path, values), fields, path, size: MAX_NESTED_ROWS });
    if (more) throw fail('RESULT_TOO_LARGE');
    return rows;
  }

  /** Records of the caller's facilities, and those of the group. Without a facility, nothing. */
  async #visible(ground: ScimGround, { key, facility }: ScimEntity): Promise<Filter> {
    const codes = await ground.facilities.among(this.#codes, this.#spending);
    if (codes.length === 0) return nothing;
    return allOf(present(key), anyOf(among(facility, codes), not(present(facility))));
  }

  /** One page of the server, which may be shorter than asked for. */
  async #fetch(ground: ScimGround, spec: ScimEntity, query: PageQuery): Promise<Page & { readonly total: number }> {
    const { filter, descending = false, after = null, size, fields, path } = query;
    const byKey = ground.pagesByKey;
    const position = after?.id ?? 0;
    const names = [...fields].flatMap((name) => ground.field(spec, name)?.needs ?? []);
    const start =
      after === null || !byKey ? everything : compare(spec.key, descending ? 'lt' : 'gt', keyOf(after.value));
    const asked: ScimQuery = {
      filter: allOf(filter, start),
      attributes: [...new Set([spec.key, spec.facility, path ?? spec.key, ...names])].filter((each) => each !== 'id'),
      count: Math.min(size, ground.maxPage),
      ...(ground.server.canSort && { sortBy: spec.key, descending }),
      ...(after !== null && !byKey && { startIndex: position + 1 }),
    };
    try {
      const { total, resources } = await this.#ask(ground, spec, asked);
      for (const resource of resources) this.#assertVisible(spec, resource);
      const rows = resources.flatMap((resource, index) =>
        this.#toRow(ground, spec, resource, query, position + index + 1),
      );
      return { rows, total, more: total - (byKey ? 0 : position) > resources.length };
    } catch (error) {
      const refused = start !== everything && faultOf(error)?.scimType === 'invalidFilter';
      if (!refused) throw error;
      ground.pageByPosition();
      return this.#fetch(ground, spec, query);
    }
  }

  /** Some servers pass over the parts of a filter that they do not know, and their answers would cross facilities. */
  #assertVisible({ resource: name, facility }: ScimEntity, resource: ScimResource): void {
    const code = valueAt(resource, facility);
    const isOurs = typeof code === 'string' && this.#codes.some((each) => each.toLowerCase() === code.toLowerCase());
    if (code === null || isOurs) return;
    throw toError(shapeFault('a row of another facility', { resource: name, operation: 'list' }), 'read');
  }

  #ask(ground: ScimGround, { resource }: ScimEntity, query: ScimQuery): Promise<ScimPage> {
    return ground.client.list(resource, query, this.#spending);
  }

  #toRow(
    { findings, field: fieldOf }: ScimGround,
    spec: ScimEntity,
    resource: ScimResource,
    { fields, path }: PageQuery,
    position: number,
  ): readonly Row[] {
    const key = valueAt(resource, spec.key);
    if (typeof key !== 'string' || key === '') return [];
    const env = { type: spec.type, findings };
    const record: Record<string, unknown> = {};
    for (const name of fields) {
      const mapping = fieldOf(spec, name);
      if (mapping !== undefined)
        record[name] = mapping.read(
          mapping.needs.map((each) => valueAt(resource, each)),
          env,
          name,
        );
      else if (Object.hasOwn(spec.fields, name)) record[name] = null;
    }
    const id = encodeId(spec.type, key);
    const self = String(resource['id']);
    const value = path === undefined ? null : valueAt(resource, path);
    return [
      {
        cursor: { value: key, id: position },
        record: { ...record, __typename: spec.type, id, self },
        value: typeof value === 'string' ? value : null,
      },
    ];
  }
}

interface Wanted {
  readonly value: string;
  readonly fields: ReadonlySet<string>;
}

const valueOf = ({ value }: Row): string | null => value;
const foldedValueOf = ({ value }: Row): string | null => value?.toLowerCase() ?? null;

type Loader = DataLoader<Wanted, readonly Row[], string>;

/** A cursor may have been made up. */
const keyOf = (value: Cursor['value']): string => {
  if (typeof value !== 'string') throw badCursor();
  return value;
};

const chunks = <T>(values: readonly T[], size: number): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(values.length / size) }, (_, index) => values.slice(index * size, (index + 1) * size));
