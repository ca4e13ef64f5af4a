import type { FhirEntitySpec, FhirLink, FhirRelation, FhirScope } from './entity.ts';
import { localReference, objectsAt } from './references.ts';

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

export const shared: FhirScope = { kind: 'shared' };
export const ofFacility = (link: FhirLink): FhirScope => ({ kind: 'facility', link });
export const through = (link: FhirLink, of: FhirEntitySpec): FhirScope => ({ kind: 'through', link, of });

export const few = (link: FhirLink): FhirRelation => ({ ...link, few: true });
