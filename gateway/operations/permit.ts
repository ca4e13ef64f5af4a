import type { Identity } from '../../platform/identity.ts';
import { analyzeOperation, unusedKey } from '../../policies/access/analyze-operation.ts';
import { filterDocument, maskOf, wholeMask } from '../../policies/access/filter-document.ts';
import { classesOf, maskedPaths, maskTree } from '../../policies/access/mask-tree.ts';
import type { DataClass } from '../../policies/classes.ts';
import { type Sights, sightsOf } from '../../policies/field-masks.ts';
import { joinedMasks } from '../executor/joined-masks.ts';
import { specialize } from '../planning/specialize.ts';
import type { Generation } from '../supergraph/generation.ts';
import type { KnownOperation, PermittedOperation, Variation } from './known-document.ts';

/**
 * What this caller may run of an operation, with these variables.
 *
 * A function of the operation, of its conditions, of which requirements the caller meets and of how it sees the classes.
 * All of that is kept, so that a request only has to compute the mask.
 */
export const permit = (
  generation: Generation,
  operation: KnownOperation,
  variables: Readonly<Record<string, unknown>>,
  identity: Identity,
): PermittedOperation => {
  const variation = variationOf(generation, operation, variables);
  const mask = maskOf(generation.requirements, variation.analyzed, identity, variables);
  return keptOrMade(generation, operation, variation, mask, sightsFor(variation, identity));
};

/** The same as if everything were met; values are masked for the identity, and for nobody when there is none. */
export const permitAll = (
  generation: Generation,
  operation: KnownOperation,
  variables: Readonly<Record<string, unknown>>,
  identity?: Identity,
): PermittedOperation => {
  const variation = variationOf(generation, operation, variables);
  const sights = identity === undefined ? undefined : sightsFor(variation, identity);
  return keptOrMade(generation, operation, variation, wholeMask(variation.analyzed), sights);
};

const variationOf = (
  generation: Generation,
  operation: KnownOperation,
  variables: Readonly<Record<string, unknown>>,
): Variation => {
  const key = truthOf(operation.conditionVariables, variables);
  return operation.variations.get(key) ?? vary(generation, operation, variables, key);
};

const sightsFor = ({ classes }: Variation, { audience, purpose }: Identity): Sights | undefined =>
  classes.length === 0 ? undefined : sightsOf(audience, purpose);

const keptOrMade = (
  generation: Generation,
  operation: KnownOperation,
  variation: Variation,
  mask: string,
  sights: Sights | undefined,
): PermittedOperation => {
  const seen = sights === undefined ? '' : seenOf(variation.classes, sights);
  const veiled = seen === '' ? undefined : variation.permitted.get(`${mask} ${seen}`);
  if (veiled !== undefined) return veiled;
  const permitted = variation.permitted.get(mask) ?? filter(generation, operation, variation, mask);
  if (sights === undefined || seen === '') return permitted;
  return veil(generation, operation, variation, `${mask} ${seen}`, permitted, sights);
};

/** How the classes are seen; `''` when each is seen in clear, so that most callers share what is kept. */
const seenOf = (classes: readonly DataClass[], sights: Sights): string => {
  let seen = '';
  let isClear = true;
  for (const one of classes) {
    const sight = sights[one];
    seen += sight.charAt(0);
    if (sight !== 'clear') isClear = false;
  }
  return isClear ? '' : seen;
};

const truthOf = (names: readonly string[], variables: Readonly<Record<string, unknown>>): string => {
  let truth = '';
  for (const name of names) truth += variables[name] === true ? '1' : '0';
  return truth;
};

const vary = (
  { schema, requirements, masks, operations }: Generation,
  { of, name, conditionVariables, variations }: KnownOperation,
  variables: Readonly<Record<string, unknown>>,
  key: string,
): Variation => {
  const typeKey = unusedKey(of.document);
  // Planned without its conditions, an operation asks for nothing that this request leaves out.
  const document = conditionVariables.length === 0 ? of.document : specialize(of.document, name, variables, typeKey);
  const made: Variation = {
    analyzed: analyzeOperation(schema, requirements, document, name, typeKey),
    classes: classesOf(maskTree(schema, masks, document, name)),
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
  const made: PermittedOperation = { prepared: filterDocument(analyzed, mask), masked: undefined, planned: new Map() };
  makeRoom(permitted);
  permitted.set(mask, made);
  operations.grow(of, analyzed.size * BYTES_PER_FILTERED);
  return made;
};

/** The same for callers who do not see all of it in clear. It is planned in the same way. */
const veil = (
  { operations, schema, masks }: Generation,
  { of, name }: KnownOperation,
  { analyzed, permitted }: Variation,
  key: string,
  { prepared, planned }: PermittedOperation,
  sights: Sights,
): PermittedOperation => {
  const { document } = prepared;
  const tree = document === undefined ? [] : maskTree(schema, masks, document, name);
  const paths = maskedPaths(tree, sights);
  const joined = joinedMasks(tree, sights);
  const made: PermittedOperation = {
    prepared: joined === undefined ? prepared : Object.freeze({ ...prepared, masks: joined }),
    masked: paths.length === 0 ? undefined : JSON.stringify(paths),
    planned,
  };
  makeRoom(permitted);
  permitted.set(key, made);
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
