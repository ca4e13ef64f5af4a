import { ConfigError, loadConfig } from './platform/config.ts';
import { createLog } from './platform/log.ts';
import { ContractError } from './platform/odoo/contract.ts';
import { StoreError } from './platform/store/store-error.ts';
import { onShutdown } from './platform/shutdown.ts';
import { startEmbedded } from './sandbox/embedded.ts';
import { EXAMPLES } from './sandbox/examples.ts';

/** `npm start`: the whole product in one process. */
const main = async (): Promise<void> => {
  const config = loadConfig();
  const product = await startEmbedded(config, createLog(config.log.level));
  onShutdown(() => product.stop());
  console.log(`Caregraph listens on ${product.url} and is waiting for Odoo.`);
  try {
    await introduce(product.url, await product.ready, product.token);
  } catch (error) {
    console.error(problem(error));
    process.exitCode = 1;
    await product.stop();
    process.exit();
  }
};

const introduce = async (
  url: string,
  facilities: readonly string[],
  mint: (facilities: readonly string[]) => Promise<string | null>,
): Promise<void> => {
  const token = await mint(facilities);
  const lines = [
    '',
    `  graph       ${url}/graphql`,
    `  explorer    ${url}/${token === null ? '' : `#token=${token}`}`,
    `  facilities  ${facilities.join(', ')}`,
    '',
    ...(token === null
      ? ['Tokens come from the configured issuer.']
      : ['A token to try, good for 12 hours (npm run -s token makes others):', '', token]),
    '',
    'Queries to paste into the explorer:',
    ...EXAMPLES.flatMap(({ title, query }) => ['', `# ${title}`, query]),
    '',
  ];
  console.log(lines.join('\n'));
};

const problem = (error: unknown): string => {
  if (error instanceof ConfigError) return error.message;
  if (error instanceof ContractError)
    return `${error.message}:\n${error.problems.map((each) => `  - ${each}`).join('\n')}`;
  if (error instanceof StoreError) return error.message;
  return `Caregraph could not start: ${error instanceof Error ? error.message : 'unknown reason'}`;
};

try {
  await main();
} catch (error) {
  console.error(problem(error));
  process.exitCode = 1;
}
