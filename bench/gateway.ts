import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Contestant } from './contestants.ts';
import type { Field } from './field.ts';
import { PEERS } from './places.ts';
import { addressOf, start, stop } from './processes.ts';

/** A contestant that runs, or the reason why it does not. */
export interface Entry {
  readonly contestant: Contestant;
  readonly running: { readonly child: ChildProcess; readonly url: string } | undefined;
  readonly excluded: string | undefined;
}

/** Starts a contestant; one that does not start is an entry with the reason. */
export const enter = async (
  contestant: Contestant,
  field: Pick<Field, 'files' | 'issuer' | 'secret' | 'cores'>,
  options: { readonly ipc?: boolean } = {},
): Promise<Entry> => {
  const environment = contestant.environment?.(field) ?? {};
  const child = start(contestant.command(field.files), { core: field.cores.gateway, environment, ...options });
  try {
    return { contestant, running: { child, url: await addressOf(child) }, excluded: undefined };
  } catch (error) {
    await stop(child);
    return { contestant, running: undefined, excluded: `does not start: ${(error as Error).message}` };
  }
};

export const leave = async ({ running }: Entry): Promise<void> => {
  if (running !== undefined) await stop(running.child);
};

/** Asks once. @throws when there is no answer within 30 s, or its status is not 200 */
export const ask = async (url: string, body: string, authorization?: string): Promise<string> => {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json',
      ...(authorization === undefined ? {} : { authorization }),
    },
    body,
    signal: AbortSignal.timeout(30_000),
  });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`status ${response.status}: ${text.slice(0, 200)}`);
  return text;
};

/**
 * Asks everything once and compares with what is expected, key by key and item by item.
 *
 * @returns the answers, or what is wrong with the first wrong one
 */
export const verify = async (
  url: string,
  bodies: readonly string[],
  expected: readonly unknown[],
  authorization?: string,
): Promise<{ readonly answers: readonly string[] } | { readonly wrong: string }> => {
  const answers: string[] = [];
  for (const [index, body] of bodies.entries()) {
    const answer = await ask(url, body, authorization).catch((error: unknown) => (error as Error).message);
    const wrong = differenceOf(answer, expected[index]);
    if (wrong !== undefined) return { wrong };
    answers.push(answer);
  }
  return { answers };
};

const differenceOf = (answer: string, expected: unknown): string | undefined => {
  if (!answer.startsWith('{')) return answer;
  const { data, errors } = JSON.parse(answer) as { data?: unknown; errors?: readonly { message: string }[] };
  if (errors !== undefined) return `answers an error: ${errors[0]?.message}`;
  return isDeepStrictEqual(data, expected) ? undefined : 'answers other data';
};

/** `name version` of each package of a contestant. */
export const versionsOf = ({ packages }: Contestant): readonly string[] =>
  packages.map((name) => `${name} ${PEERS.map((place) => versionIn(place, name)).find(Boolean) ?? '(not installed)'}`);

const versionIn = (place: string, name: string): string | undefined => {
  try {
    const text = readFileSync(join(place, 'node_modules', name, 'package.json'), 'utf8');
    return (JSON.parse(text) as { version: string }).version;
  } catch {
    return undefined;
  }
};
