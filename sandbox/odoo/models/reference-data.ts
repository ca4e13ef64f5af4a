import type { Behaviour } from '../engine/behaviour.ts';
import { accessError, valueError } from '../engine/errors.ts';
import { mayAccess } from '../engine/access.ts';
import { visible } from '../engine/rules.ts';
import type { Rec } from '../engine/record.ts';
import { findExternal } from '../methods/loading.ts';
import { currencyRateToday } from './currency.ts';

export const currency: Behaviour = {
  searchedByName: ['name', 'full_name'],
  computes: {
    rate: { live: currencyRateToday },
    inverse_rate: { live: (record) => 1 / currencyRateToday(record) },
    date: {
      live: (record) => {
        const days = [...record.env.db.idsBy('res.currency.rate', 'currency_id', record.id)].map((id) =>
          String(record.env.db.row('res.currency.rate', id)?.['name']),
        );
        return days.toSorted().at(-1) ?? false;
      },
    },
    decimal_places: (record) => Math.max(0, Math.ceil(Math.log10(1 / (record.number('rounding') || 0.01)))),
  },
};

export const analyticAccount: Behaviour = {
  displayName: (record) => {
    const code = record.text('code');
    return code === '' ? record.text('name') : `[${code}] ${record.text('name')}`;
  },
  searchedByName: ['name', 'code'],
  computes: { root_plan_id: (record) => rootPlan(record.one('plan_id'))?.id ?? false },
};

const rootPlan = (plan: Rec | null): Rec | null => {
  const parent = plan?.one('parent_id') ?? null;
  return parent === null ? plan : rootPlan(parent);
};

export const analyticPlan: Behaviour = {
  displayName: (record) => record.text('complete_name'),
  computes: {
    complete_name: (record): string => {
      const parent = record.one('parent_id');
      return parent === null ? record.text('name') : `${parent.text('complete_name')} / ${record.text('name')}`;
    },
    root_id: (record) => rootPlan(record)?.id ?? false,
  },
};

export const externalId: Behaviour = {
  displayName: (record) => record.text('complete_name'),
  searchedByName: ['name'],
  computes: {
    complete_name: (record) => `${record.text('module')}.${record.text('name')}`,
    reference: (record) => `${record.text('model')},${record.number('res_id')}`,
  },
  methods: {
    /** Answers `[model, id]` to everybody, though plain users may not read the table. */
    check_object_reference: {
      on: 'model',
      parameters: ['module!', 'xml_id!', 'raise_on_access_error'],
      run: (env, _model, _ids, named) => {
        const name = `${String(named['module'])}.${String(named['xml_id'])}`;
        const found = findExternal(env, name);
        if (found === undefined) throw valueError(`External ID not found in the system: ${name}`);
        const row = env.db.row(found.model, found.id);
        const may =
          row !== undefined && mayAccess(env, found.model, 'read') && (visible(env, found.model)?.(row) ?? true);
        if (may) return [found.model, found.id];
        if (named['raise_on_access_error'] === true)
          throw accessError(`Not enough access rights on the external ID "${name}"`);
        return [found.model, false];
      },
    },
  },
};
