/** Thrown where an answer is not what the scanner was made for. Nothing is wrong yet: somebody else looks at it. */
export const SURPRISE: Error = Object.freeze(new Error('an answer has to be looked at more closely'));

/**
 * What generated scanners call. Each takes the bytes of a JSON text and an index, and returns the index behind what
 * stands there, or throws SURPRISE (RFC 8259). That the bytes are UTF-8 has been checked before.
 */
export const RUNTIME = Object.freeze({
  /** A string; the index is that of its opening quote. Four bytes at a time, as long as nothing stands out. */
  stringEnd: (bytes: Uint8Array, at: number, view: DataView): number => {
    if (bytes[at] !== 34) throw SURPRISE;
    const last = view.byteLength - 4;
    let end = at + 1;
    for (;;) {
      while (end <= last && isOrdinary(view.getInt32(end, true))) end += 4;
      let byte = bytes[end] ?? 0;
      while (byte !== 34 && byte !== 92 && byte >= 32) byte = bytes[++end] ?? 0;
      if (byte === 34) return end + 1;
      if (byte < 32) throw SURPRISE;
      end = escapeEnd(bytes, end);
    }
  },
  /** Int (GraphQL section 3.5.1): 32 bits, no fraction, no exponent. */
  intEnd: (bytes: Uint8Array, at: number): number => {
    const isNegative = bytes[at] === 45;
    const first = isNegative ? at + 1 : at;
    let [end, value] = [first, 0];
    for (let byte = bytes[end] ?? 0; isDigit(byte) && value <= LARGEST_INT + 1; byte = bytes[++end] ?? 0)
      value = 10 * value + byte - 48;
    const isPlain = end > first && (bytes[first] !== 48 || end === first + 1);
    if (!isPlain || value > (isNegative ? LARGEST_INT + 1 : LARGEST_INT)) throw SURPRISE;
    return end;
  },
  /** Float: a number that is not too large to be one. */
  floatEnd: (bytes: Uint8Array, at: number): number => numberEnd(bytes, at),
  /** This very text. */
  textEnd: (bytes: Uint8Array, at: number, text: string): number => {
    for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text.charCodeAt(i)) throw SURPRISE;
    return at + text.length;
  },
  booleanEnd: (bytes: Uint8Array, at: number): number => {
    if (bytes[at] === 116) return wordEnd(bytes, at, TRUE);
    return wordEnd(bytes, at, FALSE);
  },
  nullEnd: (bytes: Uint8Array, at: number): number => wordEnd(bytes, at, NULL),
  /** Any value, for scalars of the subgraphs' own. */
  valueEnd: (bytes: Uint8Array, at: number, view: DataView): number => valueEnd(bytes, at, view, 0),
  /** The end of the answer, behind its data: extensions that nobody reads, and white space. */
  answerEnd: (bytes: Uint8Array, at: number, view: DataView): void => {
    let end = at;
    if (bytes[end] === 44) end = valueEnd(bytes, wordEnd(bytes, end + 1, EXTENSIONS), view, 0);
    if (bytes[end] !== 125) throw SURPRISE;
    for (end += 1; end < bytes.length; end += 1) if (!isSpace(bytes[end] ?? 0)) throw SURPRISE;
  },
});

const codesOf = (text: string): readonly number[] => Array.from(text, (character) => character.charCodeAt(0));

const TRUE = codesOf('true');
const FALSE = codesOf('false');
const NULL = codesOf('null');
const EXTENSIONS = codesOf('"extensions":');

const isSpace = (byte: number): boolean => byte === 32 || byte === 9 || byte === 10 || byte === 13;

const wordEnd = (bytes: Uint8Array, at: number, word: readonly number[]): number => {
  for (let i = 0; i < word.length; i++) if (bytes[at + i] !== word[i]) throw SURPRISE;
  return at + word.length;
};

