/** Thrown while compiling: this operation is for the executor that can do everything. */
export const UNSUITED: Error = Object.freeze(new Error('not an operation for splicing'));
