/** How every key in the data begins that is not the client's own word. What a client writes like this is given another. */
const OWN = '_as_';

export const isOwnKey = (key: string): boolean => key.startsWith(OWN);

/** For what a client calls by a key that the gateway uses itself. */
export const separateKey = (key: string): string => OWN + key;

/** For a field that only the gateway asks for. No key of a client comes to look like it: a name begins with no digit. */
export const twinKey = (number: number, field: string): string => `${OWN}${number}_${field}`;

/** What a client calls that which stands in the data under a key: by its own key, or by the name of the field. */
export const answerKey = (key: string): string => {
  if (!isOwnKey(key)) return key;
  return key.slice(OWN.length).replace(/^\d+_/, '');
};
