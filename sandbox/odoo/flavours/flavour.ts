import { type Catalogue, loadCatalogue } from '../catalogue/catalogue.ts';
import type { Behaviour } from '../engine/behaviour.ts';
import { BEHAVIOURS } from '../models/behaviours.ts';
import type { Seed } from '../seed.ts';
import type { Translator } from '../wire/service.ts';
import { BEHAVIOURS_14, withMore } from './behaviours14.ts';
import { catalogueFor14 } from './catalogue14.ts';
import { tablesFor14 } from './tables14.ts';
import { translatorFor14 } from './translate14.ts';

/** What makes an Odoo of one version out of the engine, which knows the names of 19 only. */
export interface Flavour {
  readonly catalogue: Catalogue;
  readonly behaviours: ReadonlyMap<string, Behaviour>;
  /** Rows that this version has beside those of the seed. */
  readonly tables: Seed['tables'];
  readonly translate?: Translator;
}

export const flavourOf = (version: 14 | 19, seed: Seed): Flavour => {
  const current = loadCatalogue(19);
  if (version === 19) return { catalogue: current, behaviours: BEHAVIOURS, tables: {} };
  const old = loadCatalogue(14);
  const behaviours = new Map(BEHAVIOURS);
  for (const [model, more] of Object.entries(BEHAVIOURS_14))
    behaviours.set(model, withMore(behaviours.get(model), more));
  const catalogue = catalogueFor14(old, current);
  return { catalogue, behaviours, tables: tablesFor14(current, seed), translate: translatorFor14(old) };
};
