import { describe, expect, it } from '@jest/globals';
import { buildSchema, execute, graphql, type GraphQLResolveInfo, parse } from 'graphql';
import { connectionSelection, selection } from '../../platform/selection.ts';

const schema = buildSchema(`
  interface Named { name: String }
  type Supplier implements Named { id: ID name: String city: City }
  type City { name: String country: String }
  type SupplierEdge { cursor: String node: Supplier }
  type SupplierConnection { edges: [SupplierEdge] nodes: [Supplier] totalCount: Int }
  type Item { id: ID }
  union Found = Supplier | Item
  type Query { supplier: Supplier suppliers: SupplierConnection found: Found }
`);

/** What `look` sees in the resolver of the only root field. */
const seen = async <T>(source: string, look: (info: GraphQLResolveInfo) => T, variableValues = {}): Promise<T> => {
  let result: T | undefined;
  const resolver = (_: unknown, __: unknown, info: GraphQLResolveInfo) => {
    result = look(info);
    return null;
  };
  const { errors } = await graphql({
    schema,
    source,
    rootValue: { supplier: resolver, suppliers: resolver, found: resolver },
    variableValues,
  });
  expect(errors).toBeUndefined();
  return result as T;
};

const names = (set: ReadonlySet<string>) => [...set].toSorted();

describe('the selection', () => {
  it('is what is asked for, through fragments, aliases and one step deeper', async () => {
    const found = await seen(
      'query { supplier { alias: name ... on Supplier { id } ...More } } fragment More on Named { ... on Supplier { city { country } } }',
      (info) => selection(info, 'Supplier'),
    );
    expect(names(found)).toEqual(['city', 'city.country', 'id', 'name']);
  });

  it('leaves out what a directive leaves out', async () => {
    const found = await seen(
      'query ($yes: Boolean!) { supplier { id @skip(if: $yes) name @include(if: $yes) ... @skip(if: true) { city { name } } } }',
      (info) => selection(info, 'Supplier'),
      { yes: true },
    );
    expect(names(found)).toEqual(['name']);
  });

  it('of a union is that of the one type', async () => {
    const found = await seen('{ found { __typename ... on Supplier { name } ... on Item { id } } }', (info) => [
      names(selection(info, 'Supplier')),
      names(selection(info, 'Item')),
    ]);
    expect(found).toEqual([
      ['__typename', 'name'],
      ['__typename', 'id'],
    ]);
  });

  it('of a field asked for twice is that of both', async () => {
    const found = await seen('{ supplier { id } supplier { name } }', (info) => selection(info, 'Supplier'));
    expect(names(found)).toEqual(['id', 'name']);
  });

  it('of a connection joins edges and nodes, and tells whether rows are counted', async () => {
    const source = '{ suppliers { edges { node { id } } nodes { name } } }';
    const { rows, counted } = await seen(source, (info) => connectionSelection(info, 'Supplier'));
    expect([names(rows), counted]).toEqual([['id', 'name'], false]);
    const other = await seen('{ suppliers { totalCount } }', (info) => connectionSelection(info, 'Supplier'));
    expect([names(other.rows), other.counted]).toEqual([[], true]);
  });

  it('of a connection is found out once for all rows of a list', async () => {
    const [one, other] = await seen('{ suppliers { nodes { name } } }', (info) => [
      connectionSelection(info, 'Supplier'),
      connectionSelection(info, 'Supplier'),
    ]);
    expect(one?.rows).toBe(other?.rows);
  });

  it('is found out anew for each request of a document, whose variables may be others', async () => {
    const document = parse('query ($yes: Boolean!) { suppliers { nodes { id name @include(if: $yes) } } }');
    const asked = async (yes: boolean): Promise<ReadonlySet<string>> => {
      let rows: ReadonlySet<string> = new Set();
      const suppliers = (_: unknown, __: unknown, info: GraphQLResolveInfo) => {
        ({ rows } = connectionSelection(info, 'Supplier'));
        return null;
      };
      await execute({ schema, document, rootValue: { suppliers }, variableValues: { yes } });
      return rows;
    };
    const found = [await asked(false), await asked(true), await asked(false)];
    expect(found.map(names)).toEqual([['id'], ['id', 'name'], ['id']]);
  });
});
