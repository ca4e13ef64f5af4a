// What the access matrix says of a field, in the words of a table. Nothing here knows the page.

/** One outcome, as the graph has it, in a word. */
export const wordOf = ({ verdict, mask }) => {
  if (verdict === 'ABSENT') return 'not there';
  if (verdict === 'DENIED') return 'refused';
  if (verdict === 'ALLOWED') return 'clear';
  return mask === 'REMOVED' ? 'removed' : mask;
};

/** How an audience sees a field: for one purpose, or for each, those with one outcome together. */
export const seenBy = (sights, audience, purpose) => {
  const own = sights.filter((one) => one.audience === audience && (purpose === '' || one.purpose === purpose));
  const groups = new Map();
  for (const one of own) groups.set(wordOf(one), [...(groups.get(wordOf(one)) ?? []), one.purpose]);
  const [first, ...others] = [...groups].toSorted(([, a], [, b]) => b.length - a.length);
  if (first === undefined) return '–';
  return [first[0], ...others.map(([word, purposes]) => `${word} for ${purposes.join(', ')}`)].join('; ');
};

/** What a field takes, whoever asks. */
export const takes = (needs) =>
  needs
    .flatMap(({ oneOf }) => (oneOf.length === 0 ? [] : [oneOf.map((names) => names.join(' and ')).join(', or ')]))
    .join('; ') || 'a token';

/** Whether a field is among those looked for: part of its coordinate, its class, how an audience sees it. */
export const isMeant = ({ coordinate, class: ofClass, audiences }, { text, dataClass, audience, purpose, word }) =>
  coordinate.toLowerCase().includes(text.trim().toLowerCase()) &&
  (dataClass === '' || ofClass === dataClass) &&
  (word === '' ||
    audiences.some(
      (one) =>
        (audience === '' || one.audience === audience) &&
        (purpose === '' || one.purpose === purpose) &&
        wordOf(one) === word,
    ));

/** Every value that something has, each once, in the order of the alphabet. */
export const valuesOf = (items) =>
  [...new Set(items)].filter((item) => item !== null).toSorted((a, b) => (a < b ? -1 : 1));
