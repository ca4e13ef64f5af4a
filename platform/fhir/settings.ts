import type { Config } from '../settings.ts';
import type { FhirAuth, FhirSettings } from './types.ts';

/** How to reach the server of a group of settings; undefined where it names none. */
export const fhirSettings = (group: Config['scheduling']): FhirSettings | undefined => {
  const { fhirUrl, reads, writes, responseLimit } = group;
  return fhirUrl === undefined ? undefined : { url: fhirUrl, auth: authOf(group), reads, writes, responseLimit };
};

const authOf = ({ token, clientId, clientKey, clientScope }: Config['scheduling']): FhirAuth => {
  // The configuration has been checked: with a client comes its key.
  if (clientId !== undefined && clientKey !== undefined)
    return { kind: 'smart', clientId, key: clientKey, scope: clientScope };
  return token === undefined ? { kind: 'none' } : { kind: 'bearer', token };
};
