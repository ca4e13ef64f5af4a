import type { Server } from 'node:http';

/** Waits for the answers under way; a connection that waits for nothing but a clock or for ever is cut. */
export const closeServer = (server: Server, timers: Set<NodeJS.Timeout>): Promise<void> =>
  new Promise((resolve) => {
    if (!server.listening) return resolve();
    for (const timer of timers) clearTimeout(timer);
    timers.clear();
    server.close(() => resolve());
    // Answers are made without waiting: what is still open now was never going to be answered.
    setImmediate(() => server.closeAllConnections());
  });
