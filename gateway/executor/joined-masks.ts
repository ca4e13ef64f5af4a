import type { MaskNode } from '../../policies/access/mask-tree.ts';
import { type FieldMask, maskFor, type Sights } from '../../policies/field-masks.ts';
import type { MaskKey } from '../../policies/mask-keys.ts';
import { type Mask, maskValue } from '../../policies/masks.ts';

/** Makes of a value what is seen of it. */
export type PutMask = (value: unknown, key: MaskKey | undefined) => unknown;

/**
 * Masks that the gateway puts on, when everything has been joined: those of the fields by which subgraphs join. All others
 * their subgraphs put on.
 */
export interface JoinedMasks {
  at(typeName: string, fieldName: string): PutMask | undefined;
}

/** The masks of an operation for callers who see classes like this; `undefined`: none. */
export const joinedMasks = (tree: readonly MaskNode[], sights: Sights): JoinedMasks | undefined => {
  const found = new Map<string, PutMask>();
  const visit = (nodes: readonly MaskNode[]): void => {
    for (const { fields, below } of nodes) {
      for (const field of fields) {
        const mask = ofGateway(field, sights);
        if (mask !== 'KEEP') found.set(field.coordinate, putting(mask));
      }
      visit(below);
    }
  };
  visit(tree);
  if (found.size === 0) return undefined;
  return Object.freeze({ at: (typeName: string, fieldName: string) => found.get(`${typeName}.${fieldName}`) });
};

/** Besides: no object of a type that is removed. Its subgraph may not know what class the objects of another are of. */
const ofGateway = (field: FieldMask, sights: Sights): Mask => {
  if (field.isJoining) return maskFor(field, sights);
  return field.returns !== undefined && sights[field.returns] === 'removed' ? 'REMOVED' : 'KEEP';
};

const putting =
  (mask: Mask): PutMask =>
  (value, key) => {
    if (mask === 'REMOVED') return null;
    if (key === undefined) throw new Error('masks need a key');
    return maskValue(mask, value, key);
  };
