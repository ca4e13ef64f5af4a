import { spawnSync } from 'node:child_process';

/** Whether this machine has a Redis. Where CI has been able to install one, it has to. */
export const hasRedis = (): boolean => {
  if (spawnSync('redis-server', ['--version']).status === 0) return true;
  if (process.env['CI'] !== undefined && process.env['CI_WITHOUT_REDIS'] === undefined)
    throw new Error('no redis-server');
  return false;
};
