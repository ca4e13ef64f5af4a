import { EventEmitter, once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** Stands before a PostgreSQL server: counts what it is asked, and breaks the wire. One fault at a time. */
export interface FaultySocket extends AsyncDisposable {
  readonly port: number;
  /** Queries that reached the proxy. */
  readonly queries: number;
  /** Resolves when the next one does. */
  nextQuery(): Promise<void>;
  /** Takes what comes and passes nothing on, in either direction. */
  hang(): void;
  /** Says this, whatever is asked, and ends the connection. */
  say(bytes: Buffer): void;
  /** Passes the question on, sends half of the answer and resets the connection. */
  half(): void;
  /** Takes no connections, and cuts those there are. */
  refuse(): Promise<void>;
  /** Passes on what comes, on new connections. */
  heal(): Promise<void>;
  stop(): Promise<void>;
}

/** What is done with the bytes of either side. */
interface Fault {
  asked(bytes: Buffer, client: Socket, server: Socket): void;
  answered(bytes: Buffer, client: Socket): void;
}

const HEALTHY: Fault = {
  asked: (bytes, _, server) => void server.write(bytes),
  answered: (bytes, client) => void client.write(bytes),
};
const HANGING: Fault = { asked: () => undefined, answered: () => undefined };
const HALVING: Fault = {
  ...HEALTHY,
  answered: (bytes, client) => void client.write(bytes.subarray(0, bytes.length >> 1), () => client.resetAndDestroy()),
};
const saying = (said: Buffer): Fault => ({ ...HANGING, asked: (_, client) => void client.end(said) });

export const startFaultySocket = async (targetPort: number): Promise<FaultySocket> => {
  const pairs = new Set<readonly [Socket, Socket]>();
  let fault = HEALTHY;
  let queries = 0;
  const changes = new EventEmitter();
  const server = createServer((client) => {
    const upstream = connect(targetPort, '127.0.0.1');
    const pair = [client, upstream] as const;
    pairs.add(pair);
    const count = queryCounter(() => {
      queries += 1;
      changes.emit('query');
    });
    client.on('data', (bytes: Buffer) => {
      count(bytes);
      fault.asked(bytes, client, upstream);
    });
    upstream.on('data', (bytes: Buffer) => fault.answered(bytes, client));
    for (const socket of pair) {
      socket.on('error', () => undefined);
      socket.on('close', () => {
        for (const each of pair) each.destroy();
        pairs.delete(pair);
      });
    }
  });
  const listen = async (port: number): Promise<void> => {
    if (server.listening) return;
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  const cut = (): void => {
    for (const pair of pairs) for (const socket of pair) socket.destroy();
  };
  const refuse = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    cut();
    await closed;
  };
  await listen(0);
  const { port } = server.address() as AddressInfo;
  return {
    port,
    get queries() {
      return queries;
    },
    nextQuery: async () => {
      await once(changes, 'query');
    },
    hang: () => {
      fault = HANGING;
    },
    say: (bytes) => {
      fault = saying(bytes);
    },
    half: () => {
      fault = HALVING;
    },
    refuse,
    heal: async () => {
      fault = HEALTHY;
      // What a fault has met in the middle of an answer is of no more use.
      cut();
      await listen(port);
    },
    stop: refuse,
    [Symbol.asyncDispose]: refuse,
  };
};

/**
 * Counts queries among the messages of a client (PostgreSQL, Frontend/Backend Protocol, Message Formats): the first has
 * no type, each later one a byte for it, and a length that counts itself.
 */
const queryCounter = (found: () => void): ((bytes: Buffer) => void) => {
  let rest = Buffer.alloc(0);
  let isFirst = true;
  return (bytes) => {
    rest = Buffer.concat([rest, bytes]);
    for (;;) {
      const head = isFirst ? 0 : 1;
      if (rest.length < head + 4) return;
      const size = head + rest.readUInt32BE(head);
      if (rest.length < size) return;
      const type = isFirst ? '' : String.fromCharCode(rest[0] ?? 0);
      if (type === 'P' || type === 'Q') found();
      isFirst = false;
      rest = rest.subarray(size);
    }
  };
};
