import type { Connection, ListArgs, ListSelection, PageArgs } from '../platform/connection.ts';
import type { EntitySpec } from '../platform/odoo/entity.ts';
import type { OdooSession } from '../platform/odoo/session.ts';
import type { CanonicalRecord, Reference } from '../platform/record.ts';
import { connectionSelection, selection } from '../platform/selection.ts';
import type { Context, ReferenceResolver, Resolver } from './define-subgraph.ts';

type Fields = ReadonlySet<string>;

/** What every connector can do with each kind of record it owns. */
export interface Records<Kind extends string> {
  find(kind: Kind, id: unknown, fields: Fields): Promise<CanonicalRecord | null>;
  list(kind: Kind, args: ListArgs, selected: ListSelection): Promise<Connection<CanonicalRecord>>;
  follow(kind: Kind, reference: unknown, fields: Fields): Promise<CanonicalRecord | Reference | null>;
}

/** Of an owner whose records hold lists of the ids of their members. */
export interface MemberRecords<Kind extends string> extends Records<Kind> {
  among(kind: Kind, ids: unknown, args: PageArgs, selected: ListSelection): Promise<Connection<CanonicalRecord>>;
}

/** Of an owner that knows records by numbers too, and whose records point at their parents. */
export interface KeyedRecords<Kind extends string> extends Records<Kind> {
  findBy(kind: Kind, field: string, value: unknown, fields: Fields): Promise<CanonicalRecord | null>;
  childrenOf(
    kind: Kind,
    relation: string,
    parent: { readonly type: string; readonly id: unknown },
    args: ListArgs,
    selected: ListSelection,
  ): Promise<Connection<CanonicalRecord>>;
}

/** Reads the entities of a connector, each known by the name of its canonical type. */
export const recordsOf = <Kind extends string>(
  odoo: OdooSession,
  entities: Readonly<Record<Kind, EntitySpec>>,
): MemberRecords<Kind> => ({
  find: (kind, id, fields) => odoo.find(entities[kind], id, fields),
  list: (kind, args, selected) => odoo.list(entities[kind], args, selected),
  follow: (kind, reference, fields) => odoo.follow(entities[kind], reference, fields),
  among: (kind, ids, args, selected) => odoo.members(entities[kind], ids, args, selected),
});

type Parent = Readonly<Record<string, unknown>>;

/** The resolvers that are the same for every kind, given where the context keeps its records. */
const commonResolvers = <Api, Kind extends string>(records: (context: Context<Api>) => Records<Kind>) => ({
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
  /** An entity another subgraph refers to. What the caller may not see is null, like what does not exist. */
  referenced:
    (kind: Kind): ReferenceResolver<Api> =>
    ({ id }, context, info) =>
      records(context).find(kind, id, selection(info, kind)),
});

export const recordResolvers = <Api, Kind extends string>(records: (context: Context<Api>) => MemberRecords<Kind>) => ({
  ...commonResolvers(records),
  /** A field of the parent that holds the local ids of its members. */
  members:
    (kind: Kind, field: string): Resolver<Api> =>
    (parent: Parent, args: PageArgs, context, info) =>
      records(context).among(kind, parent[field], args, connectionSelection(info, kind)),
});

export const keyedResolvers = <Api, Kind extends string>(records: (context: Context<Api>) => KeyedRecords<Kind>) => ({
  ...commonResolvers(records),
  /** The records whose relation is the parent. */
  children:
    (kind: Kind, relation: string): Resolver<Api> =>
    (parent: { readonly __typename: string; readonly id: string }, args: ListArgs, context, info) =>
      records(context).childrenOf(
        kind,
        relation,
        { type: parent.__typename, id: parent.id },
        args,
        connectionSelection(info, kind),
      ),
  /** Like `referenced`, where a reference may hold a number that the entity is known by instead of the id. */
  referencedByNumber:
    (kind: Kind): ReferenceResolver<Api> =>
    (key, context, info) => {
      const fields = selection(info, kind);
      const [number] = Object.keys(key).filter((name) => !['__typename', 'id'].includes(name));
      return key['id'] === undefined && number !== undefined
        ? records(context).findBy(kind, number, key[number], fields)
        : records(context).find(kind, key['id'], fields);
    },
});
