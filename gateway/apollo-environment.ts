import { ConfigError } from '../platform/config.ts';

// Imported before @apollo/gateway, which would otherwise report this machine to its vendor every hour.
process.env['APOLLO_TELEMETRY_DISABLED'] = 'true';

const SWITCHES = [
  'APOLLO_DISABLE_SECURITY_RECURSIVE_SELECTIONS_CHECK',
  'APOLLO_DISABLE_SECURITY_NON_LOCAL_SELECTIONS_CHECK',
];

/**
 * Refuses an environment that turns the planner's own protection off.
 *
 * @throws ConfigError
 */
export const refuseUnsafeEnvironment = (env: Readonly<Record<string, string | undefined>> = process.env): void => {
  const problems = SWITCHES.filter((name) => (env[name] ?? '') !== '').map((name) => `${name}: may not be set`);
  if (problems.length > 0) throw new ConfigError(problems);
};
