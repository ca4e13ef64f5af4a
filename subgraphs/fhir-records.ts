import type { FhirEntitySpec } from '../platform/fhir/entity.ts';
import type { FhirSession } from '../platform/fhir/session.ts';
import type { KeyedRecords } from './records.ts';

/** Reads the entities of a connector from a FHIR server, each known by the name of its canonical type. */
export const fhirRecordsOf = <Kind extends string>(
  fhir: FhirSession,
  entities: Readonly<Record<Kind, FhirEntitySpec>>,
): KeyedRecords<Kind> => ({
  find: (kind, id, fields) => fhir.find(entities[kind], id, fields),
  findBy: (kind, field, value, fields) => fhir.findBy(entities[kind], field, value, fields),
  list: (kind, args, selected) => fhir.list(entities[kind], args, selected),
  follow: (kind, reference, fields) => fhir.follow(entities[kind], reference, fields),
  childrenOf: (kind, relation, parent, args, selected) =>
    fhir.children(entities[kind], relation, parent, args, selected),
});
