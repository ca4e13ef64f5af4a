import type { DependencyHealth } from '../subgraph.ts';
import type { Handler } from './router.ts';
import { sendError, sendJson } from './send.ts';

/** Something the gateway cannot do without, and how to find out about it. */
export interface HealthSource {
  readonly name: string;
  /** How it is; or how each thing is that it depends on in turn, none when it is well. Does not reject. */
  check(): Health | Promise<Health>;
}

export type Health = Pick<DependencyHealth, 'status' | 'code'> | readonly DependencyHealth[];

interface HealthReport extends DependencyHealth {
  readonly dependencies?: readonly DependencyHealth[];
}

/** Answers 200 while the process runs and is not on its way out. */
export const livez = (isDraining: () => boolean): Handler =>
  readOnly((_request, response) => {
    if (isDraining()) sendError(response, 'SHUTTING_DOWN');
    else sendJson(response, 200, { status: 'ok' });
  });

/**
 * Answers 200 when every dependency is well or can be done without for now, and 503 otherwise, with each one's state.
 * Names no address.
 */
export const readyz = (isDraining: () => boolean, sources: () => readonly HealthSource[]): Handler =>
  readOnly(async (_request, response) => {
    if (isDraining()) return sendError(response, 'SHUTTING_DOWN');
    const dependencies = await Promise.all(sources().map(reportOf));
    const isReady = dependencies.every(({ status }) => status === 'ok' || status === 'degraded');
    sendJson(response, isReady ? 200 : 503, { status: isReady ? 'ok' : 'failing', dependencies });
  });

const reportOf = async (source: HealthSource): Promise<HealthReport> => {
  const { name } = source;
  const health = await source.check();
  if (!isList(health)) return { ...health, name };
  const dependencies = health;
  const worst = WORST_FIRST.flatMap((how) => dependencies.filter(({ status }) => status === how))[0];
  const status = worst?.status ?? 'ok';
  return { name, status, ...(dependencies.length === 0 ? {} : { dependencies }) };
};

const WORST_FIRST = ['failing', 'starting', 'degraded'] as const;

// Array.isArray does not see that a readonly list is one.
const isList = (health: Health): health is readonly DependencyHealth[] => Array.isArray(health);

const readOnly = (handler: Handler): Handler => {
  return (request, response) => {
    if (request.method === 'GET' || request.method === 'HEAD') return handler(request, response);
    return sendError(response, 'METHOD_NOT_ALLOWED', [['allow', 'GET, HEAD']]);
  };
};
