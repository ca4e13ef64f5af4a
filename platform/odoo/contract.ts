import { LoggableError } from '../log.ts';
import type { FieldType, ModelDescription, ModelDescriptions, OdooClient } from './types.ts';

/** One name, or the names a thing has had over the versions, newest first. */
export type Names = string | readonly string[];

export interface FieldNeed {
  readonly name: Names;
  /** Resolved to null when the server has none of the names. */
  readonly optional?: true;
  /** The types it may have. Left out: any. */
  readonly type?: FieldType | readonly FieldType[];
}

export interface ModelNeed {
  readonly model: Names;
  /** Resolved to null when the server has none of the models: a module that need not be installed. */
  readonly optional?: true;
  readonly fields: Readonly<Record<string, Names | FieldNeed>>;
}

/** What a part of the graph needs of Odoo, by our own names. */
export type ContractNeeds = Readonly<Record<string, ModelNeed>>;

type ResolvedField<F> = F extends { readonly optional: true } ? string | null : string;

interface ResolvedModel<M extends ModelNeed> {
  readonly model: string;
  readonly fields: { readonly [F in keyof M['fields']]: ResolvedField<M['fields'][F]> };
  /** Of every field the server has, not only the needed ones. */
  readonly description: ModelDescription;
}

/** The names this server uses. */
export type Contract<N extends ContractNeeds> = {
  readonly [K in keyof N]: N[K] extends { readonly optional: true } ? ResolvedModel<N[K]> | null : ResolvedModel<N[K]>;
};

/** The server lacks what we need. `problems` names every model and field at once, for operators only. */
export class ContractError extends LoggableError {
  readonly problems: readonly string[];
  /** Read by `codeOf`, and by whoever formats errors. */
  readonly extensions = Object.freeze({ code: 'SOR_CONTRACT_BROKEN', retryable: false } as const);

  constructor(problems: readonly string[]) {
    super('Odoo does not have what the graph needs', { problems: problems.join('; ') });
    this.name = 'ContractError';
    this.problems = Object.freeze([...problems]);
  }
}

/**
 * Checks once, against `fields_get`, that a server has every model and field that is needed, and picks among
 * alternative names by presence. A missing module or a renamed field then fails at start-up, by name.
 *
 * @throws ContractError with all problems; the errors of `describe` when the server cannot be asked
 */
export const checkContract = async <const N extends ContractNeeds>(
  client: Pick<OdooClient, 'describe'>,
  needs: N,
  spending?: Parameters<OdooClient['describe']>[1],
): Promise<Contract<N>> => {
  const models = Object.values(needs).flatMap(({ model }) => list(model));
  const described = await client.describe([...new Set(models)], spending);
  const problems: string[] = [];
  const resolved = Object.entries(needs).map(([name, need]) => [name, resolveModel(need, described, problems)]);
  if (problems.length > 0) throw new ContractError(problems);
  return Object.freeze(Object.fromEntries(resolved)) as Contract<N>;
};

const resolveModel = (need: ModelNeed, described: ModelDescriptions, problems: string[]) => {
  const model = list(need.model).find((name) => described.has(name));
  const description = model === undefined ? undefined : described.get(model);
  if (model === undefined || description === undefined) {
    if (need.optional !== true)
      problems.push(`${list(need.model).join(' or ')}: no such model; is its module installed?`);
    return null;
  }
  const fields = Object.entries(need.fields).map(([field, wanted]) => [
    field,
    resolveField(
      model,
      typeof wanted === 'string' || isList(wanted) ? { name: wanted } : wanted,
      description,
      problems,
    ),
  ]);
  return Object.freeze({ model, fields: Object.freeze(Object.fromEntries(fields)), description });
};

const resolveField = (model: string, need: FieldNeed, description: ModelDescription, problems: string[]) => {
  const names = list(need.name);
  const found = names.find((name) => description.has(name));
  if (found === undefined) {
    if (need.optional !== true)
      problems.push(`${model}.${names.join(' or ')}: no such field, or not readable for the user`);
    return null;
  }
  const type = description.get(found)?.type;
  if (need.type !== undefined && type !== undefined && !list(need.type).includes(type)) {
    problems.push(`${model}.${found}: is ${type}, not ${list(need.type).join(' or ')}`);
  }
  return found;
};

// Array.isArray does not narrow a readonly array.
const isList = (value: unknown): value is readonly string[] => Array.isArray(value);

const list = (names: Names): readonly string[] => (isList(names) ? names : [names]);
