import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { ThreadData } from './messages.ts';

/**
 * Starts `worker.ts`, compiled or not; `memory` in megabytes.
 *
 * Not compiled it needs a loader of its own: that of this thread does not reach it, or is a test runner's.
 */
export const startWorker = (workerData: ThreadData, memory: number): Worker => {
  const resourceLimits = { maxOldGenerationSizeMb: memory };
  if (!import.meta.filename.endsWith('.ts'))
    return new Worker(join(import.meta.dirname, 'worker.js'), { workerData, resourceLimits });
  const loader = `import { register } from ${JSON.stringify(import.meta.resolve('tsx/esm/api'))}; register()`;
  const execArgv = ['--import', `data:text/javascript,${encodeURIComponent(loader)}`];
  return new Worker(join(import.meta.dirname, 'worker.ts'), { workerData, resourceLimits, execArgv });
};
