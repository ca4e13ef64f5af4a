import { type DocumentNode, isInterfaceType, isObjectType } from 'graphql';
import { AUDIENCES, CONTRACTS } from '../../../policies/audiences.ts';
import type { CatalogueEntry } from '../../../policies/catalogue.ts';
import { isDataClass } from '../../../policies/classes.ts';
import { readTags, type Tags, WITHHELD } from '../../../policies/contracts.ts';
import { fieldedTypes, usesOf } from '../../../policies/supergraph-text.ts';
import type { ContractSchema } from '../contract-parts.ts';

/**
 * A contract holds what it says, and nothing of a class that its audience is not to get at. What is tagged for nothing, or
 * for a contract that there is not, was meant otherwise.
 */
export const lintContracts = (
  document: DocumentNode,
  catalogue: readonly CatalogueEntry[],
  schemaOf: ContractSchema,
): readonly string[] => {
  const tags = readTags(document);
  return [
    ...unknownTags(tags),
    ...wholeEntities(document, tags),
    ...lost(tags, schemaOf),
    ...above(catalogue, schemaOf),
  ];
};

const unknownTags = (tags: Tags): readonly string[] =>
  [...tags].flatMap(([coordinate, names]) =>
    [...names].flatMap((name) =>
      CONTRACTS.has(name) || name === WITHHELD
        ? []
        : [`${coordinate}: is tagged ${name}, and there is no such contract`],
    ),
  );

/** Any subgraph may add a field to an entity, and would so add it to the contract without a word. */
const wholeEntities = (document: DocumentNode, tags: Tags): readonly string[] =>
  fieldedTypes(document).flatMap((type) => {
    const name = type.name.value;
    const isEntity = usesOf(type, 'join__type').some(({ key }) => typeof key === 'string');
    const isTagged = [...(tags.get(name) ?? [])].some((tag) => tag !== WITHHELD);
    return isEntity && isTagged ? [`${name}: is an entity, and tagged as a whole: tag its fields`] : [];
  });

const lost = (tags: Tags, schemaOf: ContractSchema): readonly string[] =>
  [...CONTRACTS].flatMap((contract) => {
    const there = new Set(coordinatesOf(contract, schemaOf));
    return [...tags].flatMap(([coordinate, names]) => {
      const isMeant =
        coordinate.includes('.') && !coordinate.includes('(') && names.has(contract) && !names.has(WITHHELD);
      if (!isMeant || there.has(coordinate)) return [];
      return [`${coordinate}: is tagged ${contract}, and not in it: nothing leads to it, or to nothing it leads`];
    });
  });

const above = (catalogue: readonly CatalogueEntry[], schemaOf: ContractSchema): readonly string[] => {
  const classes = new Map(catalogue.map((entry) => [entry.coordinate, entry.classes]));
  return Object.values(AUDIENCES).flatMap(({ contract, ceiling }) =>
    (contract === null ? [] : coordinatesOf(contract, schemaOf)).flatMap((coordinate) =>
      (classes.get(coordinate) ?? [])
        .filter((name) => !isDataClass(name) || !ceiling.includes(name))
        .map(
          (name) => `${coordinate}: is ${name}, and in the contract ${contract}, which may hold ${ceiling.join(', ')}`,
        ),
    ),
  );
};

/** Fields, input fields and enum values of a contract, as `Type.name`. */
const coordinatesOf = (contract: string, schemaOf: ContractSchema): readonly string[] =>
  Object.values(schemaOf(contract)?.getTypeMap() ?? {}).flatMap((type) => {
    if (type.name.startsWith('__')) return [];
    const parts =
      isObjectType(type) || isInterfaceType(type) || 'getFields' in type
        ? Object.keys(type.getFields())
        : 'getValues' in type
          ? type.getValues().map(({ name }) => name)
          : [];
    return parts.map((part) => `${type.name}.${part}`);
  });
