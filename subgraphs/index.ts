import { billing } from './billing/index.ts';
import { finance } from './finance/index.ts';
import { governance } from './governance/index.ts';
import { hr } from './hr/index.ts';
import { inventory } from './inventory/index.ts';
import { procurement } from './procurement/index.ts';
import { scheduling } from './scheduling/index.ts';

/** Every subgraph of the product, one line each. */
export const subgraphs = [billing, finance, governance, hr, inventory, procurement, scheduling] as const;
