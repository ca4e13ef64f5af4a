import { type GraphQLSchema, isInterfaceType, isObjectType } from 'graphql';
import type { Identity } from '../../platform/identity.ts';
import { AUDIENCES, type AudienceName, sightOf } from '../audiences.ts';
import { PURPOSES, type PurposeName } from '../purposes.ts';
import type { AnalyzedField } from './analyze-operation.ts';
import { describeNeed, type Need } from './describe-need.ts';
import { type FieldPosition, namedAt, requiredAt } from './field-needs.ts';
import { isSatisfied, type Requirement } from './requirement.ts';
import type { Requirements } from './requirement-table.ts';

/** Under which other purposes and audiences it would be otherwise, all else being the same. */
export interface Remedy {
  readonly purposes: readonly PurposeName[];
  readonly audiences: readonly AudienceName[];
}

/** What is missing, who asks for it, and what else would do. */
export interface ExplainedNeed extends Remedy {
  readonly need: Need;
  /** `Type`, `Type.field`, `Type.field(argument:)`, of an input type `Type.field`, of an enum `Type.VALUE`. */
  readonly askedBy: readonly string[];
}

type Variables = Readonly<Record<string, unknown>>;

/** For a requirement that a caller does not meet at a field. */
export const explainNeed = (
  schema: GraphQLSchema,
  requirements: Requirements,
  id: number,
  field: AnalyzedField,
  identity: Identity,
  given: Variables,
  variables: Variables,
): ExplainedNeed | undefined => {
  const requirement = requirements.all[id];
  if (requirement === undefined) return undefined;
  const isMetBy = (other: Identity) => isSatisfied(requirement, other, requirements.rules, given);
  return {
    need: describeNeed(requirement, identity, requirements.rules, given),
    askedBy: whoAsks(schema, requirements, id, field, variables),
    ...remedyBy(requirement, identity, isMetBy),
  };
};

/** What is put up for everybody does not depend on who asks; scopes do not depend on what for. */
const remedyBy = ({ kind }: Requirement, identity: Identity, isMetBy: (other: Identity) => boolean): Remedy =>
  kind === 'scopes' || kind === 'authenticated' ? NO_REMEDY : remedyOf(identity, isMetBy);

const NO_REMEDY: Remedy = Object.freeze({ purposes: [], audiences: [] });

const remedyOf = (identity: Identity, isMetBy: (other: Identity) => boolean): Remedy => ({
  purposes: PURPOSE_NAMES.filter((purpose) => isMetBy({ ...identity, purpose })),
  audiences: AUDIENCE_NAMES.filter((audience) => isMetBy({ ...identity, audience })),
});

export const PURPOSE_NAMES = Object.keys(PURPOSES) as readonly PurposeName[];
export const AUDIENCE_NAMES = Object.keys(AUDIENCES) as readonly AudienceName[];

/** Where all of these classes would be seen in clear. */
export const remedyOfSight = (classes: readonly string[], identity: Identity): Remedy =>
  remedyOf(identity, ({ audience, purpose }) => classes.every((one) => sightOf(one, audience, purpose) === 'clear'));

const whoAsks = (
  schema: GraphQLSchema,
  requirements: Requirements,
  id: number,
  selected: AnalyzedField,
  variables: Variables,
): readonly string[] => {
  const found = new Set<string>();
  const look = (coordinate: string, ids: readonly number[]) => {
    if (ids.includes(id)) found.add(coordinate);
    return ids;
  };
  const asked = {
    ofType: (name: string) => look(name, requirements.ofType(name)),
    ofField: (type: string, field: string) => look(`${type}.${field}`, requirements.ofField(type, field)),
    ofInput: (coordinate: string) => look(coordinate, requirements.ofInput(coordinate)),
  };
  const position = positionOf(schema, selected);
  if (position === undefined) return [];
  requiredAt(schema, asked, position);
  namedAt(asked, position, variables);
  return [...found];
};

const positionOf = (
  schema: GraphQLSchema,
  { node, parent: name, objects }: AnalyzedField,
): FieldPosition | undefined => {
  const parent = schema.getType(name);
  if (!isObjectType(parent) && !isInterfaceType(parent)) return undefined;
  const field = parent.getFields()[node.name.value];
  const possible = isInterfaceType(parent) ? schema.getPossibleTypes(parent).map((object) => object.name) : [name];
  return field && { parent, objects: objects ?? new Set(possible), field, arguments: node.arguments };
};
