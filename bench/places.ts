import { join } from 'node:path';

/** This package. The programs run as compiled to `node_modules/.cache/caregraph-bench/bench`, so that linters, formatters and compilers pass them by. */
export const BENCH = join(import.meta.dirname, '../../../..');

export const REPOSITORY = join(BENCH, '..');

/** Packages of the contestants. Mercurius has a place of its own, for its own version of graphql. */
export const PEERS = [BENCH, join(BENCH, 'mercurius')];

/** The newest result, and its picture. */
export const RESULTS = join(BENCH, 'results/latest.json');
export const PLOT = join(BENCH, 'results/latest.svg');
