import { type Clock, systemClock } from '../outbound/clock.ts';
import { Lane } from '../outbound/lane.ts';
import { openTransport } from '../outbound/transport.ts';
import { createAuthorizer } from './auth.ts';
import { baseOf } from './bundles.ts';
import { type Caller, createCaller } from './calls.ts';
import { readCapabilities } from './capabilities.ts';
import { contractFault } from './faults.ts';
import { readsOf } from './reads.ts';
import type { Capabilities, FhirCallEvent, FhirClient, FhirSettings, FhirSpending } from './types.ts';
import { writesOf } from './writes.ts';

export interface FhirDeps {
  readonly clock?: Clock;
  /** Hears of every attempt from the first on, that to connect included. */
  readonly onCall?: (event: FhirCallEvent) => void;
}

/**
 * Connects to one server: reads what it can do, once.
 *
 * @throws SOR_UNAVAILABLE, SOR_TIMEOUT, SOR_ACCESS; SOR_CONTRACT_BROKEN for what is no FHIR 4 server
 */
export const connectFhir = async (
  settings: FhirSettings,
  spending: FhirSpending,
  deps: FhirDeps = {},
): Promise<FhirClient> => {
  const clock = deps.clock ?? systemClock;
  const { url, reads, writes, queue = 256 } = settings;
  const transport = openTransport({
    url,
    connections: { read: reads, write: writes },
    connectTimeout: settings.connectTimeout ?? 3000,
    responseLimit: settings.responseLimit,
    clock,
  });
  const lanes = {
    read: new Lane({ ceiling: reads, adaptive: true, queue, clock }),
    write: new Lane({ ceiling: writes, adaptive: false, queue, clock }),
  };
  const listeners = new Set<(event: FhirCallEvent) => void>(deps.onCall === undefined ? [] : [deps.onCall]);
  const report = (event: FhirCallEvent) => {
    for (const listener of listeners) listener(event);
  };
  const authorizer = createAuthorizer(settings.auth, { url, clock });
  const call = createCaller({ transport, authorizer, lanes, clock, report });
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    lanes.read.close();
    lanes.write.close();
    closing ??= transport.close();
    return closing;
  };
  try {
    const capabilities = await askCapabilities(call, spending);
    return {
      capabilities,
      ...readsOf(call, baseOf(url)),
      ...writesOf(call, capabilities),
      onCall: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
};

export const FHIR_JSON = 'application/fhir+json';

const askCapabilities = (call: Caller, spending: FhirSpending): Promise<Capabilities> => {
  const about = { type: '*', interaction: 'capabilities', lane: 'read' } as const;
  const request = { method: 'GET', path: '/metadata', headers: { accept: FHIR_JSON }, body: null } as const;
  return call({ ...about, ...request }, spending, (body) => {
    const found = readCapabilities(body);
    if (found === null) throw contractFault('the server is none of FHIR 4', about);
    return found;
  });
};
