import { readFileSync } from 'node:fs';
import { besideSource } from '../../../platform/root.ts';

export type FieldType =
  | 'boolean'
  | 'integer'
  | 'float'
  | 'monetary'
  | 'char'
  | 'text'
  | 'html'
  | 'selection'
  | 'date'
  | 'datetime'
  | 'many2one'
  | 'one2many'
  | 'many2many'
  | 'reference'
  | 'many2one_reference'
  | 'binary'
  | 'json'
  | 'properties'
  | 'properties_definition';

/** A field as `fields_get` of a real Odoo describes it to an administrator. */
export interface Field {
  readonly model: string;
  readonly name: string;
  readonly type: FieldType;
  readonly string: string;
  readonly relation?: string;
  readonly relation_field?: string;
  readonly selection?: readonly (readonly [string, string])[];
  /** External ids of the groups that may see it, comma-separated. */
  readonly groups?: string;
  readonly required: boolean;
  readonly readonly: boolean;
  readonly store: boolean;
  readonly sortable: boolean;
  readonly searchable: boolean;
  readonly company_dependent: boolean;
  readonly translate: boolean;
  readonly digits?: readonly [number, number];
  readonly currency_field?: string;
  /** The path whose value this field shows. */
  readonly related?: readonly string[];
}

export interface Model {
  readonly name: string;
  readonly label: string;
  readonly order: string;
  /** Group (`''` for everybody) → what it may do: some of `r`, `w`, `c`, `d`. */
  readonly access: Readonly<Record<string, string>>;
  readonly fields: ReadonlyMap<string, Field>;
}

export type Catalogue = ReadonlyMap<string, Model>;

/** The models and fields of one version of Odoo, recorded from a real one by `scripts/odoo/catalogue.ts`. */
export const loadCatalogue = (version: 14 | 19): Catalogue => {
  const known = loaded.get(version);
  if (known !== undefined) return known;
  const parsed = JSON.parse(readFileSync(besideSource(import.meta.dirname, `v${version}.json`), 'utf8')) as Record<
    string,
    RawModel
  >;
  const complete = new Map(Object.entries(parsed).map(([name, raw]) => [name, modelOf(name, raw)]));
  const catalogue = new Map([...complete].map(([name, model]) => [name, withOwnFields(complete, model)]));
  loaded.set(version, catalogue);
  return catalogue;
};

/** A field related through a model that was not recorded (a tax's repartition, an employee's resource) is stored instead. */
const withOwnFields = (catalogue: Catalogue, model: Model): Model => {
  const fields = [...model.fields].map(([name, field]): [string, Field] => {
    if (field.related === undefined || leads(catalogue, model, field.related)) return [name, field];
    const { related: _gone, ...own } = field;
    return [name, own];
  });
  return { ...model, fields: new Map(fields) };
};

const leads = (catalogue: Catalogue, model: Model, path: readonly string[]): boolean => {
  const [name = '', ...rest] = path;
  const field = model.fields.get(name);
  if (field === undefined || rest.length === 0) return field !== undefined;
  const next = catalogue.get(field.relation ?? '');
  return next !== undefined && leads(catalogue, next, rest);
};

interface RawModel {
  readonly name: string;
  readonly order: string;
  readonly access: Readonly<Record<string, string>>;
  readonly fields: Readonly<
    Record<string, Partial<Field> & { readonly type: FieldType; readonly string: string; readonly related?: string }>
  >;
}

const loaded = new Map<number, Catalogue>();

const modelOf = (name: string, raw: RawModel): Model => {
  const fields = new Map<string, Field>([['id', ID(name)]]);
  for (const [field, attributes] of Object.entries(raw.fields)) {
    const { related, ...rest } = attributes;
    const store = attributes.store ?? true;
    fields.set(field, {
      required: false,
      readonly: false,
      searchable: true,
      company_dependent: false,
      translate: false,
      ...rest,
      model: name,
      name: field,
      store,
      sortable: attributes.sortable ?? store,
      ...(typeof related === 'string' && { related: related.split('.') }),
    });
  }
  return { name, label: raw.name, order: raw.order, access: raw.access, fields };
};

const ID = (model: string): Field => ({
  model,
  name: 'id',
  type: 'integer',
  string: 'ID',
  required: false,
  readonly: true,
  store: true,
  sortable: true,
  searchable: true,
  company_dependent: false,
  translate: false,
});
