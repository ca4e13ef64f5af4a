import { type ASTNode, getNamedType, type GraphQLSchema, isObjectType, visit } from 'graphql';
import type { ErrorCode } from '../../platform/errors.ts';
import type { Identity, Party } from '../../platform/identity.ts';
import type { AudienceName } from '../audiences.ts';
import type { DataClass } from '../classes.ts';
import type { Mask } from '../masks.ts';
import type { RowScope } from '../rows.ts';
import type { AccessGraph } from './access-graph.ts';
import type { AnalyzedField, AnalyzedSelection } from './analyze-operation.ts';
import { AUDIENCE_NAMES, type ExplainedNeed, explainNeed, type Remedy, remedyOfSight } from './explain-need.ts';
import { indices } from './indices.ts';
import { type Judged, type Judgement, placeOf } from './judge.ts';

/**
 * What becomes of a selection. `FILTERED`: of the rows there are, those that the caller sees. What is masked may have been
 * filtered too (`rows`).
 */
export type PathVerdict = 'ALLOWED' | 'FILTERED' | 'MASKED' | 'DENIED';

/** By what rows are chosen before they are seen; `NONE`: a party of this kind has none. */
export type RowsBy = 'FACILITY' | Uppercase<Party['kind']> | 'NONE';

/** One place of an operation, for one caller. */
export interface ExplainedPath extends Remedy {
  /** Response keys; `@` stands for every index of a list. */
  readonly path: readonly string[];
  readonly coordinate: string;
  readonly verdict: PathVerdict;
  /** Null for parts of values, and for what the schema says no class of. */
  readonly class: DataClass | null;
  /** What stands in the place of the value. */
  readonly mask: Mask | null;
  readonly rows: readonly RowsBy[];
  /** The refusal, as it is answered when the operation runs. */
  readonly code: ErrorCode | null;
  readonly decisionId: string | null;
  readonly needs: readonly ExplainedNeed[];
  /** It is not in the contract of the audience, for which it does not exist. */
  readonly isOutsideContract: boolean;
  /** The place around it to which the verdict belongs; null where it is its own. */
  readonly because: readonly string[] | null;
}

export interface Walk extends Judged {
  /** What the caller sees of the graph, where that does not hold all of the document; `null` when it sees nothing. */
  readonly contract: GraphQLSchema | null | undefined;
  /** What of the document is not valid there. */
  readonly strange: ReadonlySet<ASTNode>;
}

/** What decides about everything below a place, and where it stands. */
interface Around {
  readonly path: readonly string[];
  readonly decided: ExplainedPath | undefined;
}

/** Each place of the operation once, in the order of the document. */
export const pathsOf = (walk: Walk): readonly ExplainedPath[] => {
  const found = new Map<string, ExplainedPath>();
  const visitAll = (selections: readonly AnalyzedSelection[], around: Around): void => {
    for (const selection of selections) {
      if (selection.kind === 'fragment') visitAll(selection.selections, around);
      else visitField(selection, around);
    }
  };
  const visitField = (field: AnalyzedField, { path: outside, decided }: Around): void => {
    if (field.when === undefined || field.responseKey === walk.analyzed.typeKey) return;
    const path = [...outside, field.responseKey];
    const key = placeOf(path);
    const said = decided === undefined ? explainField(walk, field, path) : belowOf(walk, decided, field, path);
    // Selections of one key in several fragments are one place: what was refused or masked of any is what is told.
    const known = found.get(key);
    if (known === undefined || RANK[said.verdict] > RANK[known.verdict]) found.set(key, said);
    if (field.selections === undefined) return;
    const isEnd = said.verdict === 'DENIED' || said.mask === 'REMOVED';
    visitAll(field.selections, {
      path: [...path, ...indices(field.type)],
      decided: decided ?? (isEnd ? said : undefined),
    });
  };
  visitAll(walk.analyzed.selections, { path: [], decided: undefined });
  return [...found.values()];
};

const RANK: Readonly<Record<PathVerdict, number>> = { ALLOWED: 0, FILTERED: 1, MASKED: 2, DENIED: 3 };

