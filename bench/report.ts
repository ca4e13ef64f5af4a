import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pageOf } from './page.ts';
import { PLOT, REPOSITORY, RESULTS } from './places.ts';
import { plotOf } from './plot.ts';
import type { Results } from './results.ts';

// Writes the page and its picture from the newest result.
const results = JSON.parse(readFileSync(RESULTS, 'utf8')) as Results;
writeFileSync(PLOT, plotOf(results));
writeFileSync(join(REPOSITORY, 'docs/performance.md'), pageOf(results));
