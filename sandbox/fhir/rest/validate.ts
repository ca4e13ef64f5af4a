import { indexStructureDefinitionBundle, OperationOutcomeError, validateResource } from '@medplum/core';
import { type Definitions, readDefinitions } from '../definitions/definitions.ts';
import { type Fields, isFields, listOf } from '../resource.ts';
import { FhirError, issueOf } from './outcome.ts';

interface Element {
  readonly path: string;
  readonly min: number;
  readonly type?: readonly { readonly code: string }[];
  readonly binding?: { readonly valueSet: string };
}

/** An element whose codes R4 lists. */
interface Bound {
  readonly path: readonly string[];
  readonly allowed: ReadonlySet<string>;
}

/**
 * Makes what checks resources against R4: structure, cardinality, formats and invariants with Medplum's validator, and the
 * codes that R4 binds elements to, which that leaves out. The definitions are read with the first resource.
 */
export const createValidator = (types: readonly string[]): ((resource: Fields) => void) => {
  let bound: ReadonlyMap<string, readonly Bound[]> | undefined;
  return (resource) => {
    bound ??= load(types);
    const type = String(resource['resourceType']);
    const issues = [...structureIssues(resource), ...codeIssues(type, bound.get(type) ?? [], resource)];
    if (issues.length > 0) throw FhirError.of(400, issues);
  };
};

/** The elements that a resource must have, by type. */
export const requiredElements = ({ structures }: Definitions): ReadonlyMap<string, readonly string[]> =>
  new Map(
    structures.map((structure) => [
      String(structure['name']),
      elementsOf(structure)
        .filter(({ path, min }) => min > 0 && path.split('.').length === 2)
        .map(({ path }) => path.split('.')[1] ?? ''),
    ]),
  );

const load = (types: readonly string[]): ReadonlyMap<string, readonly Bound[]> => {
  const { structures: all, codes } = readDefinitions();
  const structures = all.filter(
    ({ kind, abstract, name }) => kind !== 'resource' || abstract || types.includes(String(name)),
  );
  const entry = structures.map((resource) => ({ resource }));
  indexStructureDefinitionBundle({ resourceType: 'Bundle', type: 'collection', entry } as never);
  const setOf = new Map(Object.entries(codes).map(([valueSet, list]) => [valueSet, new Set(list)]));
  return new Map(
    structures.map((structure) => [
      String(structure['name']),
      elementsOf(structure).flatMap(({ path, type, binding }) => {
        const allowed = type?.[0]?.code === 'code' ? setOf.get(binding?.valueSet ?? '') : undefined;
        return allowed === undefined ? [] : [{ path: path.split('.').slice(1), allowed }];
      }),
    ]),
  );
};

const elementsOf = ({ snapshot }: Fields): readonly Element[] =>
  (snapshot as { readonly element: readonly Element[] }).element;

const structureIssues = (resource: Fields): readonly unknown[] => {
  try {
    validateResource(resource as never);
    return [];
  } catch (error) {
    if (!(error instanceof OperationOutcomeError)) throw error;
    return (error.outcome.issue ?? []).map(({ severity, code, details, expression }) => ({
      severity,
      code,
      details,
      ...(expression !== undefined && { expression }),
    }));
  }
};

const codeIssues = (type: string, bound: readonly Bound[], resource: Fields): readonly unknown[] =>
  bound.flatMap(({ path, allowed }) =>
    path
      .reduce<readonly unknown[]>(
        (nodes, name) => nodes.flatMap((node) => (isFields(node) ? listOf(node[name]) : [])),
        [resource],
      )
      .filter((code) => typeof code === 'string' && !allowed.has(code))
      .map(() => issueOf('error', 'value', 'a code that R4 does not list here', [[type, ...path].join('.')])),
  );
