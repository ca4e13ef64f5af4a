import type { Capabilities } from './types.ts';

type Json = Readonly<Record<string, unknown>>;

/** Parameters of every resource (R4, 3.1.1.5), which few servers list. */
const COMMON = new Set(['_id', '_lastUpdated']);

/** Reads a CapabilityStatement; null for what is none of FHIR 4. */
export const readCapabilities = (body: unknown): Capabilities | null => {
  const statement = object(body);
  const version = statement['fhirVersion'];
  if (statement['resourceType'] !== 'CapabilityStatement' || typeof version !== 'string') return null;
  if (!/^4\.\d+(\.\d+)?$/.test(version)) return null;
  const rest = list(statement['rest']).find(({ mode }) => mode === 'server') ?? {};
  const resources = new Map(list(rest['resource']).map((each) => [each['type'], each]));
  const known = new Map(
    [...resources].map(([type, each]) => [
      type,
      {
        interactions: codes(each['interaction'], 'code'),
        params: new Set([...COMMON, ...codes(rest['searchParam'], 'name'), ...codes(each['searchParam'], 'name')]),
      },
    ]),
  );
  const system = codes(rest['interaction'], 'code');
  return Object.freeze({
    fhirVersion: version,
    has: (type: string, interaction: string) => known.get(type)?.interactions.has(interaction) ?? false,
    searches: (type: string, param: string) => known.get(type)?.params.has(param) ?? false,
    batch: system.has('batch'),
    transaction: system.has('transaction'),
  });
};

const object = (value: unknown): Json => (value !== null && typeof value === 'object' ? (value as Json) : {});
const list = (value: unknown): readonly Json[] => (Array.isArray(value) ? value.map(object) : []);
const codes = (value: unknown, key: string): ReadonlySet<unknown> => new Set(list(value).map((each) => each[key]));
