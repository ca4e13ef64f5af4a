import type { Identity } from '../../platform/identity.ts';
import { analyzeOperation, unusedKey } from '../../policies/access/analyze-operation.ts';
import { filterDocument, maskOf, wholeMask } from '../../policies/access/filter-document.ts';
import { specialize } from '../planning/specialize.ts';
import type { Generation } from '../supergraph/generation.ts';
import type { KnownOperation, PermittedOperation, Variation } from './known-document.ts';

/**
 * What this caller may run of an operation, with these variables.
 *
 * A function of the operation, of its conditions, and of which requirements the caller meets. All of that is kept, so
 * that a request only has to compute the mask.
 */
export const permit = (
  generation: Generation,
  operation: KnownOperation,
  variables: Readonly<Record<string, unknown>>,
  identity: Identity,
): PermittedOperation => {
  const variation = variationOf(generation, operation, variables);
  const mask = maskOf(generation.requirements, variation.analyzed, identity, variables);
  return variation.permitted.get(mask) ?? filter(generation, operation, variation, mask);
};

/** The same for a caller who meets everything. */
export const permitAll = (
  generation: Generation,
  operation: KnownOperation,
  variables: Readonly<Record<string, unknown>>,
): PermittedOperation => {
  const variation = variationOf(generation, operation, variables);
  const mask = wholeMask(variation.analyzed);
  return variation.permitted.get(mask) ?? filter(generation, operation, variation, mask);
};

const variationOf = (
  generation: Generation,
  operation: KnownOperation,
  variables: Readonly<Record<string, unknown>>,
): Variation => {
  const key = truthOf(operation.conditionVariables, variables);
  return operation.variations.get(key) ?? vary(generation, operation, variables, key);
};

const truthOf = (names: readonly string[], variables: Readonly<Record<string, unknown>>): string => {
  let truth = '';
  for (const name of names) truth += variables[name] === true ? '1' : '0';
  return truth;
};

const vary = (
  { schema, requirements, operations }: Generation,
  { of, name, conditionVariables, variations }: KnownOperation,
  variables: Readonly<Record<string, unknown>>,
  key: string,
): Variation => {
  const typeKey = unusedKey(of.document);
  // Planned without its conditions, an operation asks for nothing that this request leaves out.
  const document = conditionVariables.length === 0 ? of.document : specialize(of.document, name, variables, typeKey);
  const made: Variation = {
    analyzed: analyzeOperation(schema, requirements, document, name, typeKey),
    permitted: new Map(),
  };
  makeRoom(variations);
  variations.set(key, made);
  operations.grow(of, made.analyzed.size * BYTES_PER_ANALYZED);
  return made;
};

const filter = (
  { operations }: Generation,
  { of }: KnownOperation,
  { analyzed, permitted }: Variation,
  mask: string,
): PermittedOperation => {
  const made: PermittedOperation = { prepared: filterDocument(analyzed, mask), planned: new Map() };
  makeRoom(permitted);
  permitted.set(mask, made);
  operations.grow(of, analyzed.size * BYTES_PER_FILTERED);
  return made;
};

/** Of one operation; the conditions of a request are the client's choice. */
const MOST_KEPT = 64;

/** Takes out the oldest. Its bytes stay counted until the document goes: rather too many than too few. */
const makeRoom = (map: Map<string, unknown>): void => {
  const oldest = map.size < MOST_KEPT ? undefined : map.keys().next().value;
  if (oldest !== undefined) map.delete(oldest);
};

/** Of one selection. */
const BYTES_PER_ANALYZED = 400;
const BYTES_PER_FILTERED = 200;
