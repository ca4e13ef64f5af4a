import { isNonNullType } from 'graphql';
import { type Conditions, NEVER } from '../../../../policies/access/conditions.ts';
import type { DeniedSelections } from '../../../../policies/access/denied.ts';

/** What was taken out of one selection of an object, and when that selection is part of a request. */
export interface DeniedLayer {
  readonly denied: DeniedSelections;
  readonly when: Conditions;
}

/** Null where something was denied and nothing else gives a value. */
export interface DeniedNull {
  readonly when: NonNullable<Conditions>;
  /** There is no place for null here. */
  readonly rises: boolean;
}

/** What was denied at the keys of one object of a known type. */
export interface DeniedKeys {
  /** Response keys in the order of the document. */
  readonly order: ReadonlySet<string>;
  /** The first whose conditions hold counts. */
  nullsAt(key: string): readonly DeniedNull[];
  /** Of the object, or of the objects of a list, that a key holds. */
  layersAt(key: string): readonly DeniedLayer[];
}

export const deniedKeys = (layers: readonly DeniedLayer[], typeName: string): DeniedKeys => {
  const nulls = new Map<string, DeniedNull[]>();
  const below = new Map<string, DeniedLayer[]>();
  for (const { denied, when } of layers) {
    const narrowed = (position: Position): Conditions =>
      when === undefined || position.objects?.has(typeName) === false ? NEVER : [...when, ...position.when];
    for (const missing of denied.missing) {
      const conditions = narrowed(missing);
      if (conditions !== undefined)
        push(nulls, missing.responseKey, { when: conditions, rises: isNonNullType(missing.type) });
    }
    // Also what is never meant here: it says in which order the keys of what another selection asks for come.
    for (const one of denied.below) push(below, one.responseKey, { denied: one.selections, when: narrowed(one) });
  }
  return {
    order: new Set(layers.flatMap(({ denied }) => denied.order)),
    nullsAt: (key) => nulls.get(key) ?? [],
    layersAt: (key) => below.get(key) ?? [],
  };
};

type Position = DeniedSelections['missing'][number];

/** Whether nobody can say what is denied of an object before it is known of which type it is. */
export const dependOnType = (layers: readonly DeniedLayer[]): boolean =>
  layers.some(({ denied }) => [...denied.missing, ...denied.below].some(({ objects }) => objects !== undefined));

const push = <T>(lists: Map<string, T[]>, key: string, item: T): void => {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [item]);
  else list.push(item);
};
