import { getLocation, type GraphQLError, type SourceLocation } from 'graphql';
import { errorAt } from '../../subgraph-error.ts';
import { type CompletionState, INDEX, type Place } from './completer.ts';

/** There is no place for null here (GraphQL section 6.4.4). The sentence names field and type only. @returns null */
export const tellMissing = (place: Place, state: CompletionState): null =>
  tell(place, state, `Cannot return null for non-nullable ${described(place)}.`);

/** The value is not one of its type. @returns null */
export const tellInvalid = (place: Place, state: CompletionState): null =>
  tell(place, state, `Invalid value found for ${described(place)}.`);

/** Nobody has said of which type the object is, or it is one that cannot stand here. @returns null */
export const tellUntyped = (place: Place, state: CompletionState): null =>
  tell(place, state, `No type found for the object at ${described(place)}.`);

/** Of one completion. A subgraph whose every value is wrong would else make an answer of nothing but errors. */
export const MOST_ERRORS = 1000;

const described = ({ path, field }: Place): string =>
  path.at(-1) === INDEX ? `items of field ${field}` : `field ${field}`;

const tell = (place: Place, { indices, told, errors }: CompletionState, message: string): null => {
  if (errors.length > MOST_ERRORS) return null;
  const path = pathOf(place, indices);
  if (told.explain(path)) return null;
  const isLast = errors.length === MOST_ERRORS;
  errors.push(
    isLast
      ? errorAt(CODE, undefined, { message: 'More values did not fit the schema; their errors are left out.' })
      : located(errorAt(CODE, path, { message }), place),
  );
  return null;
};

const CODE = 'DOWNSTREAM_SERVICE_ERROR';

const pathOf = ({ path }: Place, indices: readonly number[]): (string | number)[] => {
  let depth = 0;
  return path.map((element) => (element === INDEX ? (indices[depth++] ?? 0) : element));
};

/** The error would look them up itself, and read the document from its beginning each time. */
const located = (error: GraphQLError, place: Place): GraphQLError => {
  const locations =
    LOCATIONS.get(place) ?? place.nodes.flatMap(({ loc }) => (loc ? getLocation(loc.source, loc.start) : []));
  LOCATIONS.set(place, locations);
  return locations.length === 0 ? error : Object.assign(error, { locations });
};

const LOCATIONS = new WeakMap<Place, readonly SourceLocation[]>();
