import { getNamedType, type GraphQLObjectType, type GraphQLSchema, isObjectType, parse } from 'graphql';
import { sightOf } from '../../policies/audiences.ts';
import { readCatalogue } from '../../policies/catalogue.ts';
import { fieldedTypes, usesOf } from '../../policies/supergraph-text.ts';
import { supergraphText } from '../harness/test-owners.ts';

export interface Told {
  readonly scopes: readonly string[];
  readonly audience: string;
  readonly purpose: string;
}

/** Says where in an answer something stands that this caller may not be told, going by the text of the supergraph alone. */
export const createTeller = (schema: GraphQLSchema, isPlanted: (text: string) => boolean) => {
  const text = supergraphText();
  const types = new Map(fieldedTypes(parse(text, { noLocation: true })).map((type) => [type.name.value, type]));
  const classes = new Map(readCatalogue(text).map((entry) => [entry.coordinate, entry.isValue ? [] : entry.classes]));
  const needsOf = (name: string, field?: string): readonly (readonly string[])[] | undefined => {
    const type = types.get(name);
    const element = field === undefined ? type : type?.fields?.find((one) => one.name.value === field);
    return element && (usesOf(element, 'requiresScopes')[0]?.['scopes'] as string[][] | undefined);
  };
  const kept = new Set(
    [...types.values()].flatMap((type) =>
      (type.fields ?? []).flatMap((field) =>
        usesOf(field, 'mask')[0]?.['as'] === 'KEEP' ? [`${type.name.value}.${field.name.value}`] : [],
      ),
    ),
  );
  const holds = ({ scopes }: Told, needs: readonly (readonly string[])[] | undefined): boolean =>
    needs === undefined || needs.some((set) => set.every((scope) => scopes.includes(scope)));

  const within = (type: GraphQLObjectType, value: unknown, told: Told): readonly string[] => {
    if (Array.isArray(value)) return value.flatMap((item) => within(type, item, told));
    if (typeof value !== 'object' || value === null) return [];
    return Object.entries(value).flatMap(([name, inner]) => {
      const field = type.getFields()[name];
      if (field === undefined || !isPlanted(JSON.stringify(inner))) return [];
      const returned = getNamedType(field.type);
      const mayPass = [needsOf(type.name), needsOf(type.name, name), needsOf(returned.name)].every((needs) =>
        holds(told, needs),
      );
      const coordinate = `${type.name}.${name}`;
      if (!mayPass) return [`${coordinate} without its scopes`];
      if (isObjectType(returned)) return within(returned, inner, told);
      // What the field itself says is kept tells nothing of anybody (policies/masks.ts).
      if (kept.has(coordinate)) return [];
      const dataClass = classes.get(coordinate)?.[0];
      const isClear = dataClass === undefined || sightOf(dataClass, told.audience, told.purpose) === 'clear';
      return isClear ? [] : [`${coordinate} (${dataClass})`];
    });
  };
  return (data: unknown, told: Told): readonly string[] => [
    ...new Set(within(schema.getQueryType() as GraphQLObjectType, data, told)),
  ];
};