const explainField = (walk: Walk, field: AnalyzedField, path: readonly string[]): ExplainedPath => {
  const { graph, identity } = walk;
  const plain = plainPath(walk, field, path);
  if (isOutside(walk, field))
    return { ...plain, verdict: 'DENIED', isOutsideContract: true, audiences: audiencesWith(graph, field) };
  const denial = walk.denials.get(placeOf(path));
  if (denial !== undefined && isUnmet(field, denial)) return { ...plain, ...deniedPath(walk, field, denial) };
  const rows = rowsOf(graph, field, identity);
  const mask = walk.masks.get(placeOf(path)) ?? null;
  if (mask !== null) {
    const { class: own, returns } = graph.fields.get(plain.coordinate) ?? {};
    const classes = [own, returns].filter((one) => one !== undefined);
    return { ...plain, verdict: 'MASKED', mask, rows, ...remedyOfSight(classes, identity) };
  }
  return rows.length === 0 ? plain : { ...plain, verdict: 'FILTERED', rows };
};

const plainPath = ({ graph }: Walk, { parent, node }: AnalyzedField, path: readonly string[]): ExplainedPath => {
  const coordinate = `${parent}.${node.name.value}`;
  return {
    path,
    coordinate,
    verdict: 'ALLOWED',
    class: graph.fields.get(coordinate)?.class ?? null,
    mask: null,
    rows: [],
    code: null,
    decisionId: null,
    needs: [],
    isOutsideContract: false,
    because: null,
    purposes: [],
    audiences: [],
  };
};

/** What was decided around it holds for it as well, and is not said again. */
const belowOf = (
  walk: Walk,
  { verdict, mask, path: because }: ExplainedPath,
  field: AnalyzedField,
  path: readonly string[],
) => ({
  ...plainPath(walk, field, path),
  verdict,
  mask,
  because,
});

/** Of selections that share a place, the one that was refused. */
const isUnmet = (field: AnalyzedField, { unmet, occurrences }: Pick<Judgement, 'unmet' | 'occurrences'>): boolean => {
  const ids = new Set([...unmet, ...occurrences.map(({ id }) => id)]);
  return field.needs.some((id) => ids.has(id));
};

const deniedPath = (
  { graph, schema, identity, variables }: Walk,
  field: AnalyzedField,
  { code, decisionId, unmet, occurrences }: Judgement,
): Partial<ExplainedPath> & { readonly verdict: 'DENIED' } => {
  const needs = unmet.flatMap((id): ExplainedNeed[] => {
    const given = occurrences.find(({ requirement }) => requirement === id)?.argumentsOf(variables) ?? {};
    const need = explainNeed(schema, graph.requirements, id, field, identity, given, variables);
    return need === undefined ? [] : [need];
  });
  return { verdict: 'DENIED', code, decisionId, needs };
};

/** Whether its contract lacks the field, or something that its arguments name. */
const isOutside = ({ contract, strange }: Walk, { parent, node }: AnalyzedField): boolean => {
  if (contract === undefined || node.name.value.startsWith('__')) return false;
  const type = contract?.getType(parent);
  if (type === undefined || !('getFields' in type) || !(node.name.value in type.getFields())) return true;
  return (node.arguments ?? []).some((argument) => {
    let isStrange = false;
    visit(argument, { enter: (inner) => void (isStrange ||= strange.has(inner)) });
    return isStrange;
  });
};

const audiencesWith = ({ schemaFor }: AccessGraph, { parent, node }: AnalyzedField): readonly AudienceName[] =>
  AUDIENCE_NAMES.filter((audience) => {
    const type = schemaFor(audience)?.getType(parent);
    return type !== undefined && 'getFields' in type && node.name.value in type.getFields();
  });

/** A page is made of rows that were chosen where the page was asked for. */
const rowsOf = ({ rows, schema }: AccessGraph, { type, parent }: AnalyzedField, { party }: Identity) => {
  if (/(?:Connection|Edge)$/.test(parent)) return [];
  return rowsBy(rows.get(rowTypeOf(schema, getNamedType(type).name)), party);
};

/** By what the rows of a type are chosen for a caller. */
export const rowsBy = (scope: RowScope | undefined, party: Pick<Party, 'kind'> | undefined): readonly RowsBy[] => {
  if (scope === undefined) return [];
  const byFacility = scope.byFacility ? (['FACILITY'] as const) : [];
  if (party === undefined || scope.wholeFor.includes(party.kind)) return byFacility;
  return scope.ownFor.includes(party.kind) ? [...byFacility, OWN[party.kind]] : ['NONE'];
};

const OWN = { supplier: 'SUPPLIER', payer: 'PAYER' } as const;

/** The type of the rows of a page; of anything else, itself. */
export const rowTypeOf = (schema: GraphQLSchema, name: string): string => {
  const page = name.endsWith('Connection') ? schema.getType(name) : undefined;
  const nodes = isObjectType(page) ? page.getFields()['nodes'] : undefined;
  return nodes === undefined ? name : getNamedType(nodes.type).name;
};
