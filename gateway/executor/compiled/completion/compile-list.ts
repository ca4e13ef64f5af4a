import type { Completer, Place } from './completer.ts';
import { tellInvalid, tellMissing } from './completion-error.ts';

/** Completes a list, given how to complete what is not null in it. */
export const compileList = (place: Place, items: Place, isNonNull: boolean, complete: Completer): Completer => {
  const { depth } = place;
  return (value, state) => {
    if (!Array.isArray(value)) return tellInvalid(place, state);
    const { indices } = state;
    const last = value.length - 1;
    let isWhole = true;
    let done = '[';
    let text = '';
    for (let i = 0; i <= last; i++) {
      const item: unknown = value[i];
      indices[depth] = i;
      const isNull = item === null || item === undefined;
      const written = isNull ? (isNonNull ? tellMissing(items, state) : null) : complete(item, state);
      if (written === null && isNonNull) isWhole = false;
      if (!isWhole) continue;
      text += written ?? 'null';
      if (i === last) break;
      if (text.length < PIECE) {
        text += ',';
      } else {
        done += inOnePiece(text, ',');
        text = '';
      }
    }
    return isWhole ? `${done}${text}]` : null;
  };
};

/**
 * Characters. A string that was concatenated is a tree, with a node of 32 bytes for some ten characters. Put together now
 * and then, the trees of a long list are gone before the garbage collector would have to carry them along, and a string
 * of this length it does not carry at all.
 */
const PIECE = 128 * 1024;

/** Joining copies; it would not if one of the two were empty. */
const inOnePiece = (text: string, end: string): string => [text, end].join('');
