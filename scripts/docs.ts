import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../platform/root.ts';
import { GENERATED_PAGES } from './docs/pages.ts';

for (const { path, render } of GENERATED_PAGES) {
  writeFileSync(join(ROOT, path), render());
  console.log(`wrote ${path}`);
}
