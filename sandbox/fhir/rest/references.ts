import { type Fields, isFields } from '../resource.ts';
import type { Fhir } from './message.ts';
import { FhirError } from './outcome.ts';

/** Calls `visit` with every object in a value that has a `reference`. */
export const eachReference = (value: unknown, visit: (reference: string, holder: Fields) => void): void => {
  if (Array.isArray(value)) for (const one of value) eachReference(one, visit);
  else if (isFields(value)) {
    if (typeof value['reference'] === 'string') visit(value['reference'], value);
    for (const one of Object.values(value)) if (typeof one === 'object') eachReference(one, visit);
  }
};

/** Runs `work` with references checked at its end: resources of one transaction may refer to each other. */
export const withReferencesAtEnd = <T>({ unchecked }: Fhir, work: () => T): T => {
  const checks: (() => void)[] = [];
  unchecked.push(checks);
  try {
    const result = work();
    for (const check of checks) check();
    return result;
  } finally {
    unchecked.pop();
  }
};

/** @throws FhirError 422 when a resource refers to one that this server would hold and does not */
export const checkReferences = ({ store, unchecked }: Fhir, resource: Fields): void => {
  const check = (): void =>
    eachReference(resource, (reference) => {
      const [, type = '', id = ''] = /^([A-Z]\w+)\/([^/#?]+)$/.exec(reference) ?? [];
      if (store.has(type) && store.get(type, id) === undefined)
        throw new FhirError(422, 'business-rule', 'a reference leads nowhere');
    });
  const later = unchecked.at(-1);
  if (later === undefined) check();
  else later.push(check);
};
