import type { FacilityEntity, FacilityScope, FhirEntitySpec, FhirLink, FhirRelation, FhirScope } from './entity.ts';
import { type Criteria, token, where } from './query.ts';
import { identifiersIn, localReference, objectsAt } from './references.ts';

/** An element that is a reference, or a list of them. */
export const linkAt = (param: string, to: string, element: string): FhirLink => ({
  param,
  to,
  elements: [element],
  targets: (resource, { address }) =>
    objectsAt(resource, element).flatMap((each) => localReference(each, to, address) ?? []),
});

/** A participant, which has its reference one step deeper. */
export const linkOfParticipant = (param: string, to: string): FhirLink => ({
  param,
  to,
  elements: ['participant'],
  targets: (resource, { address }) =>
    objectsAt(resource, 'participant').flatMap(({ actor }) => localReference(actor, to, address) ?? []),
});

/** A reference, or a list of them, to what is kept elsewhere and known by an identifier. */
export const numberAt = (param: string, to: string, system: string, element: string): FhirLink => ({
  param,
  to,
  system,
  elements: [element],
  targets: (resource) => objectsAt(resource, element).flatMap((each) => identifiersIn(each, system)),
});

/** Resources that refer to one of these. */
export const referringTo = ({ param, to, system }: FhirLink, targets: readonly string[]): Criteria =>
  system === undefined
    ? where(
        param,
        targets.map((id) => `${to}/${id}`),
      )
    : where(
        `${param}:identifier`,
        targets.map((value) => token(system, value)),
      );

export const shared: FhirScope = { kind: 'shared' };
export const ofFacility = (link: FhirLink): FacilityScope => ({ kind: 'facility', link });
export const through = (link: FhirLink, of: FhirEntitySpec): FhirScope => ({ kind: 'through', link, of });
export const chained = (link: FhirLink, of: FacilityEntity): FhirScope => ({ kind: 'chained', link, of });

export const few = (link: FhirLink): FhirRelation => ({ ...link, few: true });
export const unsearched = (link: Omit<FhirLink, 'param'>): FhirRelation => ({ ...link, param: '', unsearched: true });
