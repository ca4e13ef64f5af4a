import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { dirname } from 'node:path';
import type { Field } from './field.ts';
import type { Circumstances } from './results.ts';

export const circumstancesOf = ({ cores }: Field): Circumstances => ({
  date: new Date().toISOString().slice(0, 10),
  node: process.version,
  cpu: cpus()[0]?.model.trim() ?? 'unknown',
  cores: availableParallelism(),
  pinned: cores.gateway !== undefined,
});

/** Writes a result for the report to find, and says where. */
export const keep = (file: string, result: object, isPreliminary: boolean): void => {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(result, fourDigits, 2)}\n`);
  console.log(`written: ${file}${isPreliminary ? ' (preliminary)' : ''}`);
};

/** What is measured is not known better. */
const fourDigits = (_: string, value: unknown): unknown =>
  typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value;
