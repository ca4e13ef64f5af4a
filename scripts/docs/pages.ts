import { renderAccessMatrix } from './access-matrix.ts';
import { renderConfiguration } from './configuration.ts';
import { renderDemoQuery } from './demo-query.ts';
import { renderDeployment } from './deployment.ts';
import { DEMO_QUERY } from '../../sandbox/demo-query.ts';
import { renderErrors } from './errors.ts';
import { renderMasks } from './masks.ts';

/** A page that is made from code. The path is from the package's root. */
export interface GeneratedPage {
  readonly path: string;
  readonly render: () => string;
}

export const GENERATED_PAGES: readonly GeneratedPage[] = [
  { path: 'docs/access-matrix.md', render: renderAccessMatrix },
  { path: 'docs/configuration.md', render: renderConfiguration },
  { path: 'docs/demo-query.md', render: renderDemoQuery },
  { path: 'docs/deployment.md', render: renderDeployment },
  {
    path: 'docs/examples/appointment-to-buyer.graphql',
    render: () => `# From an appointment to everything it led to in four systems.\n${DEMO_QUERY}\n`,
  },
  { path: 'docs/errors.md', render: renderErrors },
  { path: 'docs/masks.md', render: renderMasks },
];
