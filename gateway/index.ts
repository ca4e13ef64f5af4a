import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Config, ConfigError, loadConfig } from '../platform/config.ts';
import { createLog, type Log } from '../platform/log.ts';
import { ROOT } from '../platform/root.ts';
import { onShutdown } from '../platform/shutdown.ts';
import { registeredClients } from '../policies/clients.ts';
import { type DistributedGateway, startDistributedGateway, startOpenGateway } from './distributed.ts';

const USAGE = `Runs the gateway alone, in front of subgraphs that run elsewhere.

  node dist/gateway/index.js [--supergraph FILE] [--port N] [--open]

  --supergraph  the supergraph to serve; the one of this product when left out. SIGHUP has it read again, the register
                of clients and the certificate; one that cannot be used leaves what there is
  --port        port to listen on; as configured when left out
  --open        serve it to anybody: no authentication, no authorization, errors of subgraphs passed on
`;

const main = async (argv: readonly string[]): Promise<void> => {
  const { supergraph, port, open } = readArguments(argv);
  const loaded = loadConfig();
  const config: Config = port === undefined ? loaded : { ...loaded, server: { ...loaded.server, port } };
  const log = createLog(config.log.level);
  const file = supergraph ?? join(ROOT, 'gateway/supergraph/supergraph.graphql');
  const gateway = await (open ? startOpenGateway : startDistributedGateway)(config, log, await readSupergraph(file));
  process.on('SIGHUP', () => {
    if (!open) registerAgain(gateway, config, log);
    renewCertificate(gateway, log);
    readSupergraph(file)
      .then((sdl) => gateway.replace(sdl))
      .catch((error: unknown) => log.error({ error }, 'graph:kept'));
  });
  process.stdout.write(`ready: ${open ? 'open ' : ''}gateway at ${gateway.url}/graphql\n`);
  onShutdown(() => gateway.close());
};

const registerAgain = (gateway: DistributedGateway, config: Config, log: Log): void => {
  try {
    gateway.register(registeredClients(config));
  } catch (error) {
    // What is wrong names clients and settings, and no value.
    log.error({ error, problems: error instanceof ConfigError ? error.problems : [] }, 'clients:kept');
  }
};

const renewCertificate = (gateway: DistributedGateway, log: Log): void => {
  try {
    gateway.renewCertificate();
  } catch (error) {
    log.error({ error }, 'certificate:kept');
  }
};

interface Arguments {
  readonly supergraph: string | undefined;
  readonly port: number | undefined;
  readonly open: boolean;
}

const readArguments = (argv: readonly string[]): Arguments => {
  const { values } = parseArgs({
    args: [...argv],
    options: { supergraph: { type: 'string' }, port: { type: 'string' }, open: { type: 'boolean', default: false } },
    strict: true,
    allowPositionals: false,
  });
  const { port, supergraph, open } = values;
  if (port !== undefined && !(/^\d{1,5}$/.test(port) && Number(port) <= 65_535))
    throw new TypeError('--port needs a number up to 65535');
  return { supergraph, port: port === undefined ? undefined : Number(port), open };
};

const readSupergraph = async (file: string): Promise<string> => {
  try {
    return await readFile(file, 'utf8');
  } catch {
    throw new ConfigError([`--supergraph: ${file} cannot be read`]);
  }
};

try {
  await main(process.argv.slice(2));
} catch (error) {
  const isUsage = error instanceof TypeError;
  process.stderr.write(`${error instanceof Error ? error.message : 'failed'}\n${isUsage ? `\n${USAGE}` : ''}`);
  process.exitCode = isUsage ? 2 : 1;
}
