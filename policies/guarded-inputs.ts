import { type DocumentNode, type InputValueDefinitionNode, Kind } from 'graphql';
import type { Requirements } from './access/requirement-table.ts';
import { mergedTypes, namedType } from './supergraph-text.ts';

/** The fields (`Type.field`) of which some argument can name something that not everybody may use. */
export const guardedInputs = (document: DocumentNode, requirements: Requirements): ReadonlySet<string> => {
  const types = inputTypes(document);
  const isGuardedType = (type: string, seen: Set<string>): boolean => {
    if (seen.has(type)) return false;
    seen.add(type);
    if (requirements.ofType(type).length > 0) return true;
    return (types.get(type) ?? []).some(
      ({ name, returns }) =>
        requirements.ofInput(`${type}.${name}`).length > 0 || (returns !== undefined && isGuardedType(returns, seen)),
    );
  };
  const isGuarded = (coordinate: string, { name, type }: InputValueDefinitionNode): boolean =>
    requirements.ofInput(`${coordinate}(${name.value}:)`).length > 0 || isGuardedType(namedType(type), new Set());
  return new Set(
    mergedTypes(document).flatMap((type) =>
      (type.fields ?? []).flatMap((field) => {
        const coordinate = `${type.name.value}.${field.name.value}`;
        return field.arguments?.some((argument) => isGuarded(coordinate, argument)) === true ? [coordinate] : [];
      }),
    ),
  );
};

/** Fields of input types, and values of enums, which return nothing. */
const inputTypes = (document: DocumentNode): ReadonlyMap<string, readonly Member[]> => {
  const types = new Map<string, readonly Member[]>();
  const put = (type: string, members: readonly Member[]) => types.set(type, [...(types.get(type) ?? []), ...members]);
  for (const node of document.definitions) {
    if (node.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION || node.kind === Kind.INPUT_OBJECT_TYPE_EXTENSION)
      put(
        node.name.value,
        (node.fields ?? []).map(({ name, type }) => ({ name: name.value, returns: namedType(type) })),
      );
    if (node.kind === Kind.ENUM_TYPE_DEFINITION || node.kind === Kind.ENUM_TYPE_EXTENSION)
      put(
        node.name.value,
        (node.values ?? []).map(({ name }) => ({ name: name.value, returns: undefined })),
      );
  }
  return types;
};

interface Member {
  readonly name: string;
  readonly returns: string | undefined;
}
