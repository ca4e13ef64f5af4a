import type { ListArgs, ListSelection } from '../connection.ts';
import { fail } from '../errors.ts';
import { continuationSeal } from './cursors.ts';
import type { FhirEntitySpec, FhirEnvironment, FhirOrder } from './entity.ts';
import { continuedPage, type KeysetOrder, keysetPage, type Pages, type RowPage } from './paging.ts';
import { bothOf, type Criteria } from './query.ts';
import { elementsOf, type FhirGround } from './reader.ts';
import type { Within } from './scope.ts';

/** A list on its way: of what, and how it is asked for. */
export interface Listing {
  readonly ground: FhirGround;
  readonly spec: FhirEntitySpec;
  readonly scope: Within;
  readonly args: ListArgs;
  readonly selected: ListSelection;
  readonly pages: Pages;
}

/** The page of a list that is only counted. */
export const NO_ROWS: RowPage = { edges: [], more: false };

/** The page that is asked for, in its order. */
export const pageOf = async (
  { ground, spec, scope, args, selected, pages }: Listing,
  criteria: Criteria,
  size: number,
): Promise<RowPage> => {
  const { order, direction } = toOrder(spec, args.orderBy);
  const request = { type: spec.resource, criteria };
  if (isKeyset(order)) {
    const elements = elementsOf(spec, selected.rows, [...scope.elements, ...(order.elements ?? [])]);
    return keysetPage(pages, { ...request, elements }, { ...order, direction }, size, args.after);
  }
  // A later page answers with the elements of the first, whatever is selected by then: so with all of them.
  const elements = elementsOf(spec, new Set(Object.keys(spec.fields)), scope.elements);
  const sort = direction === 'ASC' ? order.param : `-${order.param}`;
  const seal = continuationSeal(ground.cursorKey, JSON.stringify([spec.type, criteria, sort]));
  return continuedPage(pages, { ...request, elements, sort }, size, args.after, seal);
};

/** How many rows match. @throws SOR_CONTRACT_BROKEN where the server does not say */
export const countOf = async (pages: Pages, spec: FhirEntitySpec, criteria: Criteria): Promise<number> => {
  const { total } = await pages.search({ type: spec.resource, criteria, counted: true });
  if (total === null) throw fail('SOR_CONTRACT_BROKEN');
  return total;
};

/** Whether pages keep their place by the value they are ordered by. */
export const isKeyset = (order: FhirOrder): order is Omit<KeysetOrder, 'direction'> => order.value !== undefined;

/** The filter input as conditions; keys without a value ask for nothing. */
export const toFilter = (spec: FhirEntitySpec, input: ListArgs['filter'], env: FhirEnvironment): Criteria =>
  bothOf(
    ...Object.entries(input ?? {}).map(([key, value]) =>
      value === null || value === undefined ? [] : (spec.filters?.[key]?.toCriteria(value as never, env) ?? []),
    ),
  );

/** The order that is asked for, or the one of the entity. */
export const toOrder = (
  { orders = {}, defaultOrder }: FhirEntitySpec,
  input: ListArgs['orderBy'],
): { readonly order: FhirOrder; readonly direction: 'ASC' | 'DESC' } => {
  const chosen = input ?? defaultOrder;
  const order = orders[chosen.field];
  if (order === undefined) throw new Error(`there is no order ${chosen.field}`);
  return { order, direction: chosen.direction };
};
