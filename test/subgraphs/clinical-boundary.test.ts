import { describe, expect, it } from '@jest/globals';
import { type DocumentNode, Kind, parse, visit } from 'graphql';
import { subgraphs } from '../../subgraphs/index.ts';

/**
 * Words of the clinical record, which is none of the graph. They are looked for in names, each part of them by itself:
 * `paymentCondition` would be refused too, and has a better name.
 */
const CLINICAL = new Set(
  (
    'allergy allergies anamnesis biopsy careplan clinical comorbidity condition conditions diagnosis diagnoses diagnostic ' +
    'disease dosage dose encounter encounters immunization immunizations indication lab laboratory ' +
    'medication medications narrative observation observations pathology prescription prescriptions procedure procedures ' +
    'prognosis specimen symptom symptoms therapy treatment treatments triage vaccination vaccinations vital vitals'
  ).split(' '),
);
/** Of two parts, or of a value: harmless by themselves. */
const CLINICAL_PAIRS = /care_?plan|blood_?type|chief_?complaint|visit_?note|clinical|reason_?for_?visit/i;

/** The names of a schema, as `Patient.diagnosis`, that have a word of the clinical record in them. */
const clinicalNames = (document: DocumentNode): readonly string[] => {
  const found: string[] = [];
  const path: string[] = [];
  visit(document, {
    enter: (node) => {
      if (!NAMED.has(node.kind)) return undefined;
      const name = (node as unknown as { name: { value: string } }).name.value;
      path.push(name);
      const parts = name.split(/_|(?<=[a-z0-9])(?=[A-Z])/).map((part) => part.toLowerCase());
      if (parts.some((part) => CLINICAL.has(part)) || CLINICAL_PAIRS.test(name)) found.push(path.join('.'));
      return undefined;
    },
    leave: (node) => {
      if (NAMED.has(node.kind)) path.pop();
    },
  });
  return found;
};

const NAMED: ReadonlySet<string> = new Set([
  Kind.OBJECT_TYPE_DEFINITION,
  Kind.OBJECT_TYPE_EXTENSION,
  Kind.INTERFACE_TYPE_DEFINITION,
  Kind.UNION_TYPE_DEFINITION,
  Kind.INPUT_OBJECT_TYPE_DEFINITION,
  Kind.ENUM_TYPE_DEFINITION,
  Kind.ENUM_VALUE_DEFINITION,
  Kind.FIELD_DEFINITION,
  Kind.INPUT_VALUE_DEFINITION,
  Kind.SCALAR_TYPE_DEFINITION,
]);

describe('the clinical record', () => {
  it.each(subgraphs)('is none of $name', ({ sdl }) => {
    expect(clinicalNames(parse(sdl))).toEqual([]);
  });

  it.each([
    ['type Patient { diagnosis: String }', 'Patient.diagnosis'],
    ['type Patient { mainDiagnosisCode: String }', 'Patient.mainDiagnosisCode'],
    ['extend type Appointment { reasonForVisit: String }', 'Appointment.reasonForVisit'],
    ['type Observation { id: ID }', 'Observation'],
    ['enum Kind { OFFICE LAB_RESULT }', 'Kind.LAB_RESULT'],
    ['input AppointmentFilter { treatment: ID }', 'AppointmentFilter.treatment'],
    ['type Query { charges(procedure: ID): String }', 'Query.charges.procedure'],
  ])('is seen in %s', (sdl, name) => {
    expect(clinicalNames(parse(sdl))).toContain(name);
  });
});
