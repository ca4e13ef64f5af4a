/** Part of the text of an object: JSON that is known, or an expression that makes it. */
export type Piece = { readonly json: string } | { readonly code: string };

/** Statements, and the pieces that stand for what they have done. */
export interface Written {
  readonly lines: string;
  readonly pieces: readonly Piece[];
}

/** One expression; neighbours that are known become one constant. */
export const concatenated = (pieces: readonly Piece[]): string => {
  const merged: Piece[] = [];
  for (const piece of pieces) {
    const last = merged.at(-1);
    if ('json' in piece && last !== undefined && 'json' in last)
      merged[merged.length - 1] = { json: last.json + piece.json };
    else merged.push(piece);
  }
  return merged.map((piece) => ('json' in piece ? JSON.stringify(piece.json) : piece.code)).join(' + ');
};
