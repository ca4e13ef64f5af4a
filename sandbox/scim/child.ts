import { attachSandbox, type Ready, type SandboxProcess } from '../process.ts';

/** Where the sandbox answers, and what lets in. */
interface ScimReady extends Ready {
  /** Base of the service. */
  readonly base: string;
  readonly token: string;
}

/** Finds the sandbox SCIM server of a data directory, or starts it. */
export const attachScimSandbox = (dataDir: string): Promise<ScimReady & SandboxProcess> =>
  attachSandbox<ScimReady>('scim', dataDir, { args: ['--host', '127.0.0.1'] });
