import { once } from 'node:events';
import { connect } from 'node:net';

/** One keep-alive connection with one request under way. */
export interface Connection {
  /** Resolves to the length of the answer's body, -1 unless its status is 200. Rejects when there is no answer. */
  exchange(request: Buffer): Promise<number>;
  close(): void;
}

/** A POST of JSON as it goes over the wire, made once and sent often. */
export const postOf = (url: URL, body: string, authorization?: string): Buffer =>
  Buffer.from(
    [
      `POST ${url.pathname} HTTP/1.1`,
      `host: ${url.host}`,
      'content-type: application/json',
      'accept: application/json',
      ...(authorization === undefined ? [] : [`authorization: ${authorization}`]),
      `content-length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n'),
  );

/**
 * Opens a connection that reads as much of HTTP/1.1 as servers on Node send (RFC 9112 sections 6 and 7: a length, or
 * chunks without trailers), and counts the bytes of bodies instead of keeping them. A general client costs several
 * times as much on answers of this size, on the core the subgraphs need.
 */
export const openConnection = async (url: URL): Promise<Connection> => {
  const socket = connect({
    host: url.hostname,
    port: Number(url.port),
    noDelay: true,
    onread: {
      // One buffer for all that comes: allocating 64 KB for each read would cost more than looking at them.
      buffer: Buffer.allocUnsafe(65_536),
      callback: (size, buffer) => {
        take((buffer as Buffer).subarray(0, size));
        return true;
      },
    },
  });
  let waiting: { resolve: (length: number) => void; reject: (error: Error) => void } | undefined;
  let reader = createReader();
  const fail = (error: Error): void => {
    waiting?.reject(error);
    waiting = undefined;
  };
  const take = (bytes: Buffer): void => {
    const length = reader(bytes);
    if (length === undefined) return;
    reader = createReader();
    waiting?.resolve(length);
    waiting = undefined;
  };
  socket.setTimeout(PATIENCE, () => socket.destroy(new Error('no answer in time')));
  await once(socket, 'connect');
  socket.on('error', fail);
  socket.on('close', () => fail(new Error('closed by the server')));
  return {
    exchange: (request) =>
      new Promise((resolve, reject) => {
        waiting = { resolve, reject };
        socket.write(request);
      }),
    close: () => socket.destroy(),
  };
};

const PATIENCE = 20_000;

/** Takes the bytes of one answer as they come; returns the length of its body when it is complete. */
const createReader = (): ((bytes: Buffer) => number | undefined) => {
  let head: Buffer | undefined;
  let body: ((bytes: Buffer) => number | undefined) | undefined;
  return (bytes) => {
    if (body !== undefined) return body(bytes);
    const all = head === undefined ? bytes : Buffer.concat([head, bytes]);
    const end = all.indexOf('\r\n\r\n');
    if (end === -1) {
      // A copy: the buffer is used again for the next read.
      head = Buffer.from(all);
      return undefined;
    }
    body = bodyReader(all.toString('latin1', 0, end));
    return body(all.subarray(end + 4));
  };
};

const bodyReader = (head: string): ((bytes: Buffer) => number | undefined) => {
  const isFine = head.startsWith('HTTP/1.1 200 ');
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  return length === undefined ? chunks(isFine) : counted(Number(length), isFine);
};

const counted = (length: number, isFine: boolean) => {
  let left = length;
  return (bytes: Buffer): number | undefined => {
    left -= bytes.length;
    if (left > 0) return undefined;
    return isFine ? length : -1;
  };
};

const chunks = (isFine: boolean) => {
  let length = 0;
  // Bytes of the present chunk still to come, its line end included.
  let left = 0;
  let line = '';
  let isLast = false;
  return (bytes: Buffer): number | undefined => {
    let at = 0;
    while (at < bytes.length) {
      if (left > 0) {
        const taken = Math.min(left, bytes.length - at);
        left -= taken;
        at += taken;
        continue;
      }
      line += String.fromCharCode(bytes[at] ?? 0);
      at += 1;
      if (!line.endsWith('\r\n')) continue;
      // After the last chunk, which is empty, comes one more empty line.
      if (isLast) return isFine ? length : -1;
      const size = Number.parseInt(line, 16);
      isLast = size === 0;
      length += size;
      left = isLast ? 0 : size + 2;
      line = '';
    }
    return undefined;
  };
};
