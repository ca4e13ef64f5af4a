/** What the runner and a probe inside the measured process say to each other. */

export type ToProbe = { readonly probe: 'begin' } | { readonly probe: 'end' } | { readonly probe: 'memory' };

export type FromProbe = { readonly begun: true } | { readonly strain: Strain } | { readonly memory: Memory };

/** What one stretch of work asked of a process. Bytes and milliseconds. */
export interface Strain {
  /** Heap in use after a forced collection, before the work. */
  readonly baseline: number;
  /** The most that was in use, what had become garbage included. */
  readonly peak: number;
  /** The same with the memory of buffers, which is outside of the heap. */
  readonly baselineWithBuffers: number;
  readonly peakWithBuffers: number;
  readonly delayMax: number;
  readonly delayP99: number;
  readonly collections: number;
}

/** After a forced collection. Bytes. */
export interface Memory {
  readonly heapUsed: number;
  readonly resident: number;
}
