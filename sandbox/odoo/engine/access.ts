import { GROUPS } from '../seed/groups.ts';
import type { Field } from '../catalogue/catalogue.ts';
import type { Env } from './env.ts';
import { accessError } from './errors.ts';
import { visible } from './rules.ts';

export type Right = 'read' | 'write' | 'create' | 'unlink';

/** Whether the user's groups allow this on the model. Odoo itself may do everything. */
export const mayAccess = (env: Env, model: string, right: Right): boolean => {
  if (env.su) return true;
  // Without the right, employees are read through their public profile.
  if (model === 'hr.employee' && right === 'read' && env.user.groups.includes('base.group_user')) return true;
  const { access } = env.model(model);
  const letter = LETTERS[right];
  return Object.entries(access).some(
    ([group, letters]) => letters.includes(letter) && (group === '' || env.user.groups.includes(group)),
  );
};

/** @throws AccessError that names the groups which would be allowed. */
export const checkAccess = (env: Env, model: string, right: Right): void => {
  if (mayAccess(env, model, right)) return;
  const { access, label } = env.model(model);
  const allowed = Object.entries(access).flatMap(([group, letters]) =>
    letters.includes(LETTERS[right]) && group !== ''
      ? [`\t- ${(GROUPS[group]?.fullName ?? group).replace(' / ', '/')}`]
      : [],
  );
  const who =
    allowed.length === 0
      ? 'No group currently allows this operation.'
      : `This operation is allowed for the following groups:\n${allowed.join('\n')}`;
  throw accessError(
    `You are not allowed to ${VERBS[right]} '${label}' (${model}) records.\n\n${who}\n\nContact your administrator to request access if necessary.`,
  );
};

/** @throws AccessError when one of the records, all of which exist, is outside the user's rules. */
export const checkRules = (env: Env, model: string, ids: readonly number[], right: Right): void => {
  const may = visible(env, model);
  if (may === null) return;
  const hidden = ids.filter((id) => {
    const row = env.db.row(model, id);
    return row !== undefined && !may(row);
  });
  if (hidden.length > 0) throw hiddenError(env, model, hidden, right);
};

/** True when the groups of the field let the user see it. */
export const maySee = (env: Env, field: Field): boolean => {
  if (env.su || field.groups === undefined || field.groups === '') return true;
  return field.groups.split(',').some((group) => {
    const name = group.trim();
    return name.startsWith('!') ? !env.user.groups.includes(name.slice(1)) : env.user.groups.includes(name);
  });
};

/** @throws AccessError for fields that the user's groups do not show. */
export const checkFields = (env: Env, fields: readonly Field[], right: 'read' | 'write'): void => {
  const hidden = fields.find((field) => !maySee(env, field));
  if (hidden === undefined) return;
  const { label, name } = env.model(hidden.model);
  const groups = (hidden.groups ?? '').split(',').map((group) => `'${GROUPS[group.trim()]?.fullName ?? group.trim()}'`);
  const text =
    env.engine.version === 14
      ? `The requested operation can not be completed due to security restrictions.\n\nDocument type: ${label} (${name})\nOperation: ${right}\nUser: ${env.user.id}\nFields:\n- ${hidden.name} (allowed for groups ${groups.join(', ')})`
      : `You do not have enough rights to access the field "${hidden.name}" on ${label} (${name}). Please contact your system administrator.\n\nOperation: ${right}\nUser: ${env.user.id}\nGroups: allowed for groups ${groups.join(', ')}`;
  throw accessError(text);
};

const LETTERS = { read: 'r', write: 'w', create: 'c', unlink: 'd' } as const;
const VERBS = { read: 'access', write: 'modify', create: 'create', unlink: 'delete' } as const;

const hiddenError = (env: Env, model: string, ids: readonly number[], right: Right): Error => {
  const { label } = env.model(model);
  const name = env.db.row('res.partner', Number(env.db.row('res.users', env.user.id)?.['partner_id']))?.['name'];
  const user = `${typeof name === 'string' ? name : env.user.login} (id=${env.user.id})`;
  if (env.engine.version === 14) {
    return accessError(
      `Due to security restrictions, you are not allowed to ${VERBS[right]} '${label}' (${model}) records.\n\nRecords: ${ids.map((id) => `${model},${id} (id=${id})`).join(', ')}\nUser: ${user}\n\nThis restriction is due to the following rules:\n- ${label} multi-company\n\nNote: this might be a multi-company issue.\n\nContact your administrator to request access if necessary.`,
    );
  }
  const elsewhere = companyOf(env, model, ids[0]);
  const advice =
    elsewhere === undefined
      ? 'but you do not have access to the proper company to access the record anyhow.'
      : `you might be able to access the record by switching to the company: ${elsewhere}.`;
  return accessError(
    `Uh-oh! Looks like you have stumbled upon some top-secret records.\n\nSorry, ${user} doesn't have '${right === 'write' ? 'read' : right}' access to:\n- ${label} (${model})\n\nIf you really, really need access, perhaps you can win over your friendly administrator with a batch of freshly baked cookies.\n\nThis seems to be a multi-company issue, ${advice}`,
  );
};

/** The company of the user's that the record is in. */
const companyOf = (env: Env, model: string, id: number | undefined): string | undefined => {
  const field = env.field(model, 'company_id');
  if (id === undefined || field === undefined) return undefined;
  const company = env.sudo().record(model, id).one('company_id');
  return company !== null && env.user.companyIds.includes(company.id) ? company.displayName : undefined;
};
