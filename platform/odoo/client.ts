import { createCaller } from './calls.ts';
import { type Clock, systemClock } from '../outbound/clock.ts';
import { createDescriber } from './describe.ts';
import { Lane, type LaneName } from '../outbound/lane.ts';
import { methodsOf } from './methods.ts';
import { probe } from './probe.ts';
import { openTransport } from '../outbound/transport.ts';
import type { CallEvent, OdooClient, OdooServerInfo, OdooSettings } from './types.ts';
import { json2, jsonRpc } from './wire.ts';

export interface OdooDeps {
  readonly clock?: Clock;
  /** 0 ≤ x < 1, for jitter. */
  readonly random?: () => number;
  /** Ends an attempt to connect. */
  readonly signal?: AbortSignal;
  /** Milliseconds an attempt to connect may take. Default 10 s. */
  readonly connectWithin?: number;
}

/**
 * Connects to one server: asks its version, picks the protocol, checks the key.
 *
 * @throws SOR_ACCESS, SOR_CONTRACT_BROKEN, SOR_UNAVAILABLE, SOR_TIMEOUT
 */
export const connectOdoo = async (settings: OdooSettings, deps: OdooDeps = {}): Promise<OdooClient> => {
  const clock = deps.clock ?? systemClock;
  const { reads = 8, writes = 4 } = settings;
  const transport = openOdooTransport(settings, { read: reads, write: writes }, clock);
  try {
    const server = await probe(transport, settings, spendingFor(deps, clock));
    const wire = server.protocol === 'json-2' ? json2(settings) : jsonRpc(settings, server.uid);
    const listeners = new Set<(event: CallEvent) => void>();
    const queue = settings.queue ?? 256;
    const lanes = {
      read: new Lane({ ceiling: reads, adaptive: true, queue, clock }),
      write: new Lane({ ceiling: writes, adaptive: false, queue, clock }),
    };
    const report = (event: CallEvent) => {
      for (const listener of listeners) listener(event);
    };
    const caller = createCaller({ transport, wire, lanes, clock, random: deps.random ?? Math.random, report });
    const end = new AbortController();
    const close = () => {
      end.abort();
      lanes.read.close();
      lanes.write.close();
      return transport.close();
    };
    let closing: Promise<void> | undefined;
    return {
      server,
      ...methodsOf(server, caller, createDescriber(caller, clock, end.signal)),
      onCall: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      close: () => {
        closing ??= close();
        return closing;
      },
    };
  } catch (error) {
    await transport.close();
    throw error;
  }
};

/**
 * Asks a server what `connectOdoo` would ask, over a connection of its own.
 *
 * @throws like connectOdoo
 */
export const probeOdoo = async (settings: OdooSettings, deps: OdooDeps = {}): Promise<OdooServerInfo> => {
  const clock = deps.clock ?? systemClock;
  const transport = openOdooTransport(settings, { read: 1, write: 1 }, clock);
  try {
    return await probe(transport, settings, spendingFor(deps, clock));
  } finally {
    await transport.close();
  }
};

const openOdooTransport = (settings: OdooSettings, connections: Readonly<Record<LaneName, number>>, clock: Clock) =>
  openTransport({
    url: settings.url,
    connections,
    connectTimeout: settings.connectTimeout ?? 3000,
    responseLimit: settings.responseLimit ?? 10 * 1024 * 1024,
    clock,
  });

const spendingFor = ({ signal, connectWithin = 10_000 }: OdooDeps, clock: Clock) => ({
  deadline: clock.now() + connectWithin,
  ...(signal === undefined ? {} : { signal }),
});