/** Whether four bytes have no quote, no backslash and no control character among them; where in doubt, not. */
const isOrdinary = (four: number): boolean => {
  const quotes = four ^ 0x22222222;
  const escapes = four ^ 0x5c5c5c5c;
  const found = ((quotes - 0x01010101) & ~quotes) | ((escapes - 0x01010101) & ~escapes) | ((four - 0x20202020) & ~four);
  return (found & 0x80808080) === 0;
};

const escapeEnd = (bytes: Uint8Array, at: number): number => {
  const escaped = bytes[at + 1] ?? 0;
  if (escaped === 117) {
    for (let i = 2; i < 6; i++) if (!isHex(bytes[at + i] ?? 0)) throw SURPRISE;
    return at + 6;
  }
  if (!ESCAPED.has(escaped)) throw SURPRISE;
  return at + 2;
};

const ESCAPED: ReadonlySet<number> = new Set(codesOf('"\\/bfnrt'));

const isDigit = (byte: number): boolean => byte >= 48 && byte <= 57;
const isHex = (byte: number): boolean => isDigit(byte) || ((byte | 32) >= 97 && (byte | 32) <= 102);

const digitsEnd = (bytes: Uint8Array, at: number): number => {
  let end = at;
  while (isDigit(bytes[end] ?? 0)) end += 1;
  return end;
};

const LARGEST_INT = 2 ** 31 - 1;

/** Of a number, and of a positive exponent: with these no number is too large. */
const MOST_DIGITS = 100;
const MOST_EXPONENT_DIGITS = 2;

const numberEnd = (bytes: Uint8Array, at: number): number => {
  const first = bytes[at] === 45 ? at + 1 : at;
  let end = digitsEnd(bytes, first);
  if (end === first || (bytes[first] === 48 && end - first > 1)) throw SURPRISE;
  if (bytes[end] === 46) {
    const fraction = end + 1;
    end = digitsEnd(bytes, fraction);
    if (end === fraction) throw SURPRISE;
  }
  if (end - first > MOST_DIGITS) throw SURPRISE;
  return ((bytes[end] ?? 0) | 32) === 101 ? exponentEnd(bytes, end + 1) : end;
};

const exponentEnd = (bytes: Uint8Array, at: number): number => {
  const isNegative = bytes[at] === 45;
  const first = isNegative || bytes[at] === 43 ? at + 1 : at;
  const end = digitsEnd(bytes, first);
  if (end === first || (!isNegative && end - first > MOST_EXPONENT_DIGITS)) throw SURPRISE;
  return end;
};

const DEEPEST = 100;

const valueEnd = (bytes: Uint8Array, at: number, view: DataView, depth: number): number => {
  const byte = bytes[at] ?? 0;
  if (byte === 34) return RUNTIME.stringEnd(bytes, at, view);
  if (byte === 123 || byte === 91) {
    if (depth > DEEPEST) throw SURPRISE;
    return byte === 123 ? membersEnd(bytes, at, view, depth) : itemsEnd(bytes, at, view, depth);
  }
  if (byte === 110) return RUNTIME.nullEnd(bytes, at);
  return byte === 116 || byte === 102 ? RUNTIME.booleanEnd(bytes, at) : numberEnd(bytes, at);
};

const itemsEnd = (bytes: Uint8Array, at: number, view: DataView, depth: number): number => {
  if (bytes[at + 1] === 93) return at + 2;
  for (let end = at + 1; ; end += 1) {
    end = valueEnd(bytes, end, view, depth + 1);
    if (bytes[end] === 93) return end + 1;
    if (bytes[end] !== 44) throw SURPRISE;
  }
};

const membersEnd = (bytes: Uint8Array, at: number, view: DataView, depth: number): number => {
  if (bytes[at + 1] === 125) return at + 2;
  for (let end = at + 1; ; end += 1) {
    end = RUNTIME.stringEnd(bytes, end, view);
    if (bytes[end] !== 58) throw SURPRISE;
    end = valueEnd(bytes, end + 1, view, depth + 1);
    if (bytes[end] === 125) return end + 1;
    if (bytes[end] !== 44) throw SURPRISE;
  }
};
