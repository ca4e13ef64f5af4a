import { hkdfSync, randomBytes } from 'node:crypto';
import type { Config } from '../../platform/config.ts';
import type { Log } from '../../platform/log.ts';
import { openRedis } from '../../platform/redis.ts';
import { certificateOfConnection, certificateOfHeader } from './client-certificate.ts';
import { createDpop } from './dpop.ts';
import { createNonces } from './nonces.ts';
import { type Possession, possession } from './possession.ts';
import { replaysHere, sharedReplays } from './replays.ts';

export interface OpenPossession extends Possession {
  close(): Promise<void>;
}

/** As configured: which proofs have been used is known to all gateways of a Redis, and nonces are those of one secret. */
export const openPossession = ({ identity, redis, server, subgraphs }: Config, log: Log): OpenPossession => {
  const client = redis.url === undefined ? undefined : openRedis(redis.url, 'replays', log);
  const dpop = createDpop({
    rules: { leeway: identity.leeway, window: identity.dpop.window },
    replays: client === undefined ? replaysHere() : sharedReplays(client, log),
    nonces: identity.dpop.nonce ? createNonces(nonceKey(subgraphs.secret?.reveal())) : undefined,
  });
  return {
    ...possession(dpop, server.clientCertHeader ? certificateOfHeader : certificateOfConnection()),
    close: () => {
      client?.disconnect();
      return Promise.resolve();
    },
  };
};

/** Without a secret that others have too, a gateway is the only one. */
const nonceKey = (secret: string | undefined): Buffer =>
  secret === undefined ? randomBytes(32) : Buffer.from(hkdfSync('sha256', secret, 'caregraph', 'dpop-nonce', 32));
