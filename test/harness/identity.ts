import { createIdentity, type Identity, type IdentityFacts } from '../../platform/identity.ts';

/** Somebody with these scopes: of an application of the group, for its everyday work, unless said otherwise. */
export const holding = (scopes: Iterable<string>, facts: Partial<IdentityFacts> = {}): Identity =>
  createIdentity({
    subject: 's',
    client: 'c',
    facilities: [],
    audience: 'internal',
    purpose: 'operations',
    ...facts,
    scopes,
  });
