import { GraphQLError } from 'graphql';
import { ERRORS } from '../../../../platform/errors.ts';
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

const described = ({ path, field }: Place): string =>
  path.at(-1) === INDEX ? `items of field ${field}` : `field ${field}`;

const tell = ({ path, nodes }: Place, { indices, errors }: CompletionState, message: string): null => {
  let depth = 0;
  const code = 'DOWNSTREAM_SERVICE_ERROR';
  errors.push(
    new GraphQLError(message, {
      nodes,
      path: path.map((element) => (element === INDEX ? (indices[depth++] ?? 0) : element)),
      extensions: { code, retryable: ERRORS[code].retryable },
    }),
  );
  return null;
};
