import { onAbort } from '../outbound/abort.ts';
import type { Caller, Spending } from './calls.ts';
import type { Clock } from '../outbound/clock.ts';
import { faultOf, refusedFault, shapeFault, toError } from './faults.ts';
import type { FieldDescription, FieldType, ModelDescription } from './types.ts';
import { isRecord } from './values.ts';

const ATTRIBUTES = [
  'type',
  'relation',
  'store',
  'sortable',
  'required',
  'readonly',
  'selection',
  'digits',
  'currency_field',
];

// Asked for everybody who waits, so no single caller's deadline or signal applies, only the client's end.
const DEADLINE = 30_000;

// How each protocol says that there is no such model. Only `fields_get` takes no argument that could also be wrong.
const NO_SUCH_MODEL: ReadonlySet<string | null | undefined> = new Set([
  'werkzeug.exceptions.NotFound',
  'odoo.exceptions.UserError',
  'builtins.KeyError',
]);

/** Describes models by `fields_get`, each once however many ask; a failure is not kept. */
export interface Describer {
  /** `undefined` when the server has no such model. */
  model(name: string, spending?: Spending): Promise<ModelDescription | undefined>;
}

export const createDescriber = (caller: Caller, clock: Clock, end: AbortSignal): Describer => {
  const known = new Map<string, Promise<ModelDescription | undefined>>();

  const ask = (name: string): Promise<ModelDescription | undefined> => {
    const asked = fieldsGet(caller, name, { deadline: clock.now() + DEADLINE, signal: end });
    known.set(name, asked);
    asked.catch(() => known.delete(name));
    return asked;
  };

  return {
    model: (name, spending) => {
      const answer = known.get(name) ?? ask(name);
      return spending === undefined ? answer : within(answer, spending, name, clock);
    },
  };
};

const fieldsGet = async (caller: Caller, model: string, spending: Spending): Promise<ModelDescription | undefined> => {
  const call = { model, method: 'fields_get', ids: null, args: { attributes: ATTRIBUTES }, context: {} };
  try {
    return await caller.call('read', call, spending, (result) => {
      if (!isRecord(result)) throw shapeFault('fields_get did not answer an object', call);
      return new Map(Object.entries(result).flatMap(([name, raw]) => (isRecord(raw) ? [[name, toField(raw)]] : [])));
    });
  } catch (error) {
    if (NO_SUCH_MODEL.has(faultOf(error)?.odooName)) return undefined;
    throw error;
  }
};

const toField = (raw: Readonly<Record<string, unknown>>): FieldDescription => ({
  type: raw['type'] as FieldType,
  relation: textOr(raw['relation'], null),
  store: raw['store'] === true,
  sortable: raw['sortable'] === true,
  required: raw['required'] === true,
  readonly: raw['readonly'] === true,
  selection: Array.isArray(raw['selection']) ? raw['selection'].map((option: unknown) => String(first(option))) : null,
  digits: digitsOf(raw['digits']),
  currencyField: textOr(raw['currency_field'], null),
});

const textOr = (value: unknown, otherwise: null): string | null => (typeof value === 'string' ? value : otherwise);

const first = (option: unknown): unknown => (Array.isArray(option) ? option[0] : option);

/** `[precision, scale]`. */
const digitsOf = (value: unknown): number | null => {
  const scale: unknown = Array.isArray(value) ? value[1] : null;
  return typeof scale === 'number' ? scale : null;
};

/** The answer, unless one caller's own time ends first. */
const within = <T>(answer: Promise<T>, { deadline, signal }: Spending, model: string, clock: Clock): Promise<T> =>
  new Promise((resolve, reject) => {
    const call = { model, method: 'fields_get' };
    const settle = (done: () => void) => {
      cancel();
      ignoreSignal();
      done();
    };
    const giveUp = (reason: 'cancelled' | 'deadline') =>
      settle(() => reject(toError(refusedFault(reason, call), 'read')));
    const cancel = clock.at(deadline, () => giveUp('deadline'));
    const ignoreSignal = onAbort(signal, () => giveUp('cancelled'));
    answer.then(
      (value) => settle(() => resolve(value)),
      (error: unknown) => settle(() => reject(error)),
    );
    if (signal?.aborted === true) giveUp('cancelled');
  });
