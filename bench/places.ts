import { join, resolve } from 'node:path';

/** This package. The programs run as compiled to `node_modules/.cache/caregraph-bench/bench`, so that linters, formatters and compilers pass them by. */
export const BENCH = join(import.meta.dirname, '../../../..');

/** The register of clients that the secured gateway reads. */
export const CLIENTS = join(BENCH, 'clients.json');

export const REPOSITORY = join(BENCH, '..');

/** The build of ours that is measured: `BENCH_OURS_DIST`, else the one of this checkout. */
export const OURS = resolve(process.env['BENCH_OURS_DIST'] ?? join(REPOSITORY, 'dist'));

/** Packages of the contestants. Mercurius has a place of its own, for its own version of graphql. */
export const PEERS = [BENCH, join(BENCH, 'mercurius')];

/** Where a run of only some shapes or gateways goes: the report is about all of them. */
export const SOME_RESULTS = join(import.meta.dirname, '../some.json');

/** The newest result of each measurement, and their pictures. */
export const RESULTS = join(BENCH, 'results/latest.json');
export const PLOT = join(BENCH, 'results/latest.svg');
export const LARGE = join(BENCH, 'results/large.json');
export const MEMORY = join(BENCH, 'results/memory.json');
export const MEMORY_PLOT = join(BENCH, 'results/memory.svg');
