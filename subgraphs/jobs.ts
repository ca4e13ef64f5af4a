import type { AccessFeed } from '../platform/access/feed.ts';
import type { Config } from '../platform/config.ts';
import type { Job } from '../platform/jobs.ts';
import type { Subgraph } from './define-subgraph.ts';
import type { IdentitySystem } from './identities.ts';
import { keepAccess } from './keep-access.ts';
import { keepIdentities } from './keep-identities.ts';
import type { Owners, OwnerSettings } from './owners.ts';

export interface JobsContext {
  readonly subgraphs: readonly Subgraph[];
  readonly owners: Owners;
  readonly settings: Pick<OwnerSettings, IdentitySystem>;
  readonly config: Config;
  /** Over which gateways hear of access, where that has to be kept filled. */
  readonly feed?: AccessFeed | undefined;
}

/** Everything the worker does, one line each. What is set to never is left out. */
export const jobsOf = (context: JobsContext): readonly Job[] =>
  [keepIdentities({ ...context, systems: configured(context.settings) }), ...keepAccess(context)].filter(
    ({ every }) => every > 0,
  );

const SYSTEMS: readonly IdentitySystem[] = ['odoo', 'hr', 'scheduling', 'billing'];

const configured = (settings: JobsContext['settings']): ReadonlySet<IdentitySystem> =>
  new Set(SYSTEMS.filter((system) => settings[system] !== undefined));
