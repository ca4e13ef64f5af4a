import { type Dispatcher, request } from 'undici';
import type { DependencyHealth } from '../../platform/subgraph.ts';
import { SECOND } from '../../platform/time.ts';
import type { HealthSource } from '../../platform/http/health.ts';

const FRESH = 2 * SECOND;
const TIME = 1 * SECOND;
const MOST_BYTES = 65_536;

/**
 * Asks the `/readyz` of a subgraph that is a process of its own. One question at a time, and its answer is good for two
 * seconds, so that whoever watches the gateway does not become a load on the subgraphs.
 */
export const httpHealth = (name: string, url: string, dispatcher: Dispatcher, clock = Date.now): HealthSource => {
  const address = new URL('/readyz', url).href;
  let last: { readonly until: number; readonly answer: Promise<readonly DependencyHealth[]> } | undefined;
  return {
    name,
    check: () => {
      if (last === undefined || last.until <= clock())
        last = { until: clock() + FRESH, answer: ask(address, dispatcher) };
      return last.answer;
    },
  };
};

const ask = async (address: string, dispatcher: Dispatcher): Promise<readonly DependencyHealth[]> => {
  try {
    const { statusCode, body } = await request(address, { dispatcher, signal: AbortSignal.timeout(TIME) });
    const told = dependenciesIn(await readText(body));
    if (statusCode === 200) return told;
    return told.some(({ status }) => status !== 'ok') ? told : UNREACHABLE;
  } catch {
    return UNREACHABLE;
  }
};

const UNREACHABLE: readonly DependencyHealth[] = [
  { name: 'process', status: 'failing', code: 'DOWNSTREAM_SERVICE_ERROR' },
];

const readText = async (body: AsyncIterable<Buffer>): Promise<string> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > MOST_BYTES) throw new RangeError('too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
};

/** Only names, states and codes in our own form go on. */
const dependenciesIn = (text: string): readonly DependencyHealth[] => {
  const { dependencies } = JSON.parse(text) as { dependencies?: unknown };
  if (!Array.isArray(dependencies)) return [];
  return dependencies.flatMap((one: Partial<Record<keyof DependencyHealth, unknown>> | null): DependencyHealth[] => {
    const { name, status, code } = one ?? {};
    if (typeof name !== 'string' || !/^[\w.-]{1,60}$/.test(name)) return [];
    if (status !== 'ok' && status !== 'starting' && status !== 'failing') return [];
    return [{ name, status, ...(typeof code === 'string' && /^[A-Z_]{1,60}$/.test(code) ? { code } : {}) }];
  });
};
