/** Shapes of the filter inputs in `subgraphs/common.graphql`. A key that is null or absent asks for nothing. */
export interface TextInput {
  readonly eq?: string | null;
  readonly in?: readonly string[] | null;
  readonly contains?: string | null;
  readonly startsWith?: string | null;
}
/** Of ids, and of codes. */
export interface IdInput {
  readonly eq?: string | null;
  readonly in?: readonly string[] | null;
}
export interface DateInput {
  readonly eq?: string | null;
  readonly from?: string | null;
  readonly to?: string | null;
}
export interface DateTimeInput {
  readonly from?: string | null;
  readonly before?: string | null;
}
export interface DecimalInput {
  readonly eq?: string | null;
  readonly gte?: string | null;
  readonly lte?: string | null;
}

/** Longest list in a filter; a longer one is a report, not a query. */
export const MAX_VALUES = 1000;
