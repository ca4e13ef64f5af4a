import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LargeResults } from './large-results.ts';
import { memoryPlotOf } from './memory-plot.ts';
import type { MemoryResults } from './memory-results.ts';
import { pageOf } from './page.ts';
import { LARGE, MEMORY, MEMORY_PLOT, PLOT, REPOSITORY, RESULTS } from './places.ts';
import { plotOf } from './plot.ts';
import type { Results } from './results.ts';

const read = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));

// Writes the page and its pictures from the newest results.
const results = read(RESULTS) as Results;
const large = existsSync(LARGE) ? (read(LARGE) as LargeResults) : undefined;
const memory = existsSync(MEMORY) ? (read(MEMORY) as MemoryResults) : undefined;
writeFileSync(PLOT, plotOf(results));
if (memory !== undefined) writeFileSync(MEMORY_PLOT, memoryPlotOf(memory));
writeFileSync(join(REPOSITORY, 'docs/performance.md'), pageOf({ results, large, memory }));
