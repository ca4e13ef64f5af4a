import { attachSandbox, type Ready, type SandboxProcess } from '../process.ts';

/** Where the sandbox answers, and how to log in. */
interface OdooReady extends Ready {
  readonly db: string;
  readonly login: string;
  readonly apiKey: string;
}

/** Finds the sandbox Odoo of a data directory, or starts it. */
export const attachOdooSandbox = (dataDir: string): Promise<OdooReady & SandboxProcess> =>
  attachSandbox<OdooReady>('odoo', dataDir);
