import type { Connection, PageArgs } from '../platform/connection.ts';
import type { EntitySpec } from '../platform/odoo/entity.ts';
import type { Reference } from '../platform/odoo/mappings.ts';
import type { CanonicalRecord } from '../platform/odoo/reader.ts';
import type { ListArgs, ListSelection, OdooSession } from '../platform/odoo/session.ts';
import { connectionSelection, selection } from '../platform/selection.ts';
import type { Context, ReferenceResolver, Resolver } from './define-subgraph.ts';

type Fields = ReadonlySet<string>;

/** What every connector can do with each kind of record it owns. */
export interface Records<Kind extends string> {
  find(kind: Kind, id: unknown, fields: Fields): Promise<CanonicalRecord | null>;
  list(kind: Kind, args: ListArgs, selected: ListSelection): Promise<Connection<CanonicalRecord>>;
  follow(kind: Kind, reference: unknown, fields: Fields): Promise<CanonicalRecord | Reference | null>;
  among(kind: Kind, ids: unknown, args: PageArgs, selected: ListSelection): Promise<Connection<CanonicalRecord>>;
}

/** Reads the entities of a connector, each known by the name of its canonical type. */
export const recordsOf = <Kind extends string>(
  odoo: OdooSession,
  entities: Readonly<Record<Kind, EntitySpec>>,
): Records<Kind> => ({
  find: (kind, id, fields) => odoo.find(entities[kind], id, fields),
  list: (kind, args, selected) => odoo.list(entities[kind], args, selected),
  follow: (kind, reference, fields) => odoo.follow(entities[kind], reference, fields),
  among: (kind, ids, args, selected) => odoo.members(entities[kind], ids, args, selected),
});

type Parent = Readonly<Record<string, unknown>>;

/** The resolvers that are the same for every kind, given where the context keeps its records. */
export const recordResolvers = <Api, Kind extends string>(records: (context: Context<Api>) => Records<Kind>) => ({
  /** `item(id: ID!): Item` */
  one:
    (kind: Kind): Resolver<Api> =>
    (_: unknown, { id }: { readonly id: string }, context, info) =>
      records(context).find(kind, id, selection(info, kind)),
  /** `items(filter: …, orderBy: …, first: …, after: …): ItemConnection` */
  many:
    (kind: Kind): Resolver<Api> =>
    (_: unknown, args: ListArgs, context, info) =>
      records(context).list(kind, args, connectionSelection(info, kind)),
  /** A field of the parent that holds a reference. */
  linked:
    (kind: Kind, field: string): Resolver<Api> =>
    (parent: Parent, _: unknown, context, info) =>
      records(context).follow(kind, parent[field], selection(info, kind)),
  /** A field of the parent that holds the local ids of its members. */
  members:
    (kind: Kind, field: string): Resolver<Api> =>
    (parent: Parent, args: PageArgs, context, info) =>
      records(context).among(kind, parent[field], args, connectionSelection(info, kind)),
  /** An entity another subgraph refers to. What the caller may not see is null, like what does not exist. */
  referenced:
    (kind: Kind): ReferenceResolver<Api> =>
    ({ id }, context, info) =>
      records(context).find(kind, id, selection(info, kind)),
});
