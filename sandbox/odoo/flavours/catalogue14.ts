import type { Catalogue, Field, Model } from '../catalogue/catalogue.ts';
import { FIELDS_14, MODELS_14 } from './names14.ts';

/**
 * The catalogue of an engine that stands for 14: the models of 19, which its business needs, with the fields of 14
 * beside them. A renamed field shows the one that holds its value; one that 14 alone has is a field of its own.
 */
export const catalogueFor14 = (old: Catalogue, current: Catalogue): Catalogue => {
  const models = new Map(current);
  for (const [name, model] of old) {
    const target = MODELS_14[name] ?? name;
    models.set(target, merged(old, model, target, models.get(target)));
  }
  return models;
};

const merged = (old: Catalogue, model: Model, name: string, current: Model | undefined): Model => {
  const fields = new Map<string, Field>(current?.fields);
  for (const [fieldName, field] of model.fields) {
    const relation = field.relation === undefined ? {} : { relation: MODELS_14[field.relation] ?? field.relation };
    const alias = FIELDS_14[name]?.[fieldName];
    const known = fields.get(fieldName);
    if (alias !== undefined) {
      fields.set(fieldName, { ...field, ...relation, model: name, required: false, related: [alias] });
    } else if (known === undefined) {
      fields.set(fieldName, { ...ownPath(old, model, field), ...relation, model: name, required: false });
    } else {
      fields.set(fieldName, { ...withChoices(known, field), string: field.string, groups: field.groups ?? '' });
    }
  }
  return { name, label: model.label, order: current?.order ?? 'id', access: model.access, fields };
};

/** Values of both versions may be stored: the business writes 19's, clients read 14's. */
const withChoices = (current: Field, old: Field): Field => {
  if (current.selection === undefined) return current;
  const keys = new Set(current.selection.map(([key]) => key));
  return { ...current, selection: [...current.selection, ...(old.selection ?? []).filter(([key]) => !keys.has(key))] };
};

/** A path over names that 19 does not have is given up: the field is then simply empty. */
const ownPath = (old: Catalogue, model: Model, field: Field): Field => {
  const { related, ...own } = field;
  const [first = ''] = related ?? [];
  const hop = model.fields.get(first);
  const isStraight =
    related !== undefined && related.length === 2 && hop?.type === 'many2one' && old.has(hop.relation ?? '');
  return isStraight ? field : own;
};
