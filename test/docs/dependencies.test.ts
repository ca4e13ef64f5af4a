import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ROOT } from '../../platform/root.ts';

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

const PACKAGE = JSON.parse(read('package.json')) as Record<string, Record<string, unknown>>;

/** The packages in the table under one heading. */
const listed = (heading: string): readonly string[] => {
  const section =
    read('docs/dependencies.md')
      .split('\n## ')
      .find((part) => part.startsWith(heading)) ?? '';
  return [...section.matchAll(/^\| `([^`]+)` \| \S.+\|$/gm)].map(([, name]) => name ?? '');
};

describe('docs/dependencies.md', () => {
  it.each([
    ['dependencies', 'At run time'],
    ['devDependencies', 'For development'],
    ['overrides', 'Overrides'],
    ['allowScripts', 'Install scripts'],
  ])('gives a reason for each of %s, and for nothing else', (member, heading) => {
    expect(listed(heading).toSorted()).toEqual(Object.keys(PACKAGE[member] ?? {}).toSorted());
  });

  it.each(['dependencies', 'devDependencies', 'overrides'])('has exact versions in %s', (member) => {
    for (const version of Object.values(PACKAGE[member] ?? {})) expect(version).toMatch(/^\d+\.\d+\.\d+$/);
  });
});
